"""One program per device, by name."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from nmes.link.lock import MOST_NOTE, DeviceLock, Note, noted
from nmes.link.port import PortBusy, PortMissing

HOLD = """
import sys, pathlib
from nmes.link.lock import DeviceLock
lock = DeviceLock("/dev/ttyACM0", pathlib.Path(sys.argv[1]), "nmes-other")
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.covers("FR-07")
def test_a_second_program_is_told_who_holds_the_device(tmp_path: Path) -> None:
    user = pwd.getpwuid(os.getuid()).pw_name
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()
    since = r"20\d\d-\d\d-\d\d \d\d:\d\d"
    said = rf"/dev/ttyACM0 is held by nmes, process {os.getpid()}, user {user}, since {since}; end that program"
    with pytest.raises(PortBusy, match=said):
        DeviceLock("/dev/ttyACM0", tmp_path).acquire()


@pytest.mark.covers("FR-07")
def test_nobody_is_told_to_end_a_program_in_which_a_session_runs(tmp_path: Path) -> None:
    DeviceLock("/dev/ttyACM0", tmp_path, session="000012-x").acquire()
    with pytest.raises(PortBusy, match=r", session 000012-x: a session is running there; wait for its end"):
        DeviceLock("/dev/ttyACM0", tmp_path).acquire()


def test_who_asks_for_the_holder_takes_nothing(tmp_path: Path) -> None:
    lock, asking = DeviceLock("/dev/ttyACM0", tmp_path), DeviceLock("/dev/ttyACM0", tmp_path)
    assert asking.holder() is None, "no file yet"
    lock.acquire()
    held = asking.holder()
    assert held is not None
    assert (held.pid, held.device) == (os.getpid(), "/dev/ttyACM0")
    lock.path.write_text("{")
    assert asking.holder() == Note("", 0, "")
    lock.release()
    assert asking.holder() is None
    asking.acquire()


@pytest.mark.covers("FR-07")
def test_who_asks_at_the_same_moment_keeps_nobody_from_the_device_and_is_no_holder(tmp_path: Path) -> None:
    """The lock is asked about by sharing it: here for 10 ms, as on a computer where the asker lost its core."""
    lock = DeviceLock("/dev/ttyACM0", tmp_path)
    lock.path.touch()
    asking = os.open(lock.path, os.O_RDWR)
    fcntl.flock(asking, fcntl.LOCK_SH)
    assert DeviceLock("/dev/ttyACM0", tmp_path).holder() is None
    over = threading.Timer(0.01, os.close, [asking])
    over.start()
    lock.acquire()
    over.join()
    held = lock.holder()
    assert held is not None
    assert held.pid == os.getpid()


def test_other_devices_are_free(tmp_path: Path) -> None:
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()
    DeviceLock("/dev/ttyACM1", tmp_path).acquire()
    DeviceLock("socket://127.0.0.1:5000", tmp_path).acquire()
    with pytest.raises(PortBusy):
        DeviceLock("socket://127.0.0.1:5000", tmp_path).acquire()


def test_two_names_of_one_device_are_one_device(tmp_path: Path) -> None:
    (tmp_path / "real").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "real")
    DeviceLock(str(tmp_path / "real"), tmp_path).acquire()
    with pytest.raises(PortBusy):
        DeviceLock(str(tmp_path / "by-id"), tmp_path).acquire()


def test_a_released_lock_can_be_taken(tmp_path: Path) -> None:
    lock = DeviceLock("/dev/ttyACM0", tmp_path)
    lock.acquire()
    lock.release()
    lock.release()
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()


@pytest.mark.covers("FR-07")
def test_a_disk_that_went_wrong_keeps_no_lock(tmp_path: Path, mocker: MockerFixture) -> None:
    lock = DeviceLock("/dev/ttyACM0", tmp_path)
    lock.acquire()
    mocker.patch("os.truncate", side_effect=OSError(30, "Read-only file system"))
    lock.release()
    mocker.stopall()
    assert DeviceLock("/dev/ttyACM0", tmp_path).holder() is None
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()


