"""Who lives on the line: the device, the driver and the guard, fed with whatever the other end may send."""

from __future__ import annotations

from guard.rig import INIT, POLL, UPDATE, WAVE, Device, block, decode, encode, pulse, update_data

from firmware_sim.device import P24
from firmware_sim.stage import Stage
from fuzz.feed import Feed
from fuzz.wire import ANSWERS, SIGHT, by_simulator, frame, stream
from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode4.driver import P24Driver
from nmes.devices.stimulator import DeviceCommand
from nmes.guard.ceilings import Ceilings
from nmes.guard.port import GuardedPort
from nmes.guard.sight import Unknown
from nmes.link.memory_port import MemoryPort

MOST_PENDING = 64 * 5
"""Each packet number once for each kind of request."""
STEPS = 120
WAVEFORM = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=20_000)
COMMANDS: tuple[DeviceCommand, ...] = (
    Identify(),
    Enable(),
    Halt(),
    SetOutput(()),
    *(SetOutput((ChannelOutput(1, ua, WAVEFORM, 20_000),)) for ua in (0, 5_000, 20_000)),
)


def device(data: bytes) -> int:
    """The device survives any stream, answers in whole frames, and plays nothing above its ceiling."""
    feed, now_us = Feed(data), 0
    one = P24(stage=Stage(keep_trace=False))
    peaks_ua = [0]
    one.stage.watch(lambda event: peaks_ua.append(getattr(event, "peak_current_ua", 0)))
    cuts = Feed(feed.some(40))
    one.receive(encode(1, INIT, b"\1"), now_us)
    answered = 0
    for piece in cuts.cut(stream(feed)):
        now_us += cuts.below(60_000)
        one.receive(piece, now_us)
        sent = one.transmit(now_us)
        whole = by_simulator([sent])
        assert sum(len(encode(*packet)) for packet in whole) == len(sent), "more than whole frames"
        answered += len(whole)
    one.advance(now_us + 100_000)
    assert max(peaks_ua) <= 130_000
    return answered


def _answer(feed: Feed, asked: list[bytes]) -> bytes:
    """What comes back: mostly to the last that was asked, and mostly in the right form."""
    if not asked or feed.below(4) == 0:
        return frame(feed, ANSWERS) if feed.below(3) else feed.some(60)
    number, command, _ = decode(asked[-1])
    good = Device()._body(command) if feed.below(2) else feed.some(14)
    return encode(number, command + 1 if feed.below(8) else feed.one_of(ANSWERS), good)


def driver(data: bytes) -> int:
    """The driver survives any answer, and whatever it writes is a frame that the guard knows in every bit."""
    feed, now_ms = Feed(data), 0
    one, asked, happened = P24Driver(), list[bytes](), 0
    for _ in range(STEPS):
        if feed.empty:
            break
        now_ms += feed.one_of((0, 1, 5, 20, 40, 100, 400, 2_500))
        match feed.below(5):
            case 0:
                one.execute(feed.one_of(COMMANDS), now_ms)
            case 1:
                one.refused(now_ms)
            case _:
                one.receive(_answer(feed, asked), now_ms)
        one.tick(now_ms)
        for written in one.frames():
            assert not isinstance(SIGHT.see_request(written).seen, Unknown), written.hex(" ")
            asked = [written]
            one.sent(now_ms)
        happened += len(one.events())
    return happened


class _Echo:
    """The far end: what it was told, and what it says next."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.says = b""

    def from_host(self, data: bytes) -> None:
        self.asked = [data]

    def to_host(self) -> bytes:
        said, self.says = self.says, b""
        return said


def guard(data: bytes) -> int:
    """The guard survives whatever is written to it and read by it, and what it waits for stays bounded.

    While it is latched nothing passes that could put out anything.
    """
    feed, now_us, echo = Feed(data), 0, _Echo()
    one = GuardedPort(MemoryPort(echo), SIGHT, Ceilings(), lambda: now_us)
    for _ in range(STEPS):
        if feed.empty:
            break
        now_us += feed.one_of((0, 1_000, 20_000, 40_000, 40_000, 300_000, 1_100_000))
        match feed.below(8):
            case 0:
                one.unlatch(one.trips)
            case 1:
                one.arm(1 + feed.below(9), feed.below(131) * 1000, 500, 2_500, *WAVE)
            case 2 | 3:
                echo.says = _answer(feed, echo.asked)
                one.read(4096, 0)
            case 4:
                one.watch()
            case _:
                latched, before = one.latched, echo.asked
                if one.write(_written(feed)) and latched and echo.asked is not before:
                    assert decode(echo.asked[0])[1] not in {INIT, UPDATE, POLL}, "passed while latched"
        assert len(one._state.pending) <= MOST_PENDING
    return one.trips


def _written(feed: Feed) -> bytes:
    if feed.below(3) == 0:
        return frame(feed)
    command = feed.one_of((UPDATE, UPDATE, POLL, INIT, 34, 62))
    body = {
        UPDATE: update_data({1: block(pulse(500 * feed.below(80)))}),
        POLL: b"\4",
        INIT: b"\1",
    }.get(command, b"")
    return encode(feed.below(64), command, body)
