"""Between the bytes of a terminal or a page and the parser of Textual: the first place where a STOP can be heard.

Textual's own reading thread decodes, parses and sends in one piece, so its loop is replaced here, and with it its fear
of a byte that is no UTF-8. All STOPs of a reading come before all else that was read; and all that was read together is
as old as its oldest part. What the parser cannot read is dropped, and leaves nothing behind in it.
"""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from textual import events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.message import Message

from nmes.ui.key_bytes import KeyBytes
from nmes.ui.key_forms import ESC, Piece, Stop

LOOK_S: Final = 0.1
"""How often the reading thread looks whether it shall end [as Textual's]."""
MOST_READ: Final = 4096
_KEPT: Final = ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size")
"""What a parser has learned of the terminal."""


class Hears(Protocol):
    """What a tap does for a reading."""

    def reading(self) -> AbstractContextManager[None]:
        """All that is heard in it was read now."""

    def stop_at_once(self, stops: list[Stop]) -> None:
        """Before anything of the reading is passed on."""

    def would_stop(self, message: Message) -> bool: ...


class RawInput:
    """`process` is the driver's door; `tap` is looked up each time, because an app may have none."""

    def __init__(self, process: Callable[[Message], None], tap: Callable[[], Hears | None]) -> None:
        self._process, self._tap = process, tap
        self._bytes, self._parser = KeyBytes(), XTermParser()

    def read(self, data: bytes, *, whole: bool = False) -> None:
        """What was read; `whole` where no sequence goes on in the next reading."""
        now_s = time.monotonic()
        pieces = self._bytes.feed(data, now_s)
        self._take(pieces + self._bytes.flush(now_s) if whole else pieces)

    def quiet(self) -> None:
        """Nothing is there to be read."""
        self._take(self._bytes.tick(time.monotonic()))

    def wait_s(self) -> float:
        """So long something may be waited for."""
        held_s = self._bytes.wait_s(time.monotonic())
        return LOOK_S if held_s is None else min(LOOK_S, held_s)

    def _take(self, pieces: list[Piece]) -> None:
        tap = self._tap()
        if tap is None or not pieces:
            for message in self._messages(pieces, None):
                self._process(message)
            return
        with tap.reading():
            tap.stop_at_once([piece.stop for piece in pieces if piece.stop])
            for message in self._messages(pieces, tap):
                self._process(message)

    def _messages(self, pieces: list[Piece], tap: Hears | None) -> Iterator[Message]:
        for piece in pieces:
            if piece.text == ESC:
                yield events.Key("escape", ESC)
            elif piece.pasted:
                yield events.Paste(piece.text)
            else:
                found = self._parsed(piece)
                if piece.in_paste:
                    found = [message for message in found if tap is not None and tap.would_stop(message)]
                yield from found

    def _parsed(self, piece: Piece) -> list[Message]:
        found: list[Message] = []
        try:
            found += self._parser.feed(piece.text)
        except Exception:  # noqa: BLE001 - whatever it cannot read is no key; a STOP was heard before it
            self._anew()
        if piece.is_sequence and not found:
            self._anew()
        return found

    def _anew(self) -> None:
        """It may still wait for more of a sequence that was whole, and would swallow the next keys."""
        old, self._parser = self._parser, XTermParser()
        for name in _KEPT:
            setattr(self._parser, name, getattr(old, name))


class ReadTerminal(Driver):
    """Goes before Textual's driver for terminals of bytes in the method order: its reading thread is ours."""

    def run_input_thread(self) -> None:
        """Until the driver is told to end. What escapes is a lost terminal: Textual's `panic`."""
        driver: Any = self
        raw = RawInput(self.process_message, lambda: getattr(self._app, "tap", None))
        with selectors.SelectSelector() as selector:
            selector.register(driver.fileno, selectors.EVENT_READ)
            while not driver.exit_event.is_set():
                if not (selector.select(raw.wait_s()) or selector.select(0)):  # it may have come while we slept
                    raw.quiet()
                    continue
                data = os.read(driver.fileno, MOST_READ)
                if not data:
                    raise EOFError("the terminal has ended")
                raw.read(data)