def test_the_file_of_a_dead_program_is_taken_over(tmp_path: Path) -> None:
    lock = DeviceLock("/dev/ttyACM0", tmp_path)
    lock.path.write_text(json.dumps({"pid": 1, "program": "long gone", "started": "x", "device": "/dev/ttyACM0"}))
    lock.acquire()
    assert json.loads(lock.path.read_text())["pid"] == os.getpid()


def test_a_program_that_is_killed_frees_its_device(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(PortBusy, match=f"nmes-other, process {other.pid}, "):
            DeviceLock("/dev/ttyACM0", tmp_path).acquire()
        other.kill()
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()


GOOD = {"program": "nmes", "pid": 5, "started": "then", "user": "ada", "session": "", "device": "/dev/x"}
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "nonsense": b"nonsense",
    "a list": b"[]",
    "an empty object": b"{}",
    "no text": b"\0\xff",
    "nested": b"[" * 4000,
    "an endless number": b'{"pid": ' + b"9" * 4000 + b"}",
    "longer than any note": json.dumps(GOOD).encode() + b" " * MOST_NOTE,
    **{
        name: json.dumps({**GOOD, **wrong}).encode()
        for name, wrong in {
            "a terminal's escape": {"program": "nmes\x1b[2J"},
            "a line break": {"session": "a\nb"},
            "a long word": {"user": "a" * 200},
            "no number": {"pid": "5"},
            "true": {"pid": True},
            "a negative one": {"pid": -1},
            "a list for a word": {"program": []},
            "no program": {"program": ""},
        }.items()
    },
}


@pytest.mark.thorough
@pytest.mark.covers("FR-07")
def test_a_holder_that_cannot_be_read_is_another_program(tmp_path: Path) -> None:
    held = DeviceLock("/dev/ttyACM0", tmp_path)
    held.acquire()
    held.path.write_bytes(json.dumps(GOOD).encode())
    with pytest.raises(PortBusy, match="held by nmes, process 5, user ada, since then; end"):
        DeviceLock("/dev/ttyACM0", tmp_path).acquire()
    for name, data in HOSTILE.items():
        held.path.write_bytes(data)
        with pytest.raises(PortBusy, match=r"^/dev/ttyACM0 is held by another program; end that program, then") as said:
            DeviceLock("/dev/ttyACM0", tmp_path).acquire()
        assert len(str(said.value)) < 100, name


def test_what_is_no_plain_file_is_neither_waited_for_nor_written_through(tmp_path: Path) -> None:
    lock = DeviceLock("/dev/ttyACM0", tmp_path)
    os.mkfifo(lock.path)
    assert noted(lock.path) is None
    assert lock.holder() is None
    with pytest.raises(PortMissing, match="is no plain file; remove it"):
        lock.acquire()
    lock.path.unlink()
    (tmp_path / "precious").write_text("kept")
    lock.path.symlink_to(tmp_path / "precious")
    with pytest.raises(PortMissing, match="cannot be locked"):
        lock.acquire()
    assert (tmp_path / "precious").read_text() == "kept"
    assert noted(lock.path) is None


def test_a_note_that_cannot_be_written_is_told_and_holds_nothing(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("os.truncate", side_effect=OSError(28, "No space left on device"))
    with pytest.raises(PortMissing, match="cannot be locked: No space left"):
        DeviceLock("/dev/ttyACM0", tmp_path).acquire()
    mocker.stopall()
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PortMissing, match="cannot be locked"):
        DeviceLock("/dev/ttyACM0", tmp_path / "file" / "folder").acquire()


def test_without_a_folder_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert DeviceLock("/dev/ttyACM0").path.is_relative_to(tmp_path) or sys.platform != "linux"


def test_a_system_that_names_no_runtime_folder_is_not_the_users_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings are errors here, so this fails if the missing folder is told to the user."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert DeviceLock("/dev/ttyNMES").path.suffix == ".lock"
