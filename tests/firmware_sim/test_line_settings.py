"""Wrong settings of the line are garbage both ways: worked out bit by bit, and read back from the pseudo-terminal."""

from __future__ import annotations

import os
import select
import sys
import termios
from collections.abc import Iterator
from dataclasses import replace

import pytest

from firmware_sim import pty_settings
from firmware_sim.devices import MODELS
from firmware_sim.model import LineSettings
from firmware_sim.pty_line import PtyLine
from firmware_sim.sciencemode4 import framing
from firmware_sim.uart import heard
from helpers.terminal import open_terminal

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="settings are read back on Linux only")
STATUS = framing.encode(4, 62)
LINES = {key: one.line for key, one in MODELS.items()}
RATES = {"p24": "B3000000", "rehamove3": "B3000000", "rehastim2": "B460800", "rehastim1": "B115200"}


def test_at_the_same_settings_every_byte_is_heard() -> None:
    for line in LINES.values():
        assert heard(bytes(range(256)), line, replace(line)) == bytes(range(256))


def test_a_receiver_at_four_times_the_rate_hears_the_edges() -> None:
    """Worked by hand: each bit lasts four of its own."""
    fast, slow = LineSettings(400, stop_bits=1), LineSettings(100, stop_bits=1)
    assert heard(b"\xff", slow, fast) == b"\xf8", "a start bit is a start bit and three zeros"
    assert heard(b"\x00", slow, fast) == b"", "no stop bit, and then no edge"
    assert heard(b"\x55", slow, fast) == b"\xf8", "a zero where the stop bit should be, twice; the last ends in rest"
    assert heard(b"\xff", slow, replace(fast, parity="E")) == b"\xf8", "five ones, and the line rests at 1: six"
    assert heard(b"\xff", slow, replace(fast, parity="O")) == b"", "which is wrong where they shall be odd"


def test_a_receiver_at_a_quarter_of_the_rate_hears_next_to_nothing() -> None:
    fast, slow = LineSettings(400, stop_bits=1), LineSettings(100, stop_bits=1)
    assert heard(b"\xff", fast, slow) == b"", "its start bit is too short"
    assert heard(b"\x55", fast, slow) == b"\xfe", "a zero in the middle of the start bit and of the next"
    assert heard(b"\x0f", fast, slow) == b"\xff", "only the zeros of its second half are long enough"


def test_parity_and_stop_bits_are_sent_as_they_are_set() -> None:
    """At a third of the rate a byte of 11 bits and one of 12 end at different places."""
    to = LineSettings(100, stop_bits=1)
    sent = LineSettings(300, stop_bits=1)
    others = (sent, replace(sent, parity="E"), replace(sent, parity="O"), replace(sent, stop_bits=2))
    assert len({heard(bytes(range(32)), one, to) for one in others}) == 4


def test_another_stop_bit_or_flow_control_alone_is_heard_as_nothing() -> None:
    line = LINES["p24"]
    for other in (replace(line, stop_bits=1), replace(line, rtscts=False), replace(line, parity="O")):
        assert heard(STATUS, other, line) == b""
    assert heard(STATUS, replace(line, baud=0), line) == b"", "a rate that nobody knows"


def test_no_family_understands_a_frame_that_is_meant_for_another_rate() -> None:
    for sent in LINES.values():
        for by in LINES.values():
            if sent.baud != by.baud:
                assert framing.Receiver().feed(heard(STATUS, sent, by)) == []


class Host:
    """Whoever opens the terminal, and what the line then told."""

    def __init__(self, key: str) -> None:
        self.said: list[str] = []
        self.line = PtyLine(LINES[key], self.said.append)
        self._open: list[int] = []

    def opens(self, rate: str, *, stop_bits: int = 2, rtscts: bool = True, more: int = 0) -> int:
        code = getattr(termios, rate)
        self._open.append(open_terminal(self.line.url, code, stop_bits=stop_bits, rtscts=rtscts, more=more))
        return self._open[-1]

    def heard_of(self, descriptor: int) -> bytes:
        """What the device hears of a status request."""
        os.write(descriptor, STATUS)
        assert select.select(self.line.watched(), [], [], 5)[0]
        return self.line.read()

    def close(self) -> None:
        for descriptor in self._open:
            os.close(descriptor)
        self.line.close()


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    made: list[Host] = []
    yield made
    for one in made:
        one.close()


@LINUX
def test_each_family_understands_who_opened_the_terminal_as_it_needs_and_nobody_else(hosts: list[Host]) -> None:
    understood = []
    for key, line in LINES.items():
        host = Host(key)
        hosts.append(host)
        for rate in {*RATES.values(), "B9600"}:
            for stop_bits in (1, 2):
                for rtscts in (True, False):
                    found = host.heard_of(host.opens(rate, stop_bits=stop_bits, rtscts=rtscts))
                    if found == STATUS:
                        understood.append((key, rate, stop_bits, rtscts))
        assert len(host.said) == 15, "each other setting is told once"
        assert all(f"the device needs {line}" in one for one in host.said)
    wanted = [(key, RATES[key], line.stop_bits, line.rtscts) for key, line in LINES.items()]
    assert understood == wanted


@LINUX
def test_what_the_device_says_is_garbage_to_a_host_at_other_settings(hosts: list[Host]) -> None:
    host = Host("rehastim2")
    hosts.append(host)
    wrong = host.opens("B115200", stop_bits=1, rtscts=False)
    host.line.write(STATUS)
    if select.select([wrong], [], [], 0.05)[0]:
        assert STATUS not in os.read(wrong, 100)
    right = host.opens("B460800", stop_bits=1, rtscts=False)
    host.line.write(STATUS)
    assert select.select([right], [], [], 5)[0]
    assert os.read(right, 100) == STATUS


@LINUX
def test_of_the_parity_only_an_odd_one_leaves_a_trace(hosts: list[Host]) -> None:
    """The kernel clears the parity bit of a pseudo-terminal, so that a test of it belongs to the port's opening."""
    host = Host("rehastim2")
    hosts.append(host)
    even = host.opens("B460800", stop_bits=1, rtscts=False, more=termios.PARENB)
    assert not termios.tcgetattr(even)[2] & termios.PARENB
    assert host.heard_of(even) == STATUS
    again = host.opens("B460800", stop_bits=1, rtscts=False, more=termios.PARENB)
    assert host.heard_of(again) == STATUS, "without a trace left to be changed the second opening would be refused"
    assert host.heard_of(host.opens("B460800", stop_bits=1, rtscts=False, more=termios.PARODD)) == b""


def test_where_nothing_is_looked_at_or_known_every_byte_passes(
    hosts: list[Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host("p24")
    hosts.append(host)
    monkeypatch.setattr(sys, "platform", "darwin")
    descriptor = host.opens("B9600")
    assert pty_settings.found(descriptor, LINES["p24"]) is None
    assert host.heard_of(descriptor) == STATUS
    monkeypatch.undo()
    free = PtyLine()
    other = open_terminal(free.url, termios.B9600)
    os.write(other, STATUS)
    assert select.select(free.watched(), [], [], 5)[0]
    assert free.read() == STATUS
    os.close(other)
    free.close()
