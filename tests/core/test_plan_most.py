"""The most a plan can give is never less than what its walk through every ramp gives, and not much more."""

from __future__ import annotations

import pytest

from nmes.core.dose import plan_totals
from nmes.core.plan import Plan
from nmes.core.plan_most import Most, at_ceiling, most
from tests.core.protocol_making import CHANNEL, STAGE, plan

TENS = """stages:
  - name: work
    frequency_hz: 100
    ramp_up_s: 1
    ramp_down_s: 1
    continuous: true
    minutes: 1
"""
TWO = CHANNEL + CHANNEL.partition("\n")[2].replace("left", "right")
BURST = TENS + "    burst: {pulses: 7, per_second: 2}\n"
SWEEP = TENS.replace("frequency_hz: 100", "frequency_hz: {from_hz: 50, to_hz: 100, sweep_s: 3}")


WARM_UP = STAGE + STAGE.partition("\n")[2].replace("work", "warm_up")
STEPPED = """stages:
  - name: test
    frequency_hz: {start_hz: 4, step_hz: 16, cap_hz: 20}
    ramp_up_s: 0.5
    ramp_down_s: 0.5
    on_s: 5
    off_s: 60
    on_includes_ramps: true
"""
TEST = ("kind: nmes", "kind: assessment\nassessment: {measures: ctf}")


def confirmed(made: Plan) -> Plan:
    for slot in made.slots:
        made = made.with_level(slot, made.ceiling_ua(slot))
    return made


@pytest.mark.parametrize(
    "changes",
    [(), ((CHANNEL, TWO),), ((STAGE, TENS),), ((STAGE, SWEEP),)],
    ids=["contractions", "two channels", "one train", "a sweep"],
)
def test_it_is_an_upper_bound_and_no_guess(changes: tuple[tuple[str, str], ...]) -> None:
    made = plan(*changes)
    for bound, walked in zip(most(made, at_ceiling(made)), plan_totals(confirmed(made)), strict=True):
        assert bound.channel == walked.channel
        assert walked.charge_nc <= bound.charge_nc <= 2 * walked.charge_nc
        assert walked.pulses <= bound.pulses + 2 * bound.contractions
        assert bound.contractions == walked.contractions
        assert walked.tension_ms <= bound.on_ms


def test_the_figures_of_three_contractions() -> None:
    # 6 s at 50 Hz: 300 pulses of 30 mA x 300 µs = 9 µC.
    made = plan()
    assert most(made, dict.fromkeys(made.slots, 30_000)) == (Most(1, 3 * 300 * 9_000, 900, 3, 18_000),)


def test_in_bursts_the_silence_between_them_is_no_current() -> None:
    made = plan((STAGE, BURST))
    (total,) = most(made, at_ceiling(made))
    assert total.pulses == 60_000 // 500 * 7


def test_of_a_test_each_step_has_its_own_rate() -> None:
    # 5 s at 4 Hz and 5 s at 20 Hz.
    made = plan((STAGE, STEPPED), TEST)
    (total,) = most(made, at_ceiling(made))
    assert (total.pulses, total.contractions, total.on_ms) == (20 + 100, 2, 10_000)


def test_the_stages_add_up() -> None:
    one, both = plan(), plan((STAGE, WARM_UP))
    (first,), (sum_of_both,) = most(one, at_ceiling(one)), most(both, at_ceiling(both))
    assert sum_of_both == Most(1, 2 * first.charge_nc, 2 * first.pulses, 6, 36_000)
