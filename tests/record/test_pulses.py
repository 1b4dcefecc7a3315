"""Which pulses flowed: what was armed while output was acknowledged, not what the plan still had to come."""

from __future__ import annotations

from nmes.core import commands as c
from nmes.core import events as e
from nmes.record.happening import At, Stepped
from nmes.record.pulses import Pulses, PulsesFold


def arm(period_us: int, phase_us: int = 150, channel: int = 1, **more: int) -> c.Arm:
    return c.Arm(channel, 10_000, 500, 2_500, phase_us, 0, 1, period_us, **more)


def fold(*steps: c.Arm | int) -> dict[int, Pulses]:
    """A number: so much was acknowledged on channel 1."""
    made = PulsesFold()
    for seq, one in enumerate(steps):
        at = At(seq, seq, "", "device")
        event = e.OutputConfirmed(seq, ((1, one),)) if isinstance(one, int) else e.Tick(seq)
        made.take(Stepped(at, event, (), () if isinstance(one, int) else (one,)))
    return made.found


def test_a_test_that_steps_up_is_told_from_its_first_train_to_its_last() -> None:
    found = fold(arm(250_000), 9_000, 0, arm(71_500), 9_000, 0, arm(50_000))
    assert found == {1: Pulses(150, 150, 71_500, 250_000)}, "the third train never began"


def test_a_sweep_is_told_by_both_its_ends_and_phases_by_theirs() -> None:
    assert fold(arm(10_000, longest_period_us=20_000), 1) == {1: Pulses(150, 150, 10_000, 20_000)}
    assert fold(arm(10_000, 100, longest_phase_us=300), 1, arm(10_000, 50), 1) == {1: Pulses(50, 300, 10_000, 10_000)}


def test_what_was_armed_and_gave_nothing_is_not_told() -> None:
    assert fold(arm(10_000), 0) == {}
    assert fold(arm(10_000, channel=2), 5_000) == {}
    assert fold(5_000) == {}
