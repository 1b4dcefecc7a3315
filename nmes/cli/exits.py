"""Exit codes, and the one door through which every command ends: a line a person can read, never a traceback.

0 good; 1 the thing asked about is bad (a damaged record, an aborted session); 2 wrong input, or standard output cannot
be written; 3 a record that was cut off while it was written, and is whole before that, or whose end nothing vouches for
yet; 4 a record signed with a key that is not known; 70 a fault in the program; 128 + n ended by signal n, as 141 where
nobody reads the output any more.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from nmes.cli.stdout import StdoutLost, terminal_is_gone, watched
from nmes.language import _

GOOD: Final = 0
BAD: Final = 1
WRONG_INPUT: Final = 2
TORN: Final = 3
KEY_UNKNOWN: Final = 4
FAULT: Final = 70
HUNG_UP: Final = 129
INTERRUPTED: Final = 130
UNREAD: Final = 141
"""As a program that SIGPIPE ended: whoever read has left, and it says nothing of what was asked about."""


class Failed(Exception):
    """Ends a command: `sentences` go to stderr, one line each, and `code` to the shell."""

    def __init__(self, code: int, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.code = code
        self.sentences = sentences


def wrong(*sentences: str) -> NoReturn:
    """The input was wrong: exit code 2."""
    raise Failed(WRONG_INPUT, *sentences)


def bad(*sentences: str) -> NoReturn:
    """What was asked about is bad: exit code 1."""
    raise Failed(BAD, *sentences)


def guarded(command: Callable[[], int]) -> int:
    """Run `command`; whatever it raises ends as one line on stderr and an exit code."""
    tolerate_any_text()
    try:
        with watched():
            code = _flushed(command)
    except StdoutLost as lost:
        return _unwritten(lost)
    except KeyboardInterrupt:
        complain(_("interrupted"))
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: nobody may see a traceback
        if isinstance(error, OSError) and error.errno == errno.EIO and terminal_is_gone():
            return _unwritten(StdoutLost(error))
        complain(crashed(error))
        return FAULT
    return code


def _flushed(command: Callable[[], int]) -> int:
    """What it printed is written, also of one that failed: at the end of the process it would be too late to say so."""
    try:
        code = command()
    except Failed as failed:
        complain(*failed.sentences)
        code = failed.code
    sys.stdout.flush()
    return code


def _unwritten(lost: StdoutLost) -> int:
    """Whoever read has left, or the terminal is closed: nobody is there to be told. Else it is said."""
    silence_stdout()
    if lost.errno == errno.EPIPE:
        return UNREAD
    if lost.errno == errno.EIO and terminal_is_gone():
        return HUNG_UP
    complain(lost.sentence)
    return WRONG_INPUT


def complain(*sentences: str) -> None:
    """To stderr; a closed stderr is nobody's loss."""
    with contextlib.suppress(OSError):
        for sentence in sentences:
            print(f"nmes: {sentence}", file=sys.stderr, flush=True)


def crashed(error: BaseException) -> str:
    """Write the traceback to a file of its own and say where; the sentence also when that fails."""
    said = _("a fault in the program ({name}: {text})").format(name=type(error).__name__, text=_short(error))
    try:
        file = _kept("".join(traceback.format_exception(error)))
    except Exception:  # noqa: BLE001 - whatever fails here, a full disk or no home, must not hide the fault itself
        return _("{fault}; its details could not be written").format(fault=said)
    return _("{fault}; details: {file}").format(fault=said, file=file)


def _kept(details: str) -> Path:
    """In a file for its owner only: a traceback may hold what was typed."""
    from nmes.record.disk import Disk, create_for_append

    folder = crash_folder()
    Disk().make_folder(folder)
    file = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}.txt"
    with os.fdopen(create_for_append(file), "w", encoding="utf-8") as written:
        written.write(details)
    return file


def crash_folder() -> Path:
    """Where the details of faults lie; it need not exist."""
    from nmes.record.files import home

    return home() / "crash"


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or _("no words")


def silence_stdout() -> None:
    """The reader is gone: what is still buffered goes nowhere, and Python's own farewell stays quiet."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def tolerate_any_text() -> None:
    """A terminal without a micro sign shows `?` instead of ending the session."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(OSError, ValueError):
                reconfigure(errors="replace")
