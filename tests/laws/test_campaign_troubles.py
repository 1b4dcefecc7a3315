"""What a fault excuses: by its kind, its direction and its channel, and for no longer than it lasts."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_sim.devices import new_device
from firmware_sim.faults.catalogue import ALL, Channel
from firmware_sim.faults.timeline import Injection
from firmware_sim.simulator import Simulator
from laws.campaign import excuses
from laws.campaign.troubles import (
    EDGE_US,
    FOR_EVER_US,
    HALTED_AGAIN_US,
    KEPT_US,
    MISREAD_US,
    RENEWED_US,
    TAIL_US,
    Silence,
    Troubles,
)
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


def with_fault(
    kind: str, params: dict[str, int | str], channel: int = 2, for_us: int | None = None, device: str = "p24"
) -> Troubles:
    """It acts since the beginning, on one channel if it is of that kind, and has had an effect."""
    simulator = Simulator(new_device(device))
    given: dict[str, Any] = dict(params)
    on = None if ALL[kind].channel is Channel.NONE else channel
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
    assert set(ALL) == excuses.OUTPUT | excuses.ELECTRODES | excuses.LINE | excuses.DEVICE | excuses.ENDS
    assert set(ALL) - excuses.ENDS == {kind for kind, _ in (*NOTHING, *ANSWERS, *REQUESTS, *OWN_WILL)}


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


# --- what is the family's own ---


@pytest.mark.parametrize(("device", "timer_us"), [("rehamove3", 2_000_000), ("rehastim2", 1_200_000)])
def test_each_family_is_held_to_its_own_timer(device: str, timer_us: int) -> None:
    troubles = with_fault("deaf", {}, device=device)
    assert troubles.dead_man_us(NOW_US, 1) == timer_us
    assert halted(troubles, 1) == timer_us + DEAF_US - DEAD_MAN_US
    assert not troubles.own_will(NOW_US, 1)
    assert not troubles.misread(NOW_US)


@pytest.mark.parametrize(("kind", "device"), [("emergency_switch", "rehastim2"), ("module_error", "rehastim2")])
def test_a_device_that_ends_everything_and_says_so_excuses_nothing(kind: str, device: str) -> None:
    troubles = with_fault(kind, {}, device=device)
    assert troubles.reaction_us(NOW_US, 1) == PROMPT_US
    assert troubles.withheld_since_us(NOW_US, 20_000) is None
    assert halted(troubles, 1) == 0
    assert not troubles.spoils_dose(1)


def test_without_a_timer_the_keeper_ends_what_a_program_that_is_gone_has_left() -> None:
    troubles = Troubles(Simulator(new_device("rehastim1")))
    gone = Silence(NOW_US, written=False)
    assert troubles.silent_by_us(gone, 1) - NOW_US == KEPT_US + DEAF_US - DEAD_MAN_US
    assert not troubles.own_will(NOW_US, 1)


WHOLLY: tuple[Row, ...] = (
    ("deaf", {}),
    ("hang", {"output": "goes_on"}),
    ("drop_bytes", {"permille": 1000, "direction": "to_device"}),
    ("corrupt_bytes", {"permille": 1000, "direction": "both"}),
)


@pytest.mark.parametrize(("kind", "params"), WHOLLY)
def test_without_a_timer_a_line_on_which_nothing_is_understood_is_excused_until_it_is_well(
    kind: str, params: dict[str, int | str]
) -> None:
    over_us = 3 * NOW_US
    troubles = with_fault(kind, params, for_us=over_us, device="rehastim1")
    assert troubles.own_will(NOW_US, 1)
    assert halted(troubles, 1) > FOR_EVER_US
    troubles.simulator.advance(LONG_US)
    assert troubles.own_will(over_us + EDGE_US, 1)
    assert not troubles.own_will(over_us + EDGE_US + 1, 1)
    assert halted(troubles, 1) < over_us + 2 * KEPT_US
    assert troubles.reaction_us(over_us + troubles.deaf_us + TAIL_US + 1, 1) == PROMPT_US


@pytest.mark.parametrize("kind", ["drop_bytes", "corrupt_bytes", "duplicate_bytes", "delay_bytes"])
def test_without_a_timer_a_line_that_loses_some_gets_no_more_time_than_a_halt_that_is_repeated(kind: str) -> None:
    params: dict[str, int | str] = {} if kind == "delay_bytes" else {"permille": 100}
    troubles = with_fault(kind, params, device="rehastim1")
    assert not troubles.own_will(NOW_US, 1)
    assert halted(troubles, 1) < 2 * KEPT_US


def test_without_a_timer_a_plug_that_was_pulled_is_excused_until_somebody_comes_back_and_halts() -> None:
    troubles = with_fault("disconnect", {}, for_us=NOW_US // 2, device="rehastim1")
    assert troubles.own_will(LONG_US, 1)
    troubles.halts = [NOW_US // 4, 2 * NOW_US]
    assert troubles.own_will(2 * NOW_US, 1)
    assert not troubles.own_will(2 * NOW_US + EDGE_US + 1, 1)


@pytest.mark.parametrize("kind", ["drop_bytes", "corrupt_bytes", "duplicate_bytes"])
def test_a_torn_request_passes_a_weak_sum_and_no_longer_than_its_repetition(kind: str) -> None:
    torn = with_fault(kind, {"direction": "to_device"}, for_us=NOW_US // 2, device="rehastim1")
    assert torn.misread(NOW_US // 2 + MISREAD_US)
    assert not torn.misread(NOW_US // 2 + MISREAD_US + 1)
    assert torn.is_healed(0, MISREAD_US + 1)
    assert not torn.is_healed(0, MISREAD_US)
    assert (torn.spoils_dose(1), torn.spoils_dose(2)) == (True, True)
    assert not with_fault(kind, {"direction": "to_host"}, device="rehastim1").misread(NOW_US)
    assert not with_fault(kind, {"direction": "to_device"}, device="rehastim2").misread(NOW_US)


def test_what_is_wrong_stays_wrong_where_nothing_is_understood() -> None:
    assert not with_fault("deaf", {}, device="rehastim1").is_healed(0, NOW_US)


LIES: tuple[tuple[str, dict[str, int | str], bool], ...] = (
    ("lying_ack", {"to": "stop"}, True),
    ("lying_ack", {"to": "update"}, False),
    ("corrupt_bytes", {"direction": "both"}, True),
    ("corrupt_bytes", {"direction": "to_host"}, False),
    ("drop_bytes", {"direction": "both"}, False),
    ("deaf", {}, False),
)


@pytest.mark.parametrize(("kind", "params", "excused"), LIES)
def test_off_is_believed_wrongly_only_where_the_answer_of_one_byte_can_be_false(
    kind: str, params: dict[str, int | str], excused: bool
) -> None:
    troubles = with_fault(kind, params, for_us=NOW_US // 2, device="rehastim1")
    assert troubles.off_is_not_known(NOW_US // 2 + HALTED_AGAIN_US) == excused
    assert not troubles.off_is_not_known(NOW_US // 2 + HALTED_AGAIN_US + 1)
    if kind != "lying_ack":
        assert not with_fault(kind, params, device="p24").off_is_not_known(NOW_US)


def test_what_an_emergency_button_withholds_untold_is_owed_until_the_first_pulse_after_it() -> None:
    troubles = with_fault("emergency_switch", {}, for_us=NOW_US // 2, device="rehastim1")
    assert troubles.withheld_since_us(NOW_US // 2 + 20_000 + EDGE_US, 20_000) == 0
    assert troubles.withheld_since_us(NOW_US // 2 + 20_000 + EDGE_US + 1, 20_000) is None
    assert troubles.reaction_us(NOW_US, 1) == PROMPT_US
    assert troubles.spoils_dose(1)
