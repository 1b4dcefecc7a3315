"""The laws at the skin: what a person confirmed, against every pulse of the stage's trace. Knows no guard."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_sim.stage import Pulse, Stage
from laws.encoders.wanted import STEP_UA, Wave

CREDIT_US = 60_000
"""What idle time may earn: one update's time and a turn [source: decision 0006]."""
TURN_US = 20_000
BURST_LATE_US = 160_000
LATE_US = 7_000
"""How much a pulse may wait for others, of 2.1 ms each: one current source serves all in turn [source: C library]."""


class LawBroken(AssertionError):
    """`law` is its name, as in the mistakes' `harm`."""

    def __init__(self, law: str, pulse: Pulse, said: str) -> None:
        super().__init__(f"{law}: {said} on channel {pulse.channel} at {pulse.t_us} us")
        self.law = law


@dataclass(slots=True)
class Confirmed:
    """One channel from an arming on, and how its current has risen since.

    `risen_us` is the time all rises so far should have taken; `least` the lowest that it was behind the clock. `train`
    pulses came after the one at `train_us`; at `burst_us` the burst began that is on.
    """

    level_ua: int
    ramp_ms: int
    wave: Wave
    since_us: int
    risen_us: int = 0
    least: int = 0
    last: Pulse | None = None
    train_us: int = 0
    train: int = 0
    burst_us: int = 0

    @property
    def silence_us(self) -> int:
        """After so much silence a channel begins again from 0; bursts come back within a second [source: guard]."""
        return 1_000_000 if self.wave.burst_pulses else 2 * self.wave.period_us


