"""Bytes that become messages: STOP before all else of a reading, nothing left behind in Textual's parser, and the
places of the pinned Textual that this stands on.
"""

from __future__ import annotations

import inspect
import sys
import time

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.drivers.web_driver import WebDriver
from textual.message import Message

from nmes.ui.input_tap import Tap, tapped
from nmes.ui.key_bytes import PASTE_S, SPLIT_S
from nmes.ui.raw_input import LOOK_S, RawInput, ReadTerminal

BAR = "\x1b[<0;40;23M"


class Read:
    """A reading thread without a terminal: `order` is what happened, `heard` the messages."""

    def __init__(self, f12: str = "key") -> None:
        self.order: list[str] = []
        self.heard: list[Message] = []
        self.epoch, self.now_ms = 7, 100
        self.tap = Tap(self._stop, lambda: self.epoch, lambda: 24, f12, now_ms=lambda: self.now_ms)
        self.raw = RawInput(self._process, lambda: self.tap)

    def _stop(self, source: str) -> None:
        self.order.append(f"STOP {source}")
        self.epoch += 1

    def _process(self, message: Message) -> None:
        self.tap.hear(message)
        self.order.append(message.key if isinstance(message, events.Key) else type(message).__name__)
        self.heard.append(message)

    def read(self, data: str) -> list[str]:
        self.order.clear()
        self.heard.clear()
        self.raw.read(data.encode())
        return self.order


@pytest.mark.parametrize("typed", ["+", "=", "1", "k", "\r"])
def test_what_is_read_behind_an_esc_is_older_than_its_stop(typed: str) -> None:
    read = Read()
    assert read.read(f"\x1b{typed}")[:2] == ["STOP key", "escape"]
    escape, behind = read.heard
    assert isinstance(escape, events.Key)
    assert isinstance(behind, events.Key)
    assert not behind.key.startswith("alt")
    assert read.tap.stamp_of(escape).stopped
    assert read.epoch == 8
    assert read.tap.stamp_of(behind).epoch == 7


def test_all_stops_of_a_reading_come_before_all_else_each_source_once() -> None:
    read = Read(f12="patient")
    assert read.read("++\x03\x03\x1b[24~")[:4] == ["STOP key", "STOP patient", "plus", "plus"]
    assert read.order.count("STOP key") == 1
    assert read.read("\x1b[24;2~") == ["STOP patient", "f12"]


def test_a_press_on_the_bar_stops_in_a_paste_without_an_end_and_nothing_else_comes_of_it() -> None:
    read = Read()
    assert read.read(f"\x1b[200~abc\x1b[<0;40;5M\x1b[A{BAR}") == ["STOP mouse", "MouseDown"]
    assert read.read("\x03") == ["STOP key", "ctrl+c"]
    assert read.read("+") == []


def test_a_paste_that_was_ended_is_pasted() -> None:
    read = Read()
    assert read.read("\x1b[200~P-017\x03\x1b[201~") == ["STOP key", "ctrl+c", "Paste"]
    paste = read.heard[-1]
    assert isinstance(paste, events.Paste)
    assert paste.text == "P-017"


def test_after_a_moment_without_text_keys_are_keys_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, read = [5.0], Read()
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    read.read("\x1b[200~abc")
    now_s[0] += PASTE_S * 1.01
    read.raw.quiet()
    assert read.read("+") == ["plus"]


def test_an_esc_that_stays_alone_is_waited_for_no_longer_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, read = [5.0], Read()
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    assert read.raw.wait_s() == LOOK_S
    assert read.read("\x1b") == []
    assert read.raw.wait_s() == pytest.approx(SPLIT_S)
    now_s[0] += SPLIT_S
    read.raw.quiet()
    assert read.order == ["STOP key", "escape"]


@pytest.mark.parametrize(
    "nonsense", ["\x1b[31m", "\x1b[97;1:9u", "\x1b[1114112;1u", "\x1b[99999999999999;5u", "\x1b[?1;2c", "\x1b[200;1$y"]
)
def test_what_the_parser_cannot_read_is_dropped_and_swallows_nothing(nonsense: str) -> None:
    read = Read()
    assert [key for key in read.read(f"{nonsense}-") if key != "a"][-1] == "minus"
    assert "plus" not in read.read(f"{nonsense}x")
    assert read.read(BAR) == ["STOP mouse", "MouseDown"]


def test_alt_and_plus_is_no_plus() -> None:
    read = Read()
    assert read.read("\x1b[43;3;43u") == ["alt+plus"]
    assert read.read("\x1b[43;1;43u") == ["plus"]


def test_what_the_parser_knows_of_the_terminal_outlives_what_it_cannot_read() -> None:
    read = Read()
    read.read("\x1b[48;24;80;480;800t")  # from here on the mouse is told in pixels
    read.read("\x1b[31m")
    assert read.read("\x1b[<0;400;300M") == ["MouseDown"]
    assert read.read("\x1b[<0;400;470M") == ["STOP mouse", "MouseDown"]


def test_an_input_keeps_the_time_at_which_it_was_read() -> None:
    read = Read()
    read.read("\r")
    read.now_ms = 900
    key = read.heard[0]
    assert isinstance(key, events.Key)
    assert read.tap.stamp_of(key).read_ms == 100


def test_without_a_tap_it_is_read_all_the_same() -> None:
    heard: list[Message] = []
    raw = RawInput(heard.append, lambda: None)
    raw.read(b"\x1b[200~a\x1b[24~\x1b[201~+\x1b", whole=True)
    assert [type(one).__name__ for one in heard] == ["Paste", "Key", "Key"]


# --- where it stands in Textual ---


@pytest.mark.skipif(sys.platform == "win32", reason="the driver of Windows reads no bytes")
def test_the_driver_of_terminals_is_read_by_us() -> None:
    from textual.drivers.linux_driver import LinuxDriver

    driver = tapped(LinuxDriver)
    assert vars(ReadTerminal)["run_input_thread"] is driver.run_input_thread
    assert "self.run_input_thread()" in inspect.getsource(LinuxDriver._run_input_thread)
    assert "target=self._run_input_thread" in inspect.getsource(LinuxDriver.start_application_mode)
    own = inspect.getsource(LinuxDriver.run_input_thread)
    for name in ("self.fileno", "self.exit_event", "XTermParser(", ".feed", "self.process_message(event)"):
        assert name in own


def test_the_driver_of_pages_and_the_parser_are_what_they_were() -> None:
    own = inspect.getsource(WebDriver.run_input_thread)
    for name in ("self._input_reader", "ByteStream()", "self._on_meta(packet_type, payload)", 'packet_type == "D"'):
        assert name in own
    assert "target=self.run_input_thread" in inspect.getsource(WebDriver.__init__)
    for name in ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size"):
        assert hasattr(XTermParser(), name)
    assert callable(Driver.process_message)
