"""Encoders whose bytes, channels or frames are wrong: each number is right."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from guard.rig import decode, encode

from laws.encoders.mistake import Bytes, Frames, Mistake
from laws.encoders.wanted import Blocks

# --- bytes ---


def _each_word(change: Bytes) -> Bytes:
    return lambda block: block[:3] + b"".join(change(block[at : at + 4]) for at in range(3, len(block), 4))


def _paired(data: bytes) -> bytes:
    return b"".join(data[at : at + 2][::-1] for at in range(0, len(data), 2))


def _code_swapped(word: bytes) -> bytes:
    """The current's ten bits, swapped as two bytes of a number of 16."""
    whole = int.from_bytes(word, "big")
    swapped = int.from_bytes((whole >> 10 & 0x3FF).to_bytes(2, "big"), "little")
    return (whole & ~(0x3FF << 10) | (swapped & 0x3FF) << 10).to_bytes(4, "big")


def _bit_flipped(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(8 * len(data))
    return bytes(byte ^ (1 << at % 8 if index == at // 8 else 0) for index, byte in enumerate(data))


def _mirrored(data: bytes, _rng: Random) -> bytes:
    return bytes([int(f"{data[0]:08b}"[::-1], 2)]) + data[1:]


BYTES = {
    "points byte-swapped": Mistake(block=_each_word(lambda word: word[::-1])),
    "points swapped by halves": Mistake(block=_each_word(lambda word: word[2:] + word[:2])),
    "points swapped in pairs": Mistake(block=_each_word(_paired)),
    "current byte-swapped": Mistake(block=_each_word(_code_swapped)),
    "period byte-swapped": Mistake(block=lambda block: block[:1] + block[2:0:-1] + block[3:]),
    "everything byte-swapped": Mistake(data=lambda data, _rng: _paired(data)),
    "one byte late": Mistake(data=lambda data, _rng: data[:1] + b"\0" + data[1:-1]),
    "the last byte lost": Mistake(data=lambda data, _rng: data[:-1]),
    "a byte too many": Mistake(data=lambda data, _rng: data + b"\0"),
    "reserved bits set": Mistake(block=_each_word(lambda word: word[:3] + bytes([word[3] | 1]))),
    "the device's own ramp": Mistake(block=lambda block: bytes([block[0] | 5]) + block[1:]),
    "one bit flipped": Mistake("level", data=_bit_flipped),
}


# --- channels ---


def _swapped(blocks: Blocks) -> Blocks:
    return {{1: 2, 2: 1}.get(channel, channel): block for channel, block in blocks.items()}


def _strongest(blocks: Blocks) -> Blocks:
    """Each channel, the first two at least, gets what the one with the highest current gets."""
    most = max(blocks.values(), key=lambda block: block[3:7], default=b"")
    return dict.fromkeys({1, 2, *blocks}, most) if blocks else {}


CHANNELS = {
    "channels swapped": Mistake("level", channels=_swapped),
    "channels shifted": Mistake("level", channels=lambda blocks: {one % 8 + 1: block for one, block in blocks.items()}),
    "channels mirrored": Mistake("level", data=_mirrored),
    "one channel's for all": Mistake("level", channels=_strongest),
    "all eight channels": Mistake(
        "level", channels=lambda blocks: {one: next(iter(blocks.values())) for one in range(1, 9)} if blocks else {}
    ),
    "a channel forgotten": Mistake(channels=lambda blocks: {one: blocks[one] for one in list(blocks)[1:]}),
}


# --- frames ---


def _strongest_of(earlier: Sequence[bytes]) -> bytes | None:
    """Of the frames before, the one with the highest current in its first point: what stands there after a STOP."""
    return max(earlier[-40:], key=lambda frame: decode(frame)[2][4:8], default=None)


def _stale(frame: bytes, earlier: Sequence[bytes], _rng: Random) -> list[bytes]:
    return [_strongest_of(earlier) or frame]


def _stale_behind(frame: bytes, earlier: Sequence[bytes], _rng: Random) -> list[bytes]:
    """Off, and on again at once."""
    return [frame, _strongest_of(earlier) or frame]


def _any_stale(frame: bytes, earlier: Sequence[bytes], rng: Random) -> list[bytes]:
    return [rng.choice(earlier) if earlier else frame]


def _in_one_write(frame: bytes, earlier: Sequence[bytes], _rng: Random) -> list[bytes]:
    return [frame + (_strongest_of(earlier) or frame)]


def _halves_of_two(frame: bytes, earlier: Sequence[bytes], rng: Random) -> list[bytes]:
    """The head of one and the tail of another: what a lock that was forgotten makes of two writers."""
    other = rng.choice(earlier) if earlier else frame
    at = rng.randrange(1, min(len(frame), len(other)))
    return [frame[:at] + other[at:]]


def _as(command: int) -> Frames:
    """The data of an update under another command."""
    return lambda frame, _earlier, _rng: [encode(decode(frame)[0], command, decode(frame)[2])]


def _low_level(frame: bytes, _earlier: Sequence[bytes], _rng: Random) -> list[bytes]:
    """The same pulse as single pulses of the low level, which knows no dead-man [source: P24 Tables 5 to 10]."""
    data = decode(frame)[2]
    count = data[1] >> 4 if len(data) > 1 else 0
    return [encode(1, 4), encode(2, 0, b"\0"), encode(3, 2, bytes([0x80 | count]) + data[4 : 8 + 4 * count])]


FRAMES = {
    "a stale frame again": Mistake("rise", frames=_stale),
    "a stale frame behind each": Mistake("burst", frames=_stale_behind),
    "any stale frame again": Mistake("rise", frames=_any_stale),
    "two frames in one write": Mistake("rise", frames=_in_one_write),
    "halves of two frames": Mistake(frames=_halves_of_two),
    "a frame in two writes": Mistake(frames=lambda frame, _earlier, _rng: [frame[:11], frame[11:]]),
    "each frame five times": Mistake(frames=lambda frame, _earlier, _rng: [frame] * 5),
    "checksum wrong": Mistake(
        frames=lambda frame, _earlier, _rng: [frame[:8] + bytes([frame[8] ^ 1]) + frame[9:]],
    ),
    "as a start-up": Mistake(frames=_as(30)),
    "as a poll": Mistake(frames=_as(36)),
    "as a reset": Mistake(frames=_as(58)),
    "as the low level": Mistake(frames=_low_level),
}
