"""Law: a pulse is recorded as it crossed the skin, beside what the device had set.

Currents are signed (positive = first phase of a usual pulse), times and currents are integers in µs and µA.
A µA times a µs is a pC, so the charge of a pulse within compliance is an exact integer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Point(NamedTuple):
    """One piece of a pulse. A tuple, because points are the key of the delivery cache in the pulse loop."""

    duration_us: int
    current_ua: int


Points = tuple[Point, ...]


class Contact(Enum):
    """How the load took the pulse."""

    GOOD = "the set current flowed"
    LIMITED = "the compliance voltage limited the current"
    OPEN = "no current could flow"


@dataclass(frozen=True, slots=True)
class Phase:
    """The first phase of a pulse, however many points shape it: magnitudes of its mean current and of its charge."""

    current_ua: int = 0
    duration_us: int = 0
    charge_pc: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one pulse shape does to one load; the same for every pulse that meets the same electrode state.

    `points` is what the device set (after its ramp), `charge_pc` the charge that flowed in each of them.
    `first_phase` is what flowed in the first phase: what a nerve answers to, and what a dose counts. With
    `end_voltage_mv` (magnitude, at its end) it is what a stimulator that measures itself would see. `contact_permille`
    is the share of the pad that lay on, `body_permille` the share of the current that took the way through the person:
    less than all of it where the leads touch. `left_out` is a pulse that the device did not execute.
    """

    points: Points
    amplitude_ua: int
    charge_pc: tuple[int, ...]
    peak_current_ua: int
    peak_voltage_mv: int
    contact: Contact
    duration_us: int
    residual_v: float
    end_voltage_mv: int = 0
    first_phase: Phase = Phase()
    contact_permille: int = 1000
    body_permille: int = 1000
    left_out: bool = False

    def __deepcopy__(self, _memo: object) -> "Delivery":
        """Itself: it never changes, and a snapshot is taken between two pulses."""
        return self

    @property
    def measured_current_ua(self) -> int:
        """Mean magnitude of the current in the first phase, µA."""
        return self.first_phase.current_ua


@dataclass(frozen=True, slots=True)
class Pulse:
    """One delivered pulse: when it started, on which channel (1 to 8), and what flowed."""

    t_us: int
    channel: int
    delivery: Delivery

    def __deepcopy__(self, _memo: object) -> "Pulse":
        """Itself, as its delivery."""
        return self

    @property
    def amplitude_ua(self) -> int:
        """The set current: peak magnitude of the first phase, µA."""
        return self.delivery.amplitude_ua

    @property
    def points(self) -> Points:
        """The points as set, after the device's own ramp."""
        return self.delivery.points

    @property
    def phase_us(self) -> tuple[int, ...]:
        """Duration of every point as delivered, gap included, µs."""
        return tuple(point.duration_us for point in self.delivery.points)

    @property
    def duration_us(self) -> int:
        """Start to end of the pulse, µs."""
        return self.delivery.duration_us

    @property
    def peak_current_ua(self) -> int:
        """Largest magnitude of the current through the skin, µA."""
        return self.delivery.peak_current_ua

    @property
    def peak_voltage_mv(self) -> int:
        """Largest magnitude of the voltage across the electrodes, mV."""
        return self.delivery.peak_voltage_mv

    @property
    def end_voltage_mv(self) -> int:
        """Magnitude of the voltage at the end of the first phase, mV."""
        return self.delivery.end_voltage_mv

    @property
    def measured_current_ua(self) -> int:
        """Mean magnitude of the current in the first phase, µA."""
        return self.delivery.measured_current_ua

    @property
    def first_phase(self) -> Phase:
        """What flowed in the first phase."""
        return self.delivery.first_phase

    @property
    def contact_permille(self) -> int:
        """Share of the pad that lay on the skin."""
        return self.delivery.contact_permille

    @property
    def contact(self) -> Contact:
        """How the load took the pulse."""
        return self.delivery.contact

    @property
    def charge_pc(self) -> tuple[int, ...]:
        """Signed charge of every point, pC."""
        return self.delivery.charge_pc

    @property
    def net_charge_pc(self) -> int:
        """Signed sum over the pulse, pC; 0 for a balanced pulse within compliance."""
        return sum(self.delivery.charge_pc)

    @property
    def charge_nc(self) -> tuple[float, ...]:
        """Signed charge of every point, nC."""
        return tuple(charge / 1000 for charge in self.delivery.charge_pc)

    @property
    def net_charge_nc(self) -> float:
        """Signed sum over the pulse, nC."""
        return self.net_charge_pc / 1000


def first_phase(points: Points) -> tuple[int, ...]:
    """Indices of the first phase: the first run of points of one sign; empty when nothing is driven."""
    found: list[int] = []
    for k, (_, current_ua) in enumerate(points):
        if found and current_ua * points[found[0]].current_ua <= 0:
            break
        if current_ua:
            found.append(k)
    return tuple(found)


def first_phase_of(points: Points, charge_pc: Sequence[int]) -> Phase:
    """The first phase of `points` with what flowed in each of them; nothing of nothing."""
    phase = first_phase(points)
    duration_us = sum(points[k].duration_us for k in phase)
    charge = abs(sum(charge_pc[k] for k in phase))
    return Phase(round(charge / duration_us), duration_us, charge) if duration_us else Phase()


def first_phase_peak_ua(points: Points) -> int:
    """Peak magnitude of the first phase, µA; 0 when nothing is driven."""
    return max((abs(points[k].current_ua) for k in first_phase(points)), default=0)
