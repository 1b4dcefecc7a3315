"""Law: what a stimulator could notice of its electrodes, from what it measures itself and nothing else.

The general policy judges each pulse by measured current and voltage [design]. The P24 has a blinder one of its own
(`sciencemode4.contact`); what this one finds is told beside it. Nothing here changes the output.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from firmware_sim.stage.electrode import COMPLIANCE_MV
from firmware_sim.stage.pulse import Delivery, Pulse

OPEN_OHM = 20_000  # [design]
WARN_OHM = 8_000  # [design]
SHORT_OHM = 100  # [design]
WARN_VOLTAGE_PERMILLE = 900  # of the compliance voltage [design]
OPEN_FROM_UA = 5_000  # set current from which a missing one counts [design]
OPEN_PULSES = 3  # in a row [design]
LIFT_OFF_WITHIN_US = 500_000  # [design]
LIFT_OFF_RATIO = 2  # [design]


class Finding(Enum):
    """What the general policy says of a pulse, the gravest that holds."""

    GOOD = "good"
    OPEN = "open"
    SHORT = "short"
    LIFT_OFF = "lift-off"
    WARN = "warn"


def impedance_ohm(delivery: Delivery) -> float:
    """Voltage at the end of the first phase over its mean current; infinite when none flowed."""
    if not delivery.measured_current_ua:
        return float("inf")
    return delivery.end_voltage_mv * 1000 / delivery.measured_current_ua


def found(pulses: Iterable[Pulse], compliance_mv: int) -> Finding | None:
    """What the last of a channel's pulses shows after those before it; None when there is none."""
    detector, finding = Detector(compliance_mv), None
    for pulse in pulses:
        finding = detector.see(pulse)
    return finding


@dataclass(slots=True)
class Detector:
    """The general policy for one channel: show it every pulse in turn."""

    compliance_mv: int = COMPLIANCE_MV
    _weak_in_a_row: int = 0
    _seen: deque[tuple[int, float]] = field(default_factory=deque)

    def see(self, pulse: Pulse) -> Finding:
        """What this pulse shows, after those before it. A pulse that drove nothing shows nothing."""
        if not pulse.amplitude_ua:
            return Finding.GOOD
        ohm = impedance_ohm(pulse.delivery)
        lifted = self._lifted(pulse.t_us, ohm)
        weak = pulse.amplitude_ua >= OPEN_FROM_UA and 2 * pulse.measured_current_ua < pulse.amplitude_ua
        self._weak_in_a_row = self._weak_in_a_row + 1 if weak else 0
        if self._weak_in_a_row >= OPEN_PULSES or ohm > OPEN_OHM:
            return Finding.OPEN
        if ohm < SHORT_OHM:
            return Finding.SHORT
        if lifted:
            return Finding.LIFT_OFF
        near_limit = pulse.end_voltage_mv * 1000 > WARN_VOLTAGE_PERMILLE * self.compliance_mv
        return Finding.WARN if ohm > WARN_OHM or near_limit else Finding.GOOD

    def _lifted(self, t_us: int, ohm: float) -> bool:
        """Whether the impedance has more than doubled within the last half second."""
        while self._seen and t_us - self._seen[0][0] >= LIFT_OFF_WITHIN_US:
            self._seen.popleft()
        lowest = min((earlier for _, earlier in self._seen), default=ohm)
        self._seen.append((t_us, ohm))
        return ohm > LIFT_OFF_RATIO * lowest
