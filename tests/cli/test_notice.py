"""At a start: a session that was interrupted is told, and what to do when no record can be kept."""

from __future__ import annotations

import fcntl
import os
import select
import time
from pathlib import Path

import pytest
from cli.conftest import CRAMP, Nmes, process, records

from nmes.cli.notice import interrupted
from nmes.record.files import read_end

MAX = ("run", CRAMP, "--plain", "--speed", "max")
SAID = "was interrupted: the program or the computer stopped while it ran. See: nmes audit show 1"


@pytest.fixture
def cut(nmes: Nmes, home: Path) -> Path:
    """A session without its closing entry, as a power cut leaves it."""
    nmes(*MAX, stdin="-\nend\n")
    (path,) = records(home)
    end = read_end(path)
    path.write_bytes(path.read_bytes()[: -len(end.before + end.last)])
    return path


def test_the_line_mode_tells_of_an_interrupted_session_once(nmes: Nmes, cut: Path) -> None:
    assert nmes(*MAX, stdin="-\nend\n").out.splitlines()[0] == f"The last session, {cut.stem}, {SAID}"
    assert "interrupted" not in nmes(*MAX, stdin="-\nend\n").out


def test_a_session_that_was_closed_or_is_in_the_other_chain_is_not_told(nmes: Nmes, home: Path, cut: Path) -> None:
    assert interrupted(home, "/dev/ttyUSB0") == ""
    nmes(*MAX, stdin="-\nend\n")
    assert interrupted(home, None) == ""


def test_a_session_that_is_being_written_is_not_told(home: Path, cut: Path) -> None:
    assert interrupted(home, None)
    with (cut.parent / "lock").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert interrupted(home, None) == ""
    (cut.parent / "lock").unlink()
    assert interrupted(home, None), "nobody holds a lock that is not there"


@pytest.mark.thorough
def test_the_app_tells_of_an_interrupted_session_before_it_opens(home: Path, cut: Path) -> None:
    import pty

    keyboard, terminal = pty.openpty()
    try:
        with process(home, stdin=terminal, stdout=terminal, stderr=terminal) as nmes:
            seen, end = b"", time.monotonic() + 40
            while b"SIMULATION" not in seen and time.monotonic() < end:
                if select.select([keyboard], [], [], 0.2)[0]:
                    seen += os.read(keyboard, 65536)
            nmes.kill()
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert SAID.encode() in seen.split(b"SIMULATION")[0]


def test_records_in_use_are_told_with_what_to_do(nmes: Nmes, cut: Path) -> None:
    with (cut.parent / "lock").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for told in (nmes("demo"), nmes(*MAX, stdin="-\n")):
            assert told.code == 1
            assert "the records are in use by " in told.err
            assert told.err.endswith("; wait for its end, or set NMES_HOME to another folder\n")
            assert ": a session is running there. Do not end it unless it hangs" in told.err
            assert "For whom" not in told.out, "nobody is asked for what cannot be begun"


@pytest.mark.thorough
def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(nmes: Nmes, home: Path) -> None:
    home.write_text("a file where the folder should be")
    for told in (nmes("demo"), nmes(*MAX, stdin="-\n"), nmes("run", CRAMP, "--plain", stdin="-\n")):
        assert told.code == 1
        assert told.err.endswith(
            f"no record can be kept in {home / 'keys'}: not a directory; free the folder, or set NMES_HOME to another\n"
        )
