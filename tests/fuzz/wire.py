"""What stands on the line: three readers of frames, two of requests.

The oracles are the others: driver, guard and simulator were written apart from each other, from one manual.
"""

from __future__ import annotations

from collections.abc import Callable

from guard.rig import block, encode, pulse, update_data

from firmware_sim.sciencemode4 import framing, requests
from fuzz.feed import Feed
from nmes.devices.sciencemode4.codec import decode
from nmes.devices.sciencemode4.frame import Decoder
from nmes.devices.sciencemode4.responses import Malformed
from nmes.guard import sight as seen
from nmes.guard.sight.packets import Packet, Packets
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.guard.sight.sciencemode4_frame import LONGEST, open_frame

REQUESTS = (0, 2, 4, 30, 32, 34, 36, 50, 52, 54, 56, 58, 60, 62, 64, 68)
ANSWERS = (1, 3, 5, 31, 33, 35, 37, 53, 55, 59, 63, 66, 67, 69)
SPECIAL = b"\xf0\x0f\x81\x55\xa5\x5a\xd4\0"
GET_VERSION_MAIN = 50
"""Asked to tell a RehaMove3; a P24 does not know it."""
SIGHT = ScienceMode4Sight()


GOOD = {30: b"\1", 36: b"\4"}
"""The data of requests that have some, as this driver writes them; an update's are made anew."""


def nearly(feed: Feed, right: Callable[[], bytes]) -> bytes:
    """The data of a request or an answer: right, nearly right, or anything."""
    if feed.below(3) == 0:
        return feed.some(40)
    data = bytearray(right())
    for _ in range(max(0, feed.below(6) - 3) if data else 0):
        data[feed.below(len(data))] ^= feed.byte()
    return bytes(data)


def _update(feed: Feed) -> bytes:
    channels = {1 + feed.below(8) for _ in range(feed.below(4))}
    return update_data({one: block(pulse(feed.below(300) * 500), 500 + feed.below(200) * 500) for one in channels})


def frame(feed: Feed, commands: tuple[int, ...] = REQUESTS + ANSWERS) -> bytes:
    command = feed.one_of((32, *commands)) if feed.below(8) else feed.below(1024)
    return encode(
        feed.below(64), command, nearly(feed, lambda: _update(feed) if command == 32 else GOOD.get(command, b""))
    )


def stream(feed: Feed, frame: Callable[[Feed], bytes] = frame) -> bytes:
    """Frames, damaged frames and what lies between."""
    found = bytearray()
    while not feed.empty and len(found) < 20_000:
        match feed.below(7):
            case 0:
                found += feed.some(60)
            case 1:
                found += bytes(SPECIAL[byte % len(SPECIAL)] for byte in feed.some(60))
            case 2:
                found += bytes([feed.one_of(SPECIAL), feed.one_of(SPECIAL)]) * feed.below(700)
            case 3:
                whole = frame(feed)
                found += whole[: feed.below(len(whole))]
            case 4:
                damaged = bytearray(frame(feed))
                damaged[feed.below(len(damaged))] ^= 1 << feed.below(8)
                found += damaged
            case _:
                found += frame(feed)
    return bytes(found)


# --- framing ---


def _by_driver(pieces: list[bytes]) -> list[Packet]:
    decoder, found = Decoder(), list[Packet]()
    for piece in pieces:
        found += [(one.packet_number, one.command, one.data) for one in decoder.feed(piece)]
        assert decoder.pending < LONGEST
    return found


def by_simulator(pieces: list[bytes]) -> list[Packet]:
    receiver, found = framing.Receiver(), list[Packet]()
    for piece in pieces:
        whole = [one for one in receiver.feed(piece) if isinstance(one, framing.Frame)]
        found += [(one.packet_number, one.command, one.data) for one in whole]
        assert len(receiver._buffer) <= framing.MAXIMUM_BYTES
    return found


def _by_guard(pieces: list[bytes]) -> list[Packet]:
    packets, found = Packets(LONGEST, open_frame), list[Packet]()
    for piece in pieces:
        found += packets.feed(piece)
        assert len(packets._held) < LONGEST
    return found


READERS: tuple[Callable[[list[bytes]], list[Packet]], ...] = (_by_driver, by_simulator, _by_guard)


def framings(data: bytes) -> int:
    """All three find the same frames, however the bytes are cut."""
    feed = Feed(data)
    cuts = Feed(feed.some(60))
    whole = stream(feed)
    wanted = _by_driver([whole])
    pieces = cuts.cut(whole)
    for reader in READERS:
        assert reader([whole]) == wanted, reader.__name__
        assert reader(pieces) == wanted, f"{reader.__name__}, cut"
    for number, command, body in wanted:
        try:
            decode(Decoder().feed(encode(number, command, body))[0])
        except Malformed:
            continue
    return len(wanted)


# --- requests ---


def sight(data: bytes) -> int:
    """What the guard sees is what the device will do, or it is unknown; nothing that can raise output is harmless."""
    feed = Feed(data)
    written = stream(feed) if feed.below(4) == 0 else frame(feed, REQUESTS)
    request = SIGHT.see_request(written)
    if isinstance(request.seen, seen.Unknown):
        return 0
    ((number, command, body),) = by_simulator([written])
    assert number == request.number
    meant = requests.decode(command, body)
    if isinstance(meant, requests.Malformed):  # the guard's judge has the same ceiling: see its own tests
        assert isinstance(request.seen, seen.Update)
        assert max(abs(ua) for one in request.seen.trains for _, ua in one.points) > 130_000, meant
        return 1
    assert _same(request.seen, meant), f"{request.seen} for the guard, {meant} for the device"
    return 1 + len(request.seen.trains) if isinstance(request.seen, seen.Update) else 1


def _same(saw: seen.Seen, meant: requests.Request) -> bool:
    match saw:
        case seen.Update(trains):
            settings = meant.channels if isinstance(meant, requests.MlUpdate) else None
            played = settings and tuple((one.channel, one.ramp, one.period_us, one.played) for one in settings)
            return (played or ()) == tuple((one.channel, one.ramp_pulses, one.period_us, one.points) for one in trains)
        case seen.Init(stop_all):
            return meant == requests.MlInit(stop_all)
        case seen.Poll():
            return meant == requests.MlGetCurrentData(4)
        case seen.Halt():
            return meant == requests.MlStop()
        case seen.Status():
            return meant == requests.GetStimStatus()
        case _:
            harmless = requests.LlStop | requests.GetDeviceId | requests.GetExtendedVersion
            return isinstance(meant, harmless) or meant == requests.RehaMove3(GET_VERSION_MAIN)
