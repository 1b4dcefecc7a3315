"""One answer of the backdoor becomes values, or one sentence."""

from __future__ import annotations

import json

import pytest

from firmware_sim.panel import answers
from firmware_sim.panel.fields import Unreadable
from firmware_sim.panel.state import Refused
from helpers.rows import bundled

pytestmark = pytest.mark.thorough

CHANNELS = [{"channel": number} for number in range(1, 9)]
BARE = {"t_us": 5, "device": {"state": "NONE", "lamp": "green", "high_voltage": False, "channels": CHANNELS}}


def with_device(**fields: object) -> dict[str, object]:
    return {"state": {**BARE, "device": {**BARE["device"], **fields}}}


def test_what_is_left_out_is_empty() -> None:
    found = answers.state({"state": BARE})
    assert found.t_us == 5
    assert found.patient is None
    assert found.faults == found.events == ()
    assert found.channel(8).channel == 8
    assert found.channel(8).contact_permille == 1000


def test_every_field_of_a_channel_is_read() -> None:
    fields = {
        **{"active": True, "error": 2, "set_ua": 40_000, "flowed_ua": 39_000, "period_us": 20_000, "phase_us": 300},
        **{"points": [[300, 40_000], [300, -40_000]], "end_voltage_mv": 63_900, "contact": "limited"},
        **{"contact_permille": 500, "load": "worn", "pulses": 7},
    }
    found = answers.state(with_device(channels=[{"channel": 1, **fields}, *CHANNELS[1:]])).channel(1)
    for name, value in fields.items():
        expected = ((300, 40_000), (300, -40_000)) if name == "points" else value
        assert getattr(found, name) == expected


def test_a_fault_and_an_event_are_read() -> None:
    fault = {
        "id": 3,
        "kind": "mute",
        "state": "active",
        "began_us": 9,
        "effects": 2,
        "proof": "2 replies",
        "channel": None,
    }
    found = answers.state({"state": {**BARE, "faults": [fault], "events": [{"t_us": 1, "what": "it began"}]}})
    assert (found.faults[0].number, found.faults[0].effects, found.faults[0].channel) == (3, 2, None)
    assert found.events[0].what == "it began"


def test_the_multiples_of_the_thresholds_become_permille() -> None:
    patient = {"profile": "x", "pain": 1.5, "comfort": 9, "channels": [{"channel": 2, "motor": 1.234}]}
    found = answers.state({"state": {**BARE, "patient": patient}}).patient
    assert found is not None
    assert found.felt[0].motor_permille == 1234
    assert found.pain == 1.5


@bundled(
    ("node", "said"),
    [
        ({}, "state is missing"),
        ({"state": {**BARE, "t_us": "now"}}, "t_us is 'now', not a number"),
        ({"state": {**BARE, "t_us": True}}, "t_us is True"),
        ({"state": {**BARE, "t_us": float("nan")}}, "t_us is nan"),
        ({"state": {**BARE, "faults": 3}}, "faults is 3, not a list"),
        (with_device(lamp=None), "lamp is None, not a word"),
        (with_device(channels=CHANNELS[1:]), "channels from 1 on in order"),
        (with_device(channels=[*CHANNELS, {**CHANNELS[0], "channel": 9}]), "9 channels, more than 8"),
        (with_device(channels=[{"channel": 1, "points": [[1]]}]), "a point is [1]"),
    ],
)
def test_nonsense_is_one_sentence(node: dict[str, object], said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        answers.state(node)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refusal_carries_its_sentence() -> None:
    assert answers.answer('{"ok": false, "error": "no such fault"}') == Refused("no such fault")
    assert answers.answer('{"ok": false}') == Refused("refused without a reason")


@pytest.mark.parametrize("line", ["", "no json", "[1]", "3"])
def test_an_answer_that_is_no_object_is_unreadable(line: str) -> None:
    with pytest.raises(Unreadable):
        answers.answer(line)


def test_a_channel_without_a_pulse_has_no_waveform() -> None:
    assert answers.waveform({"waveform": None}) is None
    assert answers.waveform({}) is None


def test_a_waveform_is_read() -> None:
    fields = {"channel": 1, "sampling_us": 5, "currents_ua": [1, 2], "voltages_mv": [3, 4], "points": [[10, 2]]}
    found = answers.waveform(json.loads(json.dumps({"waveform": fields})))
    assert found is not None
    assert (found.currents_ua, found.voltages_mv, found.points) == ((1, 2), (3, 4), ((10, 2),))
