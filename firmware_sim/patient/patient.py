"""Law: the patient answers the pulses that reached the skin, and nothing else; the same pulses give the same patient.

Time is told, never asked. How often `advance` is called changes nothing that happens later. All chance comes from
generators of the patient's own, one per muscle, seeded. A virtual patient proves nothing about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware_sim.patient import comfort
from firmware_sim.patient.cramp import LENGTHS, Length
from firmware_sim.patient.driven import DrivenMuscle
from firmware_sim.patient.muscle import Row
from firmware_sim.patient.profile import Profile
from firmware_sim.patient.reading import PatientEvent, Reading, Site, TooMuch, whole_pain
from firmware_sim.patient.thresholds import Feeling, Threshold, pain_score
from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import Event

FELT_US = 1_000_000
"""A pulse is felt as current this long; pulses further apart are single ones. [design]"""
CACHE_LIMIT = 4096
NOTHING: Row = ()
ACTIONS: dict[str, Length] = {"stretch": "stretched", "shorten": "shortened"}
ACTIONS |= {length: length for length in LENGTHS}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What one size of pulse does on one channel, whatever the pulse rate: multiples of thresholds, pools reached."""

    sensory: float
    motor: float
    pain: float
    row: Row


@dataclass(slots=True)
class _Channel:
    site: Site
    own: int
    driven: DrivenMuscle | None
    motor: Threshold | None
    shapes: dict[tuple[int, int, int], _Shape] = field(default_factory=dict)
    last: _Shape | None = None
    last_us: int = 0
    period_us: int = 0
    felt: Feeling = field(default_factory=Feeling)


