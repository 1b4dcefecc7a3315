"""STOP is heard where the terminal is read, not where the screen is painted.

Textual reads the terminal in a thread and queues what it read for the event loop. A loop that is busy or hung would
hold a STOP in that queue. So STOP is heard twice in the reading thread: in the bytes, before the parser (`raw_input`),
and at `send_message`, the one public door through which every input passes, where a press on the STOP bar is known. At
that door every input is stamped with the session's epoch and the time at which it was read, so that what was pressed
before a STOP, or before a question stood there, is known to be older. Without a tap (headless) the app's own bindings
stop, and epoch and time are those of the present.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

from textual import events
from textual.driver import Driver
from textual.message import Message

from nmes.ui.key_forms import Stop
from nmes.ui.lost_terminal import LostTerminalDriver
from nmes.ui.raw_input import ReadTerminal

STOP_KEYS: Final = frozenset({"f12", "ctrl+c", "escape"})
STOP_ROWS: Final = 3
"""Height of the STOP bar: the bottom rows of every screen and window."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is known of an input: the session's epoch when it was read, whether it has stopped the output, and the time
    of the reading on the clock of the hand."""

    epoch: int
    stopped: bool = False
    read_ms: int = 0


@dataclass(slots=True)
class Tap:
    """What the reading thread may do. `stop(source)` and `epoch()` are called in that thread; `height()` is in rows."""

    stop: Callable[[str], None]
    epoch: Callable[[], int]
    height: Callable[[], int]
    f12: str = "key"
    """Whose STOP an F12 is: the patient's own where a foot switch types it."""
    more_stops: frozenset[str] = frozenset()
    """Keys that a keymap file has added to STOP."""
    now_ms: Callable[[], int] = lambda: 0
    """The clock of the hand; called in that thread too."""
    _stamps: WeakKeyDictionary[events.InputEvent, Stamp] = field(default_factory=WeakKeyDictionary)
    _last: Stamp | None = None
    _read: Stamp | None = None
    """Of the reading that is being passed on; only the reading thread knows it."""
    _stopped: frozenset[str] = frozenset()
    """The sources that the bytes of this reading have stopped by."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is heard in it was read now, before any STOP that is in it."""
        self._read, self._stopped = self._present(), frozenset()
        try:
            yield
        finally:
            self._read, self._stopped = None, frozenset()

    def stop_at_once(self, stops: list[Stop]) -> None:
        """The STOPs that are in the bytes, each source once."""
        for source in dict.fromkeys(self.f12 if stop is Stop.F12 else "key" for stop in stops):
            self.stop(source)
            self._stopped |= {source}

    def would_stop(self, message: Message) -> bool:
        """Whether this is a STOP."""
        return isinstance(message, events.InputEvent) and bool(self._stop_source(message))

    def hear(self, message: Message) -> None:
        """In the reading thread, before the message is queued."""
        if not isinstance(message, events.InputEvent):
            return
        stamp, source = self._read or self._present(), self._stop_source(message)
        if source and source not in self._stopped:
            self.stop(source)
        self._stamps[message] = replace(stamp, stopped=bool(source))

    def _present(self) -> Stamp:
        return Stamp(self.epoch(), read_ms=self.now_ms())

    def _stop_source(self, message: events.InputEvent) -> str:
        match message:
            case events.Key(key="f12"):
                return self.f12
            case events.Key(key=key) if key in STOP_KEYS or key in self.more_stops:
                return "key"
            case events.MouseDown(screen_y=row) if row >= self.height() - STOP_ROWS:
                return "mouse"
            case _:
                return ""

    def stamp_of(self, event: events.InputEvent) -> Stamp:
        """In the event loop: what is known of this input.

        What has no stamp was made by the app from an earlier input (a click on a key in the footer) and is as old.
        """
        stamp = self._stamps.pop(event, None)
        if stamp is not None:
            self._last = stamp
            return stamp
        return self._present() if self._last is None else replace(self._last, stopped=False)


class TapDriver(Driver):
    """Goes before any driver in the method order. The app offers a Tap as `tap`."""

    def send_message(self, message: Message) -> None:
        tap = getattr(self._app, "tap", None)
        if isinstance(tap, Tap):
            tap.hear(message)
        super().send_message(message)


def tapped(driver: type[Driver]) -> type[Driver]:
    """The same driver, with the tap at its door and in its bytes, and not held by a terminal that is gone."""
    namespace: dict[str, Any] = {"__doc__": f"{driver.__name__} with the tap at its door."}
    bases = (TapDriver, LostTerminalDriver, *((ReadTerminal,) if _is_of_bytes(driver) else ()), driver)
    return type(f"Tapped{driver.__name__}", bases, namespace)


def _is_of_bytes(driver: type[Driver]) -> bool:
    """A terminal that is read as bytes; that of Windows tells whole keys."""
    if sys.platform == "win32":
        return False
    from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415 - there is no termios on Windows

    return issubclass(driver, LinuxDriver)
