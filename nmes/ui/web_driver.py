"""STOP in a browser: the same guarantees as in a terminal, where the far end is a page and not a person's own screen.

`nmes serve` starts the app with this driver. Textual's own reads the browser's input in a thread; but when the page
goes it only asks the event loop to end, when its pipe ends or breaks it ends that thread in silence, and a page that
hangs is not noticed at all. Here each of these stops the output in the reading thread: the page that is closed, the
pipe that ends, input that cannot be read, and a page that has given no sign of life for a while. `nmes serve` passes
on the page's beats, so that what must be alive is the page itself.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from textual import log
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver

from nmes.ui.raw_input import RawInput

BROWSER_GONE: Final = "browser"
BROWSER_SILENT: Final = "browser_silent"
SILENT_S: Final = 2.5
"""Five beats of the page; a page in the background is slowed to one a second [design]."""


MOST_COLUMNS, MOST_ROWS = 500, 200
"""No page is larger [design: as `nmes serve` lets through]."""


class WatchedInput:
    """The reader of the browser's input. `silent` is called, in the reading thread, once for every silence."""

    def __init__(
        self, reader: Any, silent: Callable[[], None], monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._reader, self._silent, self._monotonic_s = reader, silent, monotonic_s

    def __iter__(self) -> Iterator[bytes]:
        heard_s, told = self._monotonic_s(), False
        for data in self._reader:
            if data:
                heard_s, told = self._monotonic_s(), False
            elif not told and self._monotonic_s() - heard_s > SILENT_S:
                told = True
                self._silent()
            yield data

    def close(self) -> None:
        """End the iteration."""
        self._reader.close()


class BrowserDriver(WebDriver):
    """Textual's driver for a browser, which stops where that one ends or goes on."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # In place of the attributes: Textual offers no other door to what it reads by and writes with.
        vars(self)["_input_reader"] = WatchedInput(self._input_reader, self._silent)
        vars(self)["_write"] = self._send
        self._broken = False

    def run_input_thread(self) -> None:
        try:
            self._read_on()
        except Exception as error:  # noqa: BLE001 - whatever ends the reading ends the session; see `finally`
            log.error(f"the page can no longer be read: {error!r}")
        finally:
            self._input_reader.close()
            if not self.exit_event.is_set():
                self._gone()

    def _read_on(self) -> None:
        """A page sends whole keys, each in a packet, so no sequence goes on in the next one."""
        raw, packets = RawInput(self.process_message, lambda: getattr(self._app, "tap", None)), ByteStream()
        for data in self._input_reader:
            for kind, payload in packets.feed(data) if data else ():
                if kind == "D":
                    raw.read(payload, whole=True)
                else:
                    self._on_meta(kind, payload)
            raw.quiet()

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "quit":
            self._gone()
        elif packet_type == "resize":
            sized = {"width": _within(payload["width"], MOST_COLUMNS), "height": _within(payload["height"], MOST_ROWS)}
            super().on_meta(packet_type, {**payload, **sized})
        else:
            super().on_meta(packet_type, payload)

    def _send(self, data: bytes) -> None:
        """To the browser; nothing once it is gone."""
        left = memoryview(data)
        while left and not self._broken:
            try:
                left = left[os.write(self.fileno, left) :]
            except OSError:
                self._broken = True
                self._gone()

    def _silent(self) -> None:
        stop = getattr(self._app, "stop", None)
        if stop is not None:
            stop(BROWSER_SILENT)

    def _gone(self) -> None:
        """Stop in this thread, then ask the app to end, if there is still a loop that can be asked."""
        stop_and_exit = getattr(self._app, "stop_and_exit", None)
        if stop_and_exit is not None:
            with contextlib.suppress(RuntimeError):
                stop_and_exit(BROWSER_GONE, 0)


def _within(size: object, most: int) -> int:
    """A number of columns or rows that there can be."""
    return min(max(size, 1), most) if isinstance(size, int) else 1
