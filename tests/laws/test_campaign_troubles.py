"""What a fault excuses: by its kind, its direction and its channel, and for no longer than it lasts."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_sim.faults.catalogue import KINDS, Channel
from firmware_sim.faults.timeline import Injection
from firmware_sim.simulator import Simulator
from laws.campaign import excuses
from laws.campaign.troubles import FOR_EVER_US, RENEWED_US, Silence, Troubles
from laws.instrument import DEAD_MAN_US, DEAF_US, PROMPT_US, REACTION_US

NOW_US, LONG_US = 1_000_000, 20_000_000
BYTES: dict[str, dict[str, int | str]] = {
    "drop_bytes": {},
    "corrupt_bytes": {},
    "duplicate_bytes": {},
    "delay_bytes": {"delay_us": 30_000},
    "split_bytes": {"gap_us": 300},
}
Row = tuple[str, dict[str, int | str]]
NOTHING: tuple[Row, ...] = (
    ("reset", {}),
    ("wrong_version", {}),
    ("supply_sag", {"compliance_mv": 60_000, "restart_below_mv": 25_000}),
    ("clock_drift", {"ppm": 20_000}),
    ("electrode_off", {}),
    ("electrode_dry", {}),
    ("electrode_open", {}),
    ("electrode_short", {}),
    ("gain_error", {}),
    ("dac_offset", {}),
    ("charge_imbalance", {}),
)
ANSWERS: tuple[Row, ...] = (("mute", {}), *((kind, {**more, "direction": "to_host"}) for kind, more in BYTES.items()))
REQUESTS: tuple[Row, ...] = (
    ("deaf", {}),
    ("disconnect", {}),
    ("hang", {"output": "dead_man"}),
    *((kind, {**more, "direction": way}) for kind, more in BYTES.items() for way in ("to_device", "both")),
)
OWN_WILL: tuple[Row, ...] = (
    ("stuck_output", {"mode": "level"}),
    ("stuck_output", {"mode": "after_stop"}),
    ("lying_ack", {"to": "update"}),
    ("lying_ack", {"to": "stop"}),
    ("hang", {"output": "goes_on"}),
)


def with_fault(kind: str, params: dict[str, int | str], channel: int = 2, for_us: int | None = None) -> Troubles:
    """It acts since the beginning, on one channel if it is of that kind, and has had an effect."""
    simulator = Simulator()
    given: dict[str, Any] = dict(params)
    on = None if KINDS[kind].channel is Channel.NONE else channel
    simulator.inject(kind, channel=on, for_us=for_us, **given)
    simulator.advance(NOW_US)
    troubles = Troubles(simulator)
    of(troubles).took(0)
    return troubles


def of(troubles: Troubles) -> Injection:
    """The one fault that was put in."""
    [one] = troubles.simulator.engine.timeline.injections.values()
    return one


def halted(troubles: Troubles, channel: int) -> int:
    """How long after a halt that is written now the skin has to be silent."""
    return troubles.silent_by_us(Silence(NOW_US, written=True), channel) - NOW_US


def test_every_kind_of_fault_is_judged() -> None:
    assert set(KINDS) == excuses.OUTPUT | excuses.ELECTRODES | excuses.LINE | excuses.DEVICE
    assert set(KINDS) == {kind for kind, _ in (*NOTHING, *ANSWERS, *REQUESTS, *OWN_WILL)}


@pytest.mark.parametrize(("kind", "params"), NOTHING)
def test_what_keeps_no_frame_makes_no_deadline_longer(kind: str, params: dict[str, int | str]) -> None:
    troubles = with_fault(kind, params)
    for channel in (1, 2):
        assert troubles.reaction_us(NOW_US, channel) == PROMPT_US
        assert troubles.dead_man_us(NOW_US, channel) == DEAD_MAN_US
        assert not troubles.own_will(NOW_US, channel)
        assert halted(troubles, channel) == 0
    assert troubles.late_us(NOW_US) == 0


@pytest.mark.parametrize(("kind", "params"), ANSWERS)
def test_where_only_answers_are_lost_a_halt_is_heard_at_once(kind: str, params: dict[str, int | str]) -> None:
    troubles = with_fault(kind, params)
    assert troubles.reaction_us(NOW_US, 1) == REACTION_US
    assert halted(troubles, 1) == 0
    assert troubles.dead_man_us(NOW_US, 1) == DEAD_MAN_US


@pytest.mark.parametrize(("kind", "params"), REQUESTS)
def test_where_requests_are_lost_the_devices_timer_ends_the_output(kind: str, params: dict[str, int | str]) -> None:
    troubles = with_fault(kind, params)
    assert troubles.reaction_us(NOW_US, 1) > DEAF_US
    assert DEAF_US <= halted(troubles, 1) < DEAF_US + 100_000
    assert not troubles.own_will(NOW_US, 1)


@pytest.mark.parametrize(("kind", "params"), OWN_WILL)
def test_an_output_with_a_will_of_its_own_excuses_its_own_channel_only(kind: str, params: dict[str, Any]) -> None:
    troubles = with_fault(kind, params)
    assert troubles.reaction_us(NOW_US, 2) > DEAF_US
    if kind == "stuck_output":
        assert troubles.reaction_us(NOW_US, 1) == PROMPT_US
        assert not troubles.own_will(NOW_US, 1)
        assert halted(troubles, 1) == 0
        assert troubles.obeyed(NOW_US, 1)
    assert troubles.own_will(NOW_US, 2) == (params not in ({"mode": "level"}, {"to": "update"}))


@pytest.mark.parametrize(("kind", "params"), REQUESTS[:3])
def test_once_the_line_is_well_again_and_another_frame_has_come_a_halt_is_heard(kind: str, params: Any) -> None:
    troubles = with_fault(kind, params, for_us=NOW_US // 2)
    assert not troubles.reaches(NOW_US, 1)
    assert troubles.reaches(NOW_US // 2 + RENEWED_US + 1, 1)


def test_a_timer_that_hung_counts_again_from_the_end_of_its_fault() -> None:
    troubles = with_fault("hang", {"output": "goes_on"}, for_us=3 * NOW_US)
    assert halted(troubles, 1) > FOR_EVER_US
    troubles.simulator.advance(LONG_US)
    assert halted(troubles, 1) == 2 * NOW_US + DEAF_US


def test_a_slow_clock_makes_the_timer_and_the_period_longer() -> None:
    troubles = with_fault("clock_drift", {"ppm": -20_000})
    assert troubles.dead_man_us(NOW_US, 1) == 2_500_000
    assert troubles.slow_us(NOW_US, 20_000) == 5_000
    assert troubles.reaction_us(NOW_US, 1) == PROMPT_US


@pytest.mark.parametrize(("kind", "params"), (*ANSWERS, *REQUESTS, *OWN_WILL))
def test_a_fault_that_has_changed_nothing_excuses_nothing(kind: str, params: dict[str, Any]) -> None:
    troubles = with_fault(kind, params)
    of(troubles).effects = 0
    for channel in (1, 2):
        assert troubles.reaction_us(NOW_US, channel) == PROMPT_US
        assert not troubles.own_will(NOW_US, channel)
        assert halted(troubles, channel) == 0
        assert not troubles.spoils_dose(channel)


def test_a_fault_of_the_output_spoils_the_dose_of_its_own_channel() -> None:
    troubles = with_fault("gain_error", {})
    assert (troubles.spoils_dose(1), troubles.spoils_dose(2)) == (False, True)


@pytest.mark.parametrize(("kind", "params"), REQUESTS)
def test_only_a_line_that_is_slow_to_the_device_swallows_bursts_and_no_longer_than_to_the_next(
    kind: str, params: dict[str, int | str]
) -> None:
    burst_us = 500_000
    slow = kind in {"delay_bytes", "split_bytes"}
    assert with_fault(kind, params).swallows_bursts(NOW_US, burst_us) == slow
    over = with_fault(kind, params, for_us=NOW_US // 2)
    assert over.swallows_bursts(NOW_US // 2 + burst_us, burst_us) == slow
    assert not over.swallows_bursts(NOW_US // 2 + burst_us + 1, burst_us)


@pytest.mark.parametrize(("kind", "params"), (*NOTHING, *ANSWERS))
def test_nothing_else_swallows_them(kind: str, params: dict[str, int | str]) -> None:
    assert not with_fault(kind, params).swallows_bursts(NOW_US, 500_000)
