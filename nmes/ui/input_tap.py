"""STOP is heard where the terminal is read, not where the screen is painted.

Textual reads the terminal in a thread and queues what it read for the event loop. A loop that is busy or hung would
hold a STOP in that queue. So each driver is given a tap at `send_message`, the one public door through which every
input passes: a STOP key or a press on the STOP bar stops at once, in the reading thread; the message then goes its
usual way. At the same door every input is stamped with the session's epoch, so that what was pressed before a STOP is
known to be older than it. Without a tap (headless) the app's own bindings stop, and the epoch is that of the present.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from textual import events
from textual.driver import Driver
from textual.message import Message

from nmes.ui.lost_terminal import LostTerminalDriver

STOP_KEYS: Final = frozenset({"f12", "ctrl+c", "escape"})
STOP_ROWS: Final = 3
"""Height of the STOP bar: the bottom rows of every screen and window."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is known of an input: the session's epoch when it was read, and whether it has stopped the output."""

    epoch: int
    stopped: bool = False


@dataclass(slots=True)
class Tap:
    """What the reading thread may do. `stop(source)` and `epoch()` are called in that thread; `height()` is in rows."""

    stop: Callable[[str], None]
    epoch: Callable[[], int]
    height: Callable[[], int]
    _stamps: WeakKeyDictionary[events.InputEvent, Stamp] = field(default_factory=WeakKeyDictionary)
    _last: Stamp | None = None

    def hear(self, message: Message) -> None:
        """In the reading thread, before the message is queued."""
        if not isinstance(message, events.InputEvent):
            return
        epoch, source = self.epoch(), self._stop_source(message)
        if source:
            self.stop(source)
        self._stamps[message] = Stamp(epoch, bool(source))

    def _stop_source(self, message: events.InputEvent) -> str:
        match message:
            case events.Key(key=key) if key in STOP_KEYS:
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
        return Stamp(self.epoch() if self._last is None else self._last.epoch)


class TapDriver(Driver):
    """Goes before any driver in the method order. The app offers a Tap as `tap`."""

    def send_message(self, message: Message) -> None:
        tap = getattr(self._app, "tap", None)
        if isinstance(tap, Tap):
            tap.hear(message)
        super().send_message(message)


def tapped(driver: type[Driver]) -> type[Driver]:
    """The same driver, with the tap at its door, and not held by a terminal that is gone."""
    namespace: dict[str, Any] = {"__doc__": f"{driver.__name__} with the tap at its door."}
    return type(f"Tapped{driver.__name__}", (TapDriver, LostTerminalDriver, driver), namespace)
