"""Law: the first byte of a packet has bit 7 set and all others have it clear, so any such byte begins anew.

There is no start byte, no stop byte and no number. A sum of 3 or 5 bits is all that protects a packet.
[source: ScienceMode1 document, section 5]
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never


class Kind(IntEnum):
    """What the first byte of a packet and an acknowledgement name."""

    INIT = 0
    UPDATE = 1
    STOP = 2
    SINGLE = 3


@dataclass(frozen=True, slots=True)
class Init:
    """Which channels, and how often. `main_us` 0 stands for code 0."""

    skips: int
    channels: tuple[int, ...]
    low_frequency: tuple[int, ...]
    group_us: int
    main_us: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one channel of the list does: 1, 2 or 3 pulses per group, width in µs and coded current in mA."""

    pulses: int
    width_us: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class Update:
    """One entry per channel of the list, ascending; which channels those are is not in the packet."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """End the list."""


@dataclass(frozen=True, slots=True)
class Single:
    """One pulse on a channel from 1 to 8."""

    channel: int
    width_us: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class Bad:
    """A whole packet with a wrong sum, a value that does not exist or, if those count, a reserved bit."""

    kind: Kind
    why: str


Packet = Init | Update | Stop | Single | Bad


def kind_of(first: int) -> Kind:
    """Bits 6 and 5 of a packet's first byte."""
    return Kind(first >> 5 & 3)


def acknowledgement(kind: Kind, *, ok: bool) -> bytes:
    """The one byte that answers a packet."""
    return bytes((kind << 6 | ok,))


class Receiver:
    """Cuts what comes into packets. How long an update is, only the list in force says."""

    def __init__(self) -> None:
        self._packet = bytearray()

    def take(self, byte: int, listed: int | None) -> bytes | None:
        """The packet that ends with this byte; `listed` is the number of channels in the list, None without one.

        Without a list an update cannot be measured: its first byte is all of it [inferred].
        """
        if byte & 0x80:
            self._packet = bytearray((byte,))
        elif self._packet:
            self._packet.append(byte)
        if not self._packet or len(self._packet) < _length(self._packet[0], listed):
            return None
        whole = bytes(self._packet)
        self._packet.clear()
        return whole


def _length(first: int, listed: int | None) -> int:
    kind = kind_of(first)
    match kind:
        case Kind.INIT:
            return 6
        case Kind.UPDATE:
            return 1 if listed is None else 1 + 3 * listed
        case Kind.STOP:
            return 1
        case Kind.SINGLE:
            return 4
        case _:
            assert_never(kind)


def decode(packet: bytes, *, reserved_count: bool = False) -> Packet:
    """What a whole packet asks for. `reserved_count` refuses bits that are reserved and set."""
    kind = kind_of(packet[0])
    match kind:
        case Kind.INIT:
            return _init(packet, reserved_count)
        case Kind.UPDATE:
            return _update(packet, reserved_count)
        case Kind.STOP:
            return Bad(Kind.STOP, "checksum") if packet[0] & 0x1F else Stop()
        case Kind.SINGLE:
            return _single(packet, reserved_count)
        case _:
            assert_never(kind)


def _init(packet: bytes, reserved_count: bool) -> Packet:
    b1, b2, b3, b4, b5, b6 = packet
    skips = (b1 & 3) << 1 | b2 >> 6
    active = (b2 & 0x3F) << 2 | b3 >> 5
    low_frequency = (b3 & 0x1F) << 3 | b4 >> 4
    group = (b4 & 3) << 3 | b5 >> 4
    main = (b5 & 0x0F) << 7 | b6
    if (skips + active + low_frequency + group + main) % 8 != b1 >> 2 & 7:
        return Bad(Kind.INIT, "checksum")
    if reserved_count and b4 & 0x0C:
        return Bad(Kind.INIT, "reserved bits")
    return Init(
        skips=skips,
        channels=_channels(active),
        low_frequency=_channels(low_frequency),
        group_us=group * 500 + 1_500,
        main_us=main * 500 + 1_000 if main else 0,
    )


def _channels(bits: int) -> tuple[int, ...]:
    return tuple(channel for channel in range(1, 9) if bits >> channel - 1 & 1)


def _update(packet: bytes, reserved_count: bool) -> Packet:
    entries, total, reserved, unknown = [], 0, 0, False
    for at in range(1, len(packet) - 2, 3):
        head, low, current_ma = packet[at : at + 3]
        mode, width_us = head >> 5, (head & 3) << 7 | low
        total += mode + width_us + current_ma
        reserved |= head & 0x1C
        unknown |= mode > 2
        entries.append(Entry(mode + 1, width_us, current_ma))
    if total % 32 != packet[0] & 0x1F:
        return Bad(Kind.UPDATE, "checksum")
    if unknown or (reserved_count and reserved):
        return Bad(Kind.UPDATE, "mode" if unknown else "reserved bits")
    return Update(tuple(entries))


def _single(packet: bytes, reserved_count: bool) -> Packet:
    first, head, low, current_ma = packet
    channel, width_us = head >> 4, (head & 3) << 7 | low
    if (channel + width_us + current_ma) % 32 != first & 0x1F:
        return Bad(Kind.SINGLE, "checksum")
    if reserved_count and head & 0x0C:
        return Bad(Kind.SINGLE, "reserved bits")
    return Single(channel + 1, width_us, current_ma)
