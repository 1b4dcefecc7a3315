"""ScienceMode1 on the line: commands as values, their bytes, and the one byte that acknowledges each.

The first byte of a command has its highest bit set, all others have it clear; a sum modulo 8 or 32 is all that guards
it. An acknowledgement says which kind of command it belongs to and whether that was good, and nothing else.
[source: SM1 document section 5]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

CHANNELS = 8  # SM1 document pp. 3-4 [source]
STEP_UA = 1_000  # the code's step; the device's is 2 mA [source: SM1 document]
MAX_CODE_UA = 127_000  # seven bits [source: section 5]
MIN_PHASE_US, MAX_PHASE_US = 20, 500  # Table 1; Tables 6 and 10 say 10 [source]
GRID_US = 500  # section 4 [source]
MIN_GROUP_US, MAX_GROUP_US = 3_000, 16_000  # section 4 [source]
MIN_PERIOD_US, MAX_PERIOD_US = 3_000, 1_023_500  # section 4 [source]
MAX_SKIPS = 7  # three bits [source: section 5]


class Kind(IntEnum):
    """Bits 6 and 5 of a command's first byte; bits 7 and 6 of an acknowledgement."""

    INIT = 0
    UPDATE = 1
    STOP = 2
    PULSE = 3


@dataclass(frozen=True, slots=True)
class ListInit:
    """Begins a channel list. `period_us` 0 stands for one pass only [inferred]."""

    channels: tuple[int, ...]
    period_us: int
    group_us: int
    low_frequency: tuple[int, ...] = ()
    skips: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """What one channel of the list does. `mode`: 0 one pulse each period, 1 a doublet, 2 a triplet."""

    phase_us: int
    current_ua: int
    mode: int = 0


@dataclass(frozen=True, slots=True)
class ListUpdate:
    """One slot for each channel of the list, in order; starts it, or changes it from the next pass on."""

    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends the list; nothing flows any more."""


@dataclass(frozen=True, slots=True)
class SinglePulse:
    """One pulse at once, outside any list. Part of the language; no driver says it."""

    channel: int
    phase_us: int
    current_ua: int


Request = ListInit | ListUpdate | Stop | SinglePulse


@dataclass(frozen=True, slots=True)
class Ack:
    """The device took a command of this kind, or would not."""

    kind: Kind
    good: bool


def encode(request: Request) -> bytes:
    """The bytes of a command. ValueError if a field is out of the range the document gives."""
    match request:
        case ListInit():
            return _init(request)
        case ListUpdate(slots):
            if not 1 <= len(slots) <= CHANNELS:
                raise ValueError(f"an update of {len(slots)} channels")
            if any(slot.mode not in (0, 1, 2) for slot in slots):
                raise ValueError("a mode other than single, doublet and triplet")
            fields = [(slot.mode, *_pulse(slot.phase_us, slot.current_ua)) for slot in slots]
            body = (byte for mode, phase, current in fields for byte in _slot(mode << 5, phase, current))
            return bytes([_first(Kind.UPDATE, sum(map(sum, fields)) % 32), *body])
        case Stop():
            return bytes([_first(Kind.STOP, 0)])
        case SinglePulse(channel, phase_us, current_ua):
            number = _bit(channel)
            phase, current = _pulse(phase_us, current_ua)
            return bytes([_first(Kind.PULSE, (number + phase + current) % 32), *_slot(number << 4, phase, current)])
        case _:
            assert_never(request)


def decode(byte: int) -> Ack:
    """What one byte from the device says. Bits 5 to 1 are not specified and not read. [source: section 5.7]"""
    return Ack(Kind(byte >> 6), bool(byte & 1))


def _init(request: ListInit) -> bytes:
    """Sum, skips, both bitmaps, two bits unused, group and main time: five bits and five times seven."""
    active, low = _bits(request.channels), _bits(request.low_frequency)
    if not request.channels or not 0 <= request.skips <= MAX_SKIPS:
        raise ValueError(f"a list of {request.channels} that skips {request.skips}")
    group = (_on_grid(request.group_us, MIN_GROUP_US, MAX_GROUP_US) - 1_500) // GRID_US
    main = (_on_grid(request.period_us, MIN_PERIOD_US, MAX_PERIOD_US) - 1_000) // GRID_US if request.period_us else 0
    check = (request.skips + active + low + group + main) % 8
    word = check << 37 | request.skips << 34 | active << 26 | low << 18 | group << 11 | main
    return bytes([_first(Kind.INIT, word >> 35), *(word >> shift & 0x7F for shift in (28, 21, 14, 7, 0))])


def _first(kind: Kind, rest: int) -> int:
    return 0x80 | kind << 5 | rest


def _slot(high: int, phase: int, current: int) -> Iterator[int]:
    yield high | phase >> 7
    yield phase & 0x7F
    yield current


def _pulse(phase_us: int, current_ua: int) -> tuple[int, int]:
    if phase_us and not MIN_PHASE_US <= phase_us <= MAX_PHASE_US:
        raise ValueError(f"a phase of {phase_us} us")
    if current_ua % STEP_UA or not 0 <= current_ua <= MAX_CODE_UA:
        raise ValueError(f"a current of {current_ua} uA")
    return phase_us, current_ua // STEP_UA


def _bits(channels: tuple[int, ...]) -> int:
    """Bit 0 is channel 1."""
    if list(channels) != sorted(set(channels)):
        raise ValueError(f"channels {channels} are not in order")
    return sum(1 << _bit(channel) for channel in channels)


def _bit(channel: int) -> int:
    if not 1 <= channel <= CHANNELS:
        raise ValueError(f"channel {channel}: the device has 1 to {CHANNELS}")
    return channel - 1


def _on_grid(time_us: int, least_us: int, most_us: int) -> int:
    if time_us % GRID_US or not least_us <= time_us <= most_us:
        raise ValueError(f"{time_us} us: {least_us} to {most_us} in steps of {GRID_US}")
    return time_us
