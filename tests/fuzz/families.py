"""The three older families: what stands on their lines, and who lives there.

Each target takes the family from the first byte. The oracles are the others again: driver, guard and simulator of a
family were written apart from each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guard import list_rig
from guard.rig import WAVE, block, encode, pulse, update_data

from firmware_sim.devices import new_device
from firmware_sim.model import Device as Simulated
from firmware_sim.sciencemode1 import packets
from firmware_sim.sciencemode2 import framing as framing2
from firmware_sim.sciencemode2 import requests as requests2
from firmware_sim.sciencemode3 import requests as requests3
from firmware_sim.sciencemode3.switches import Switches
from firmware_sim.sciencemode4 import framing, requests
from firmware_sim.stage import Stage
from fuzz.feed import Feed
from fuzz.wire import by_simulator, nearly, stream
from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.events import Device as Event
from nmes.core.events import Enabled, Identified
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode2.codec import decode
from nmes.devices.sciencemode2.frame import Decoder
from nmes.devices.sciencemode2.responses import Malformed
from nmes.devices.stimulator import DeviceCommand
from nmes.guard import sight as seen
from nmes.guard.judge import always_passes
from nmes.guard.port import GuardedPort
from nmes.guard.sight.packets import Packet, Packets
from nmes.guard.sight.sciencemode2_frame import LONGEST, open_frame
from nmes.link.memory_port import MemoryPort
from nmes.runtime.families import Family, family

STEPS = 60
SOON_MS = 5_000
"""More than the slowest takes until it may put out something."""
MOST_UA = 20_000
"""The highest amplitude of a command below."""
MOST_PENDING = 256 * 5
"""Each packet number once for each kind of request."""
WAVEFORM = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=20_000)
COMMANDS: tuple[DeviceCommand, ...] = (
    *(Identify(), Identify(), Enable(), Enable(), Halt(), SetOutput(())),
    *(SetOutput((ChannelOutput(1, ua, WAVEFORM, 20_000),)) for ua in (0, 6_000, MOST_UA)),
    SetOutput((ChannelOutput(2, MOST_UA, WAVEFORM, 20_000),)),
)


# --- what a host may write ---


def _frame3(feed: Feed) -> bytes:
    command = feed.one_of((32, 32, 0, 4, 30, 34, 36, 50, 52, 54, 58, 62, 68)) if feed.below(8) else feed.below(1024)

    def right() -> bytes:
        channels = {1 + feed.below(4) for _ in range(feed.below(4))} if command == 32 else set()
        blocks = {one: block(pulse(feed.below(270) * 500), 500 + feed.below(200) * 500) for one in channels}
        return update_data(blocks) if command == 32 else {30: b"\0", 36: b"\2"}.get(command, b"")

    return encode(feed.below(64), command, nearly(feed, right))


def _frame2(feed: Feed) -> bytes:
    command = feed.one_of((30, 32, 32, 2, 4, 10, 12, 34, 36, 50)) if feed.below(8) else feed.below(256)
    return framing2.encode(feed.below(256), command, nearly(feed, lambda: _data2(feed, command)))


def _data2(feed: Feed, command: int) -> bytes:
    match command:
        case 2:
            return feed.one_of((b"\x00", b"\xfb"))
        case 30:
            main = feed.below(2060)
            return bytes((feed.below(2), 1 + feed.below(255), 0, feed.below(40), main >> 8, main & 255, 0))
        case 32:
            slots = (divmod(20 + feed.below(490), 256) for _ in range(1 + feed.below(8)))
            return b"".join(bytes((feed.below(16) // 14, *width, 2 * feed.below(66))) for width in slots)
        case _:
            return b""


def _frame1(feed: Feed) -> bytes:
    """There is no frame: a command that is right, or with some other bits."""
    match feed.below(4):
        case 0:
            channels = tuple(one for one in range(1, 9) if feed.below(2)) or (1,)
            whole = list_rig.init(channels, 3_000 + 500 * feed.below(2000), 3_000 + 500 * feed.below(27))
        case 1 | 2:
            slots = [(0, 20 + feed.below(481), 2 * feed.below(64)) for _ in range(1 + feed.below(8))]
            whole = list_rig.update(*slots)
        case _:
            whole = list_rig.STOP
    found = bytearray(whole)
    for _ in range(max(0, feed.below(6) - 3)):
        found[feed.below(len(found))] ^= feed.byte()
    return bytes(found)


# --- what the guard sees, and what the device will do ---


def _meant3(written: bytes) -> tuple[int, object]:
    ((number, command, body),) = by_simulator([written])
    return number, requests3.decode(command, body, Switches())


def _meant2(written: bytes) -> tuple[int, object]:
    (whole,) = _by_simulator([written])
    number, command, body = whole
    return number, requests2.decode(command, body)


def _meant1(written: bytes) -> tuple[int, object]:
    receiver, listed = packets.Receiver(), len(written) // 3
    taken = [found for byte in written if (found := receiver.take(byte, listed)) is not None]
    assert taken == [written], "one whole command for the guard, others for the device"
    return 0, packets.decode(written)


def _same3(saw: seen.Seen, meant: object) -> bool:
    match saw:
        case seen.Update(trains):
            settings = meant.channels if isinstance(meant, requests.MlUpdate) else None
            played = settings and tuple((one.channel, one.ramp, one.period_us, one.played) for one in settings)
            return (played or ()) == tuple((one.channel, one.ramp_pulses, one.period_us, one.points) for one in trains)
        case seen.Init():
            return isinstance(meant, requests.MlInit)
        case seen.Poll():
            return meant == requests.MlGetCurrentData(2)
        case seen.Halt():
            return meant == requests.MlStop()
        case seen.Status():
            return meant == requests.GetStimStatus()
        case _:
            return not isinstance(meant, requests.MlUpdate | requests.MlInit | requests.LlInit | requests.Malformed)


def _same2(saw: seen.Seen, meant: object) -> bool:
    match saw:
        case seen.ListInit(channels, period_us, group_us, low, skips):
            return meant == requests2.InitChannelList(skips, channels, low, group_us, period_us, 0)
        case seen.ListUpdate(slots):
            return meant == requests2.StartChannelList(
                tuple(requests2.Entry(mode + 1, width_us, ua // 1000) for mode, width_us, ua in slots)
            )
        case seen.Halt():
            return meant == requests2.StopChannelList()
        case seen.Status():
            return meant == requests2.GetStimulationMode()
        case _:
            return meant in (requests2.InitAck(0), requests2.InitAck(-5))


def _same1(saw: seen.Seen, meant: object) -> bool:
    match saw:
        case seen.ListInit(channels, period_us, group_us, low, skips):
            return meant == packets.Init(skips, channels, low, group_us, period_us)
        case seen.ListUpdate(slots):
            return meant == packets.Update(
                tuple(packets.Entry(mode + 1, width_us, ua // 1000) for mode, width_us, ua in slots)
            )
        case _:
            return meant == packets.Stop()


@dataclass(frozen=True, slots=True)
class Older:
    """One family, as far as these targets must know it."""

    family: Family
    frame: Callable[[Feed], bytes]
    meant: Callable[[bytes], tuple[int, object]]
    """Packet number and request, as its simulator reads them."""
    same: Callable[[seen.Seen, object], bool]
    most_ua: int


OLDER = (
    Older(family("rehamove3"), _frame3, _meant3, _same3, 130_000),
    Older(family("rehastim2"), _frame2, _meant2, _same2, 130_000),
    Older(family("rehastim1"), _frame1, _meant1, _same1, 126_000),
)


def sights(data: bytes) -> int:
    """What the guard sees is what the device will do, or it is unknown; what the device refuses is never a halt."""
    feed = Feed(data)
    one = feed.one_of(OLDER)
    written = stream(feed, one.frame) if feed.below(8) == 0 else one.frame(feed)
    request = one.family.new_sight().see_request(written)
    if isinstance(request.seen, seen.Unknown):
        return 0
    number, meant = one.meant(written)
    assert number == request.number
    if isinstance(meant, requests.Malformed):  # a period or a pulse out of its range: the judge's ceilings are for it
        assert isinstance(request.seen, seen.Update), request.seen
        return 1
    assert one.same(request.seen, meant), f"{request.seen} for the guard, {meant} for the device"
    return 1


# --- ScienceMode2's framing ---


def _by_driver(pieces: list[bytes]) -> list[Packet]:
    decoder, found = Decoder(), list[Packet]()
    for piece in pieces:
        found += [(one.packet_number, one.command, one.data) for one in decoder.feed(piece)]
        assert decoder.pending < LONGEST
    return found


def _by_simulator(pieces: list[bytes]) -> list[Packet]:
    receiver, found = framing2.Receiver(framing2.WIRE), list[Packet]()
    for piece in pieces:
        whole = [one for one in receiver.feed(piece) if isinstance(one, framing.Frame)]
        found += [(one.packet_number, one.command, one.data) for one in whole]
        assert len(receiver._buffer) <= framing2.MAXIMUM_BYTES
    return found


def _by_guard(pieces: list[bytes]) -> list[Packet]:
    packets, found = Packets(LONGEST, open_frame), list[Packet]()
    for piece in pieces:
        found += packets.feed(piece)
        assert len(packets._held) < LONGEST
    return found


def framings(data: bytes) -> int:
    """All three find the same frames, however the bytes are cut."""
    feed = Feed(data)
    cuts = Feed(feed.some(60))
    whole = stream(feed, _frame2)
    wanted = _by_driver([whole])
    pieces = cuts.cut(whole)
    for reader in (_by_driver, _by_simulator, _by_guard):
        assert reader([whole]) == wanted, reader.__name__
        assert reader(pieces) == wanted, f"{reader.__name__}, cut"
    for number, command, body in wanted:
        try:
            decode(Decoder().feed(framing2.encode(number, command, body))[0])
        except Malformed:
            continue
    return len(wanted)


# --- who lives on the line ---


def _said(device: Simulated, now_us: int) -> bytes:
    """What it has said by now, asked and unasked."""
    device.advance(now_us)
    return device.transmit(now_us)


def devices(data: bytes) -> int:
    """The device survives any stream, and plays nothing above its ceiling."""
    feed, now_us, answered, peaks_ua = Feed(data), 0, 0, [0]
    older = feed.one_of(OLDER)
    one = new_device(older.family.key, Stage(keep_trace=False), keep_trace=False)
    one.stage.watch(lambda event: peaks_ua.append(getattr(event, "peak_current_ua", 0)))
    cuts = Feed(feed.some(40))
    for piece in cuts.cut(stream(feed, older.frame)):
        now_us += cuts.below(60_000)
        one.receive(piece, now_us)
        answered += len(_said(one, now_us))
    one.advance(now_us + 100_000)
    assert max(peaks_ua) <= older.most_ua
    return answered


def drivers(data: bytes) -> int:
    """The driver survives a device whose answers are damaged on the way, and whatever it writes the guard knows.

    What reaches the device is whole, so that nothing flows above the level that was asked for.
    """
    feed, now_ms, happened, peaks_ua = Feed(data), 0, 0, [0]
    older = feed.one_of(OLDER)
    driver, sight = older.family.new_driver(), older.family.new_sight()
    device = new_device(older.family.key, Stage(keep_trace=False), keep_trace=False)
    device.stage.watch(lambda event: peaks_ua.append(getattr(event, "peak_current_ua", 0)))

    def turn(said: bytes) -> list[Event]:
        driver.receive(said, now_ms)
        driver.tick(now_ms)
        for written in driver.frames():
            assert not isinstance(sight.see_request(written).seen, seen.Unknown), written.hex(" ")
            device.receive(written, now_ms * 1000)
            driver.sent(now_ms)
        return driver.events()

    if feed.below(4):  # most begin where output may be
        for command, reached in ((Identify(), Identified), (Enable(), Enabled)):
            driver.execute(command, now_ms)
            while not any(isinstance(event, reached) for event in turn(_said(device, now_ms * 1000))):
                now_ms += 20
                assert now_ms < SOON_MS, "a device that is sound is not enabled"
        driver.execute(feed.one_of(COMMANDS), now_ms)
    for _ in range(STEPS):
        if feed.empty:
            break
        now_ms += feed.one_of((0, 1, 5, 20, 20, 40, 100, 400, 900))
        said = bytearray(_said(device, now_ms * 1000))
        match feed.below(12):
            case 0 | 1 | 2:
                driver.execute(feed.one_of(COMMANDS), now_ms)
            case 3:
                driver.refused(now_ms)
            case 4:
                said += feed.some(60)
            case 5 if said:
                said[feed.below(len(said))] ^= feed.byte()
            case 6:
                said.clear()
            case _:
                pass
        happened += len(turn(bytes(said)))
    assert max(peaks_ua) <= MOST_UA
    return happened


class _Far:
    """A device at the far end, its answers as they are or others."""

    def __init__(self, key: str) -> None:
        self.device = new_device(key, Stage(keep_trace=False), keep_trace=False)
        self.now_us = 0
        self.heard: list[bytes] = []
        self.says = b""

    def from_host(self, data: bytes) -> None:
        self.heard = [data]
        self.device.receive(data, self.now_us)

    def to_host(self) -> bytes:
        said, self.says = self.says + _said(self.device, self.now_us), b""
        return said


def guards(data: bytes) -> int:
    """The guard survives whatever is written to it and read by it, and what it waits for stays bounded.

    While it is latched nothing passes that could put out anything.
    """
    feed = Feed(data)
    older = feed.one_of(OLDER)
    far, sight = _Far(older.family.key), older.family.new_sight()
    one = GuardedPort(MemoryPort(far), sight, older.family.ceilings, lambda: far.now_us)
    for _ in range(STEPS):
        if feed.empty:
            break
        far.now_us += feed.one_of((0, 1_000, 20_000, 40_000, 40_000, 300_000, 1_100_000))
        match feed.below(8):
            case 0:
                one.unlatch(one.trips)
            case 1:
                one.arm(1 + feed.below(9), feed.below(131) * 1000, 500, 2_500, *WAVE)
            case 2 | 3:
                far.says = feed.some(40) if feed.below(3) == 0 else b""
                one.read(4096, 0)
            case 4:
                one.watch()
            case _:
                latched, far.heard = one.latched, []
                if one.write(older.frame(feed)) and latched and far.heard:
                    assert always_passes(sight.see_request(far.heard[0]).seen), "passed while latched"
        assert len(one._state.pending) <= MOST_PENDING
    return one.trips
