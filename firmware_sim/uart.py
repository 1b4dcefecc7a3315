"""Law: what a receiver makes of bytes that were sent at other settings is worked out bit by bit, not made up.

The line is a row of bits without gaps, as a sender with a full buffer makes it; the receiver looks at the middle of
each bit of its own, from a falling edge on. A byte without its stop bit or with a wrong parity is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware_sim.model import LineSettings

LONGEST = 32
"""Bytes of one read that are worked out; what comes behind them is lost. [design]"""


def heard(data: bytes, sent: LineSettings, by: LineSettings) -> bytes:
    """The bytes that a receiver set to `by` takes from `data` sent at `sent`; nothing where a rate is unknown (0)."""
    if sent == by:
        return data
    if not (sent.baud and by.baud):
        return b""
    if sent.baud == by.baud:
        return b""  # [design] stricter than most chips, which forgive a stop bit or a wire: a mistake must show
    bits = [bit for byte in data[:LONGEST] for bit in _bits(byte, sent)]
    return bytes(_taken(bits, sent.baud, by))


def _bits(byte: int, settings: LineSettings) -> list[int]:
    """Start bit, data from the lowest on, parity if any, stop bits."""
    data = [byte >> k & 1 for k in range(8)]
    parity = [] if settings.parity == "N" else [_parity(byte, settings.parity)]
    return [0, *data, *parity, *([1] * settings.stop_bits)]


def _parity(byte: int, kind: str) -> int:
    return (byte.bit_count() & 1) ^ (kind == "O")


def _taken(bits: list[int], sent_baud: int, settings: LineSettings) -> Iterator[int]:
    """What a receiver set to `settings` takes from bits that were sent at another rate.

    Times are whole: a bit of the sender lasts twice the receiver's rate, one of the receiver twice the sender's. Beyond
    the last bit the line rests at 1.
    """
    width, look = 2 * settings.baud, 2 * sent_baud
    end = len(bits) * width

    def at(time: int) -> int:
        return bits[time // width] if time < end else 1

    parity = settings.parity != "N"
    time = 0
    while time < end:
        if at(time) or at(time + sent_baud):  # no start bit, or one that is too short
            time = (time // width + 1) * width
            continue
        seen = [at(time + look * k + sent_baud) for k in range(10 + parity)]
        byte = sum(bit << k for k, bit in enumerate(seen[1:9]))
        if seen[-1] and (not parity or seen[9] == _parity(byte, settings.parity)):
            yield byte
        time += look * len(seen) - sent_baud
        while not seen[-1] and not at(time):  # without its stop bit: wait until the line rests
            time = (time // width + 1) * width
