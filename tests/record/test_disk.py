"""What reaches the disk is whole, private and synced; one writer at a time."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from nmes.record.clocks import system_clocks
from nmes.record.disk import Disk, create_for_append, full_sync
from nmes.record.errors import RecordBusy
from nmes.record.lock import take_lock


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_short_write_goes_on_where_it_ended(tmp_path: Path) -> None:
    fd = create_for_append(tmp_path / "f")
    Disk(write=lambda fd, data: os.write(fd, data[:3])).append(fd, b"0123456789")
    os.close(fd)
    assert (tmp_path / "f").read_bytes() == b"0123456789"


def test_a_write_that_takes_nothing_is_an_error_and_not_an_endless_loop(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="took nothing"):
        Disk(write=lambda fd, data: 0).append(0, b"x")


def test_folders_and_files_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "records"
    Disk().make_folder(folder)
    os.close(create_for_append(folder / "f"))
    assert (mode(folder.parent), mode(folder), mode(folder / "f")) == (0o700, 0o700, 0o600)


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Disk().make_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_new_folder_is_made_durable_in_the_one_above(tmp_path: Path) -> None:
    synced: list[int] = []
    Disk(sync=lambda fd: synced.append(os.fstat(fd).st_ino)).make_folder(tmp_path / "a" / "b")
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "a").stat().st_ino]


def test_a_file_is_exchanged_whole_or_stays(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")

    def fails(fd: int, data: bytes) -> int:
        os.write(fd, data[:1])
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        Disk(write=fails).exchange(tmp_path / "f", b"new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"f": "old"}
    Disk().exchange(tmp_path / "f", b"new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"f": "new"}
    assert mode(tmp_path / "f") == 0o600


def test_what_is_wiped_is_overwritten_and_gone_even_where_it_cannot_be_overwritten(tmp_path: Path) -> None:
    for disk, left in ((Disk(), bytes(6)), (Disk(write=lambda _fd, _data: 0), b"secret")):
        (tmp_path / "f").write_bytes(b"secret")
        (tmp_path / "held on").unlink(missing_ok=True)
        os.link(tmp_path / "f", tmp_path / "held on")
        with nullcontext() if left != b"secret" else pytest.raises(OSError, match="took nothing"):
            disk.wipe(tmp_path / "f")
        assert not (tmp_path / "f").exists()
        assert (tmp_path / "held on").read_bytes() == left


def test_a_file_is_never_opened_over_another(tmp_path: Path) -> None:
    os.close(create_for_append(tmp_path / "f"))
    with pytest.raises(FileExistsError):
        create_for_append(tmp_path / "f")


def test_a_saved_file_replaces_the_one_before_and_is_synced_with_its_folder(tmp_path: Path) -> None:
    synced: list[int] = []
    disk = Disk(sync=synced.append)
    disk.save(tmp_path / "f", b"a longer text")
    disk.save(tmp_path / "f", b"short")
    assert (tmp_path / "f").read_bytes() == b"short"
    assert len(synced) == 4


def test_syncing_uses_the_drive_s_own_flush_where_there_is_one(tmp_path: Path) -> None:
    fd = create_for_append(tmp_path / "f")
    full_sync(fd)
    full_sync(fd, flush_drive=fcntl.F_GETFD)
    os.close(fd)
    for flush in (None, fcntl.F_GETFD):
        with pytest.raises(OSError, match="Bad file descriptor"):
            full_sync(fd, flush)


def test_the_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    held = take_lock(tmp_path, "station-1, process 7 on clinic")
    with pytest.raises(RecordBusy, match="in use by station-1, process 7 on clinic") as busy:
        take_lock(tmp_path, "another")
    assert busy.value.holder == "station-1, process 7 on clinic"
    os.close(held)
    os.close(take_lock(tmp_path, "another"))
    assert (tmp_path / "lock").read_text() == "another"


def test_a_writer_who_left_no_name_is_another_program(tmp_path: Path) -> None:
    held = take_lock(tmp_path, "")
    with pytest.raises(RecordBusy, match="another program"):
        take_lock(tmp_path, "me")
    os.close(held)


def test_a_killed_writer_holds_no_lock(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from nmes.record.lock import take_lock\n"
    code += "take_lock(Path(sys.argv[1]), 'child'); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(RecordBusy, match="child"):
            take_lock(tmp_path, "me")
        child.kill()
    os.close(take_lock(tmp_path, "me"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_lock_that_cannot_be_written_is_an_error_and_lets_go(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("/dev/full")
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    with pytest.raises(OSError, match=r"No space left|Invalid argument"):
        take_lock(tmp_path, "me")
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before


def test_the_computer_s_clocks_advance_and_name_the_boot(tmp_path: Path) -> None:
    (tmp_path / "boot").write_text("abc\n")
    clocks = system_clocks(tmp_path / "boot")
    first, second = clocks.stamp(), clocks.stamp()
    assert clocks.boot_id == "abc"
    assert second.mono_ns >= first.mono_ns
    assert first.utc_ms > 1_700_000_000_000


def test_without_a_boot_id_each_run_has_one_of_its_own(tmp_path: Path) -> None:
    ids = {system_clocks(tmp_path / "none").boot_id for _ in range(2)}
    assert len(ids) == 2
