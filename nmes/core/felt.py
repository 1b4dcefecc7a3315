"""What of a sweep has been felt at the present amplitude: the time for which the device had acknowledged each step.

Separate from the session because it is a law of its own: the clock proves nothing. A step that was skipped because the
program stalled was not felt, however long ago the amplitude was reached. While a change is on its way nothing counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nmes.core.course import Course, Steps
from nmes.core.waveform import Waveform


@dataclass(frozen=True, slots=True)
class Felt:
    """At `amplitude_ua`, confirmed since `since_ms`. `playing` since `from_ms`, or None while a change is on its way.

    `before`: each waveform with the time in ms that it had been playing for, at this amplitude, by `from_ms`.
    """

    amplitude_ua: int = 0
    since_ms: int = 0
    playing: Waveform | None = None
    from_ms: int = 0
    before: tuple[tuple[Waveform, int], ...] = ()

    def sent(self, now_ms: int) -> Felt:
        """A change leaves for the device: what has been playing counts up to here."""
        if self.playing is None:
            return self
        before = dict(self.before)
        before[self.playing] = before.get(self.playing, 0) + now_ms - self.from_ms
        return replace(self, playing=None, from_ms=now_ms, before=tuple(before.items()))

    def confirmed(self, amplitude_ua: int, waveform: Waveform | None, now_ms: int) -> Felt:
        """The device acknowledged this. At another amplitude everything has to be felt anew."""
        if amplitude_ua != self.amplitude_ua:
            return Felt(amplitude_ua, now_ms, waveform, now_ms)
        return replace(self.sent(now_ms), playing=waveform, from_ms=now_ms)

    def missing_ms(self, course: Course, time_ms: int, now_ms: int) -> int:
        """How long it takes, at `time_ms` of the course, until all of it has been felt; 0 = it has been.

        A whole cycle must have passed, and each step been there for half of its time, in all.
        """
        periods: dict[int, int] = {}
        phases: dict[int, int] = {}
        for waveform, felt_ms in self.sent(now_ms).before:
            periods[waveform.period_us] = periods.get(waveform.period_us, 0) + felt_ms
            phases[waveform.phase_us] = phases.get(waveform.phase_us, 0) + felt_ms
        return max(
            0,
            course.cycle_ms - (now_ms - self.since_ms),
            _unfelt_ms(course.periods, periods, time_ms),
            _unfelt_ms(course.phases, phases, time_ms),
        )


def _unfelt_ms(steps: Steps, felt_ms: dict[int, int], time_ms: int) -> int:
    """When the last of the steps that were not felt long enough will have come round; 0 if there is none."""
    if not steps.cycle_ms:
        return 0
    ends_in_ms: dict[int, int] = {}
    for number, value in enumerate(steps.values):
        if felt_ms.get(value, 0) * 2 < steps.step_ms:  # half a step: a step arrives late, one that was felt is not lost
            left_ms = ((number + 1) * steps.step_ms - time_ms - 1) % steps.cycle_ms + 1
            ends_in_ms[value] = min(left_ms, ends_in_ms.get(value, left_ms))
    return max(ends_in_ms.values(), default=0)