class Patient:
    """A person of `profile` with pads at `sites` (channel 1 to 8 to Site). ValueError for sites that contradict."""

    def __init__(
        self,
        profile: Profile,
        sites: Mapping[int, Site],
        seed: int = 0,
        pools: int = 8,
        *,
        compiled: bool | None = None,
    ) -> None:
        if pools < 1:
            raise ValueError("a muscle needs at least 1 pool")
        self.profile, self.sites = profile, dict(sorted(sites.items()))
        self.now_us = 0
        self.events: list[PatientEvent] = []
        self._sensory, self._pain = profile.sensory.threshold, profile.pain.threshold
        self._habit = comfort.habit(profile.sessions_before.value)
        self._muscles: list[DrivenMuscle] = []
        self._channels: dict[int, _Channel] = {}
        for (name, _), group in self._groups().items():
            self._place(name, group, seed, pools, compiled)
        self._channels = dict(sorted(self._channels.items()))

    def _groups(self) -> dict[tuple[str | None, str], dict[int, Site]]:
        """Sites by muscle and side; a muscle without a model of its own goes by its words."""
        groups: dict[tuple[str | None, str], dict[int, Site]] = {}
        for channel, site in self.sites.items():
            model = self.profile.muscle_named(site.muscle)
            name = site.muscle if model == "generic" else model
            groups.setdefault((name, site.side), {})[channel] = site
        return groups

    def _place(self, name: str | None, group: dict[int, Site], seed: int, pools: int, compiled: bool | None) -> None:
        driven, model = None, ""
        if name is not None:
            model = self.profile.muscle_named(name) or "generic"
            driven = DrivenMuscle.of(self.profile, model, name, group, seed, pools, compiled)
            self._muscles.append(driven)
        for own, (channel, site) in enumerate(group.items()):
            motor = self.profile.motor(model, site.off_point_mm) if driven else None
            self._channels[channel] = _Channel(site, own, driven, motor)

    # --- pulses and time ---

    def feel(self, pulse: Pulse | Event) -> None:
        """Take a pulse as it crossed the skin: what a Stage gives its sink. Events of the device are not felt."""
        if isinstance(pulse, Pulse):
            delivery = pulse.delivery
            first = delivery.first_phase
            through_ua = first.current_ua * delivery.body_permille // 1000
            self.deliver(pulse.t_us, pulse.channel, through_ua, first.duration_us, delivery.contact_permille)

    def deliver(self, t_us: int, channel: int, current_ua: int, phase_us: int, contact_permille: int = 1000) -> None:
        """A pulse whose first phase carried `current_ua` on average for `phase_us`. Pulses come in order of time.

        Nothing is felt of a pulse without current, nor on a channel without a site.
        """
        if t_us < self.now_us:
            raise ValueError(f"a pulse at {t_us} us comes after time has reached {self.now_us} us")
        self.now_us = t_us
        state = self._channels.get(channel)
        if state is None or current_ua <= 0 or phase_us <= 0:
            return
        self._catch_up(t_us)
        shape = self._shape(state, current_ua, phase_us, contact_permille)
        period_us = t_us - state.last_us if state.last else 0
        if shape is not state.last or period_us != state.period_us:
            self._sense(t_us, channel, state, shape, period_us)
        state.last_us = t_us
        if state.driven is not None and shape.motor > 1:
            began = state.driven.pulse(t_us, channel, shape.row)
            if began is not None:
                self.events.append(began)

    def advance(self, t_us: int) -> None:
        """Let time pass to `t_us`. ValueError when that lies back."""
        if t_us < self.now_us:
            raise ValueError(f"time has reached {self.now_us} us and does not go back to {t_us} us")
        self.now_us = t_us
        self._catch_up(t_us)
        for driven in self._muscles:
            driven.muscle.advance(t_us)

    def act(self, action: str, muscle: str, side: str | None = None) -> None:
        """`stretch`, `shorten` or `neutral`: move the joint over a muscle, named as at its site or by the profile."""
        if action not in ACTIONS:
            raise ValueError(f'"{action}" cannot be done to a muscle; do one of stretch, shorten, neutral')
        named = {muscle, self.profile.muscle_named(muscle) if muscle not in {"generic", ""} else muscle}
        meant = [one for one in self._muscles if one.name in named and side in {None, one.side}]
        if not meant:
            known = ", ".join(one.name for one in self._muscles) or "none"
            raise ValueError(f'there are no pads on a muscle "{muscle}"; on: {known}')
        self.advance(self.now_us)
        self.events += [one.move(self.now_us, ACTIONS[action]) for one in meant]

    def _catch_up(self, t_us: int) -> None:
        """Cramps do what they do by themselves; those that end are told in the order of time."""
        ended = [event for one in self._muscles if one.cramp.spasm and (event := one.catch_up(t_us)) is not None]
        self.events += sorted(ended, key=lambda event: event.t_us)

    # --- what is felt ---

    def feels(
        self, channel: int, current_ua: int, phase_us: int, period_us: int, contact_permille: int = 1000
    ) -> Feeling:
        """What pulses of this size and period would feel like on a channel; changes nothing."""
        state = self._channels.get(channel)
        if state is None or current_ua <= 0 or phase_us <= 0:
            return Feeling(channel=channel)
        return _feeling(channel, self._new_shape(state, current_ua, phase_us, contact_permille), period_us)

    def _sense(self, t_us: int, channel: int, state: _Channel, shape: _Shape, period_us: int) -> None:
        before = state.felt.pain_score if state.last and t_us - state.last_us <= FELT_US else 0.0
        state.last, state.period_us = shape, period_us
        state.felt = _feeling(channel, shape, period_us)
        if state.felt.pain_score > comfort.TOLERANCE >= before:
            self.events.append(TooMuch(t_us, channel, round(state.felt.pain_score, 2)))

    def _shape(self, state: _Channel, current_ua: int, phase_us: int, contact_permille: int) -> _Shape:
        key = (current_ua, phase_us, contact_permille)
        found = state.shapes.get(key)
        if found is None:
            if len(state.shapes) >= CACHE_LIMIT:
                state.shapes.clear()
            found = state.shapes[key] = self._new_shape(state, current_ua, phase_us, contact_permille)
        return found

    def _new_shape(self, state: _Channel, current_ua: int, phase_us: int, contact_permille: int) -> _Shape:
        current_ma, sensation = current_ua / 1000, self.profile.sensation.value
        motor, row = 0.0, NOTHING
        if state.driven is not None and state.motor is not None:
            motor = current_ma / state.motor.amplitude_ma(phase_us)
            row = state.driven.lie.row(state.driven.curve, motor, state.own)
        density = comfort.density_factor(state.site.pad_mm2, contact_permille)
        return _Shape(
            sensory=sensation * current_ma / self._sensory.amplitude_ma(phase_us),
            motor=motor,
            pain=sensation * current_ma / self._pain.amplitude_ma(phase_us) * density / self._habit,
            row=row,
        )

    # --- reading ---

    def reading(self) -> Reading:
        """Everything as it is now."""
        self.advance(self.now_us)
        channels = tuple(self._felt(channel, state) for channel, state in self._channels.items())
        muscles = tuple(driven.reading(self.now_us) for driven in self._muscles)
        pain = whole_pain(channels, any(one.cramping for one in muscles), self.profile.sensation.value)
        return Reading(self.now_us, muscles, channels, pain, 10 - pain, tuple(self.events))

    def take_peaks(self) -> dict[tuple[str, str], tuple[float, float]]:
        """By muscle and side, peak force in N and force-time integral in N s since the last call."""
        self.advance(self.now_us)
        return {(driven.name, driven.side): driven.muscle.take_peak() for driven in self._muscles}

    def _felt(self, channel: int, state: _Channel) -> Feeling:
        current = state.last is not None and self.now_us - state.last_us <= FELT_US
        return state.felt if current else Feeling(channel=channel)


def _feeling(channel: int, shape: _Shape, period_us: int) -> Feeling:
    pained = shape.pain * comfort.rate_factor(period_us if period_us <= FELT_US else 0)
    return Feeling(shape.sensory, shape.motor, pained, pain_score(pained), channel)