@dataclass(slots=True)
class Skin:
    """`look` raises LawBroken, unless `patient`: then `broken` names the laws that broke.

    `peak_permille` is the highest current so far, of what was confirmed for it.
    """

    stage: Stage
    patient: bool = False
    broken: set[str] = field(default_factory=set)
    confirmed: dict[int, Confirmed] = field(default_factory=dict)
    changed_us: int = -1
    """When an update last reached the device: it may give a pulse at once."""
    pulses: int = 0
    peak_permille: int = 0
    _seen: int = 0

    def confirm(self, channel: int, level_ua: int, ramp_ms: int, wave: Wave, now_us: int) -> None:
        """A person allows so much from here on, from 0."""
        self.confirmed[channel] = Confirmed(level_ua, ramp_ms, wave, now_us, least=-now_us)

    def nothing(self) -> None:
        """A halt has arrived: from here on nothing is allowed."""
        self.confirmed.clear()

    def look(self, until_us: int) -> None:
        """Judge every pulse since the last look."""
        trace = self.stage.trace
        for pulse in trace[self._seen :]:
            assert pulse.t_us <= until_us
            if pulse.peak_current_ua or pulse.amplitude_ua:
                self._judge(pulse)
                self.pulses += 1
        self._seen = len(trace)

    def _judge(self, pulse: Pulse) -> None:
        allowed = self.confirmed.get(pulse.channel)
        if allowed is None:
            self._note(LawBroken("level", pulse, f"{pulse.peak_current_ua} uA where nobody confirmed anything"))
            return
        for law in (self._level, _charge, _balance, _pulse, self._rate, _burst, _rise):
            if broken := law(pulse, allowed):
                self._note(broken)
        allowed.last = pulse

    def _note(self, broken: LawBroken) -> None:
        self.broken.add(broken.law)
        if not self.patient:
            raise broken

    def _level(self, pulse: Pulse, allowed: Confirmed) -> LawBroken | None:
        """Never above the confirmed level by more than one step of the device."""
        peak_ua = max(pulse.peak_current_ua, *(abs(ua) for _, ua in pulse.points))
        self.peak_permille = max(self.peak_permille, peak_ua * 1000 // allowed.level_ua)
        if peak_ua > allowed.level_ua + STEP_UA:
            return LawBroken("level", pulse, f"{peak_ua} uA, confirmed {allowed.level_ua} uA")
        return None

    def _rate(self, pulse: Pulse, allowed: Confirmed) -> LawBroken | None:
        """No sooner after those before than confirmed, since the last update, at whose moment one may come."""
        if allowed.last is None or self.changed_us >= allowed.last.t_us:
            allowed.train_us, allowed.train = pulse.t_us, 0
            return None
        allowed.train += 1
        least_us = allowed.train * allowed.wave.period_us - LATE_US
        if pulse.t_us - allowed.train_us < least_us:
            said = (
                f"{allowed.train} more in {pulse.t_us - allowed.train_us} us, one each {allowed.wave.period_us} us felt"
            )
            return LawBroken("rate", pulse, said)
        return None


def _charge(pulse: Pulse, allowed: Confirmed) -> LawBroken | None:
    """Of a phase; the return phase may carry 1 % more, as a pulse may leave it [source: guard's ceilings]."""
    sides = [sum(us * abs(ua) for us, ua in pulse.points if ua * sign > 0) for sign in (1, -1)]
    most_pc = (allowed.level_ua + STEP_UA) * allowed.wave.phase_us * 1010 // 1000
    if max(sides) > most_pc:
        return LawBroken("charge", pulse, f"{max(sides)} pC in a direction, {most_pc} pC are allowed")
    return None


def _balance(pulse: Pulse, _allowed: Confirmed) -> LawBroken | None:
    """At most 1 % of the smaller direction is left [source: SR-14]."""
    forwards, back = (sum(us * abs(ua) for us, ua in pulse.points if ua * sign > 0) for sign in (1, -1))
    if abs(forwards - back) * 100 > min(forwards, back):
        return LawBroken("balance", pulse, f"{forwards} pC forwards and {back} pC back")
    return None


def _pulse(pulse: Pulse, _allowed: Confirmed) -> LawBroken | None:
    """Once forwards, once back."""
    signs = [ua > 0 for _, ua in pulse.points if ua]
    turns = [sign for at, sign in enumerate(signs) if at == 0 or signs[at - 1] != sign]
    if turns != [True, False]:
        return LawBroken("pulse", pulse, f"phases of {[ua for _, ua in pulse.points]} uA")
    return None


def _burst(pulse: Pulse, allowed: Confirmed) -> LawBroken | None:
    """A burst ends: by its time, or 100 ms later by the guard and the turn that asks it [source: guard's ceilings].

    The next begins a burst's period after it began, or a turn earlier.
    """
    wave, last = allowed.wave, allowed.last
    before_us = pulse.t_us - allowed.burst_us
    if last is None or pulse.t_us - last.t_us > 2 * wave.period_us:
        allowed.burst_us = pulse.t_us
        if last is not None and before_us < wave.burst_ms * 1000 - TURN_US - wave.period_us:
            return LawBroken("burst", pulse, f"{before_us} us after the last began, {wave.burst_ms} ms felt")
    on_us = pulse.t_us - allowed.burst_us
    if wave.burst_pulses and on_us > wave.burst_us + BURST_LATE_US:
        return LawBroken("burst", pulse, f"{on_us} us on, {wave.burst_us} us felt")
    return None


def _rise(pulse: Pulse, allowed: Confirmed) -> LawBroken | None:
    """Over every window since the arming: no faster than the ramp, but for what idle time may earn.

    After a silence it begins at 0. A pulse shows a change up to one period late.
    """
    last, wave, period_us = allowed.last, allowed.wave, allowed.wave.period_us
    before_ua = last.amplitude_ua if last and pulse.t_us - last.t_us <= allowed.silence_us else 0
    rise_ua = max(0, pulse.amplitude_ua - before_ua)
    allowed.least = min(allowed.least, allowed.risen_us - (last.t_us if last else allowed.since_us))
    allowed.risen_us += rise_ua * allowed.ramp_ms * 1000 // allowed.level_ua
    step_us = STEP_UA * allowed.ramp_ms * 1000 // allowed.level_ua
    ahead_us = allowed.risen_us - pulse.t_us - allowed.least
    if ahead_us > max(CREDIT_US, period_us + TURN_US, wave.burst_ms * 1000 + TURN_US) + period_us + step_us + 1000:
        return LawBroken("rise", pulse, f"{ahead_us} us ahead of the ramp of {allowed.ramp_ms} ms")
    return None
