"""Law: what a current source of limited voltage drives through a skin is a chain of exponentials, known exactly.

One point of a pulse is at most three pieces: blocked (the capacitor alone stands above the limit), limited (the
voltage stands at the limit) and free (the set current flows). Within a piece current and capacitor voltage are
`end + (start - end) * exp(-t / tau)` with one tau, so charge and voltage at any time follow without time steps.
Times in µs, currents in A, voltages in V. Separate from `electrode`, which reads the pieces and counts in integers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, inf, log

from firmware_sim.stage.skin import Skin


@dataclass(frozen=True, slots=True)
class Piece:
    """`duration_us` long. `tau_us` 0 stands for a circuit without a capacitor: nothing changes within the piece."""

    duration_us: float
    rs: float
    tau_us: float
    start_a: float
    end_a: float
    start_v: float
    end_v: float
    limited: bool = False

    def current_a(self, t_us: float) -> float:
        """Current `t_us` after the start of the piece."""
        return self.end_a + (self.start_a - self.end_a) * self._left(t_us)

    def skin_v(self, t_us: float) -> float:
        """Voltage of the skin's capacitor `t_us` after the start of the piece."""
        return self.end_v + (self.start_v - self.end_v) * self._left(t_us)

    def output_v(self, t_us: float) -> float:
        """Voltage between the electrodes."""
        return self.current_a(t_us) * self.rs + self.skin_v(t_us)

    @property
    def charge_uc(self) -> float:
        """Charge of the whole piece in A * µs."""
        swing = (self.start_a - self.end_a) * self.tau_us * (1 - self._left(self.duration_us))
        return self.end_a * self.duration_us + swing

    def _left(self, t_us: float) -> float:
        return exp(-t_us / self.tau_us) if self.tau_us else 0.0


def pieces(current_ua: int, duration_us: float, skin: Skin, start_v: float, limit_v: float) -> Iterator[Piece]:
    """What one point does from capacitor voltage `start_v`; a negative current is the mirror image of a positive."""
    rp = skin.rp_at(current_ua)
    tau = rp * skin.cp_nf / 1000
    if not tau:
        yield _resistor(current_ua * 1e-6, duration_us, skin.rs_ohm + rp, limit_v)
    elif current_ua >= 0:
        yield from _positive(current_ua * 1e-6, duration_us, _Circuit(skin.rs_ohm, rp, tau, limit_v), start_v)
    else:
        mirror = _positive(-current_ua * 1e-6, duration_us, _Circuit(skin.rs_ohm, rp, tau, limit_v), -start_v)
        for p in mirror:
            yield Piece(p.duration_us, p.rs, p.tau_us, -p.start_a, -p.end_a, -p.start_v, -p.end_v, p.limited)


def _resistor(amps: float, duration_us: float, ohm: float, limit_v: float) -> Piece:
    flowing = max(-limit_v / ohm, min(limit_v / ohm, amps))
    return Piece(duration_us, ohm, 0.0, flowing, flowing, 0.0, 0.0, limited=flowing != amps)


@dataclass(frozen=True, slots=True)
class _Circuit:
    rs: float
    rp: float
    tau: float
    limit_v: float

    def free(self, amps: float, duration_us: float, volts: float) -> Piece:
        return Piece(duration_us, self.rs, self.tau, amps, amps, volts, amps * self.rp)

    def limited(self, duration_us: float, volts: float) -> Piece:
        ohm = self.rs + self.rp
        tau = self.tau * self.rs / ohm
        start_a, end_a = (self.limit_v - volts) / self.rs, self.limit_v / ohm
        return Piece(duration_us, self.rs, tau, start_a, end_a, volts, end_a * self.rp, limited=True)


def _positive(amps: float, duration_us: float, circuit: _Circuit, volts: float) -> Iterator[Piece]:
    """The pieces of a point of `amps` of at least 0, in order."""
    left_us = duration_us
    if amps and volts > circuit.limit_v:  # after the supply has sagged: no current until the skin has discharged
        blocked_us = min(left_us, circuit.tau * log(volts / circuit.limit_v))
        yield Piece(blocked_us, circuit.rs, circuit.tau, 0.0, 0.0, volts, 0.0, limited=True)
        left_us -= blocked_us
        volts = circuit.limit_v
    room = circuit.limit_v - amps * circuit.rs
    if left_us > 0 and amps and volts > room:
        limited_us = min(left_us, _until_free(amps, circuit, volts))
        yield circuit.limited(limited_us, volts)
        left_us -= limited_us
        volts = room
    elif left_us > 0 and amps and amps * circuit.rp > room:
        free_us = min(left_us, circuit.tau * log((amps * circuit.rp - volts) / (amps * circuit.rp - room)))
        yield circuit.free(amps, free_us, volts)
        left_us -= free_us
        if left_us > 0:
            yield circuit.limited(left_us, room)
        return
    if left_us > 0:
        yield circuit.free(amps, left_us, volts)


def _until_free(amps: float, circuit: _Circuit, volts: float) -> float:
    """How long the limit holds a current that starts limited; infinite when it never reaches what was set."""
    limited = circuit.limited(0.0, volts)
    if limited.end_a <= amps:
        return inf
    return limited.tau_us * log((limited.end_a - limited.start_a) / (limited.end_a - amps))
