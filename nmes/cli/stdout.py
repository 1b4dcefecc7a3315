"""Standard output that is gone or full, told apart from everything else that can fail.

Law: what a command prints may fail to be written, and that is neither a fault of the program nor damage of a record.
So it is no OSError: no command takes it for one of its own files, and it ends in one place (`exits.guarded`).
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from nmes.language import _


class StdoutLost(Exception):
    """Nothing more can be written to standard output."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or str(error))
        self.errno = error.errno

    @property
    def sentence(self) -> str:
        """For whoever still reads stderr."""
        return _("what was asked for cannot be written to standard output: {why}").format(why=self)


@contextmanager
def watched() -> Iterator[None]:
    """While it lasts, what fails in writing to `sys.stdout` is StdoutLost."""
    before = sys.stdout
    sys.stdout = cast("Any", _Stdout(before))
    try:
        yield
    finally:
        sys.stdout = before


class _Stdout:
    """The stream, but for what its failures are called."""

    def __init__(self, stream: Any) -> None:  # a text stream, or the bytes below it
        self._stream = stream

    def write(self, text: Any) -> Any:
        with _told_apart():
            return self._stream.write(text)

    def writelines(self, lines: Iterable[Any]) -> None:
        with _told_apart():
            self._stream.writelines(lines)

    def flush(self) -> None:
        with _told_apart():
            self._stream.flush()

    @property
    def buffer(self) -> _Stdout:
        return _Stdout(self._stream.buffer)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StdoutLost(error) from error


def terminal_is_gone(streams: Iterable[int] = (0, 1, 2)) -> bool:
    """Whether the terminal that one of these file numbers is open on was closed."""
    try:
        import termios
    except ImportError:  # no such terminals here
        return False
    for number in streams:
        try:
            termios.tcgetattr(number)
        except termios.error as error:
            if error.args[0] == errno.EIO:
                return True
    return False
