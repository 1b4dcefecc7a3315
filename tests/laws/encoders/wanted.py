"""What a right controller wants, and the right bytes of it, in stages between which an encoder may go wrong.

Worked from the manual, with the frames of the guard's own rig: nothing here is shared with driver, guard or simulator.
"""

from __future__ import annotations

from dataclasses import dataclass

from guard.rig import UPDATE, Points, encode

STEP_UA = 500
"""The device's smallest change [source: P24 p. 29]."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A waveform as a person confirms it."""

    phase_us: int
    gap_us: int
    ratio: int
    period_us: int
    burst_pulses: int = 0
    burst_ms: int = 0
    """So many pulses each so often; 0: a train."""

    @property
    def burst_us(self) -> int:
        return self.burst_pulses * self.period_us


@dataclass(frozen=True, slots=True)
class Want:
    """One channel's pulses: `amplitude_ua` of the first phase, the rest as confirmed."""

    amplitude_ua: int
    wave: Wave


Wants = dict[int, Want]
Blocks = dict[int, bytes]


def points_of(want: Want) -> Points:
    """Forwards, nothing, and the same charge back with a current that is the first one's over the ratio."""
    wave, first_ua = want.wave, want.amplitude_ua
    return_ua = max(STEP_UA, first_ua // wave.ratio // STEP_UA * STEP_UA)
    return_us = (2 * wave.phase_us * first_ua + return_ua) // (2 * return_ua)
    gap = [(wave.gap_us, 0)] if wave.gap_us else []
    return [(wave.phase_us, first_ua), *gap, (return_us, -return_ua)]


def clipped(points: Points, most_ua: int = 361_500) -> Points:
    """What fits into the fields of the wire: 12 bits of µs, -150 to 361.5 mA."""
    return [(max(0, min(4095, us)), max(-min(150_000, most_ua), min(most_ua, ua))) for us, ua in points]


def word_of(duration_us: int, current_ua: int) -> int:
    """A point as 32 bits; what does not fit into its field falls off, as in C [source: P24 Table 15]."""
    return (duration_us & 0xFFF) << 20 | ((current_ua // STEP_UA + 300) & 0x3FF) << 10


def block_of(points: Points, period_us: int) -> bytes:
    """Points and ramp, period on the 0.5 ms grid, points [source: P24 Table 22]."""
    code = max(0, min(32_767, period_us // 500))
    head = bytes([(len(points) - 1) << 4]) + (code << 1).to_bytes(2, "big")
    return head + b"".join(word_of(us, ua).to_bytes(4, "big") for us, ua in points)


def data_of(blocks: Blocks) -> bytes:
    """Enable bits, then the channels' blocks [source: P24 Table 21]."""
    return bytes([sum(1 << channel - 1 for channel in blocks)]) + b"".join(blocks[one] for one in sorted(blocks))


def frame_of(number: int, data: bytes) -> bytes:
    return encode(number % 64, UPDATE, data)
