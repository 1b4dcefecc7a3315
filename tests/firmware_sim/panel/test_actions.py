"""What each action asks of the backdoor. That the simulator then does it is shown in test_panel."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from firmware_sim.faults.catalogue import checked
from firmware_sim.panel.actions import ACTIONS, Ask, ask, is_on
from firmware_sim.panel.state import Channel, Fault, PanelState, Refused
from helpers.panel_values import CALF, PATIENT, state
from helpers.rows import bundled

pytestmark = pytest.mark.thorough

OFF_1 = Fault(7, "electrode_off", "active", 1)
MUTE = Fault(8, "mute", "active")


def asked(action: str, known: PanelState, channel: int = 1) -> list[dict[str, object]]:
    found = ask(action, known, channel)
    assert isinstance(found, Ask), found
    assert found.said
    return [dict(request) for request in found.requests]


def test_every_key_belongs_to_one_action_and_every_action_has_a_tooltip() -> None:
    assert max(Counter(action.key for action in ACTIONS).values()) == 1
    assert all(action.tip for action in ACTIONS)


@bundled("action", ["off", "dry", "short", "drain", "reset", "garble", "mute", "disconnect"])
def test_every_fault_of_a_key_is_one_that_the_simulator_knows(action: str) -> None:
    for request in asked(action, state()):
        checked(request["fault"], request.get("channel"), request.get("params", {}))


@pytest.mark.parametrize(
    ("action", "kind"), [("off", "electrode_off"), ("dry", "electrode_dry"), ("short", "electrode_short")]
)
def test_an_electrode_fault_goes_to_the_chosen_channel(action: str, kind: str) -> None:
    assert asked(action, state(), 3) == [{"do": "inject", "fault": kind, "channel": 3}]


def test_another_electrode_fault_replaces_the_one_that_was_there() -> None:
    assert asked("short", state(OFF_1)) == [
        {"do": "clear", "injection": 7},
        {"do": "inject", "fault": "electrode_short", "channel": 1},
    ]
    assert asked("short", state(OFF_1), 2) == [{"do": "inject", "fault": "electrode_short", "channel": 2}]


def test_an_electrode_that_is_off_is_not_pulled_off_again() -> None:
    assert isinstance(ask("off", state(OFF_1), 1), Refused)


def test_dry_and_short_end_when_asked_again() -> None:
    assert asked("dry", state(Fault(4, "electrode_dry", "active", 1))) == [{"do": "clear", "injection": 4}]


def test_putting_back_ends_the_faults_of_this_channel_only() -> None:
    other = Fault(9, "electrode_dry", "active", 2)
    assert asked("back", state(OFF_1, other, MUTE)) == [{"do": "clear", "injection": 7}]


def test_putting_back_replaces_a_load_that_was_bad_from_the_start() -> None:
    bad = state(channel=Channel(1, load="open", contact_permille=300))
    assert asked("back", bad) == [
        {"do": "set", "what": "load", "channel": 1, "to": "good"},
        {"do": "set", "what": "contact", "channel": 1, "to": 1000},
    ]
    assert isinstance(ask("back", state(), 1), Refused)


def test_the_persons_own_pad_is_not_replaced() -> None:
    assert isinstance(ask("back", state(channel=Channel(1, load="230+13000 Ohm")), 1), Refused)


@pytest.mark.parametrize("action", ["drain", "garble", "mute", "disconnect"])
def test_the_others_begin_and_end_by_the_same_key(action: str) -> None:
    (begin,) = asked(action, state())
    fault = Fault(5, str(begin["fault"]), "active")
    assert is_on(action, state(fault), 1)
    assert not is_on(action, state(replace(fault, state="over")), 1)
    assert asked(action, state(fault)) == [{"do": "clear", "injection": 5}]


def test_deaf_is_not_mute() -> None:
    assert not is_on("mute", state(Fault(5, "deaf", "active")), 1)


def test_clear_all_ends_each_running_fault() -> None:
    over = Fault(1, "mute", "over")
    assert asked("clear", state(over, OFF_1, MUTE)) == [
        {"do": "clear", "injection": 7},
        {"do": "clear", "injection": 8},
    ]
    assert isinstance(ask("clear", state(over), 1), Refused)


def test_stretching_takes_the_muscle_of_the_channel_and_lets_go_again() -> None:
    lying = state(patient=PATIENT)
    assert asked("stretch", lying)[0]["to"] == "stretched"
    stretched = state(patient=replace(PATIENT, muscles=(replace(CALF, length="stretched"),)))
    assert is_on("stretch", stretched, 1)
    assert asked("stretch", stretched)[0]["to"] == "neutral"


def test_without_a_patient_or_a_muscle_nothing_is_stretched() -> None:
    assert isinstance(ask("stretch", state(), 1), Refused)
    assert isinstance(ask("stretch", state(patient=PATIENT), 5), Refused)


def test_an_action_that_is_none_is_refused() -> None:
    assert isinstance(ask("dance", state(), 1), Refused)
