"""Scenarios about other families: their own channels, states, switches, faults and language."""

from __future__ import annotations

import pytest

from firmware_sim.devices import MODELS
from firmware_sim.model import Model
from firmware_sim.scenario.hosts import new_host
from firmware_sim.scenario.model import Scenario, device_of
from firmware_sim.scenario.play import Outcome, cast, play
from firmware_sim.yaml_file import FileProblem, parse_model


def read(device: str, *items: str, head: str = "") -> Scenario:
    text = "\n".join([f"name: a\ndevice: {device}\n{head}timeline:", *(f"  - {one}" for one in items)])
    return parse_model(text.encode(), "a.yaml", Scenario, context=device_of)


def played(device: str, *items: str, head: str = "") -> Outcome:
    return play(cast(read(device, *items, head=head), {}))


def test_a_rehamove3_is_spoken_to_in_its_own_frames() -> None:
    outcome = played(
        "rehamove3",
        "{at: 0, action: version}",
        "{at: 0.1, action: init}",
        "{at: 0.2, action: {update: {4: {ma: 20, hz: 35}}}}",
        "{at: 0.3, action: poll}",
        "{at: 0.4, expect: {reply: {to: version, result: 0}}}",
        "{at: 0.4, expect: {reply: {to: init, result: 0}}}",
        "{at: 0.4, expect: {reply: {to: poll, result: 0}}}",
        "{at: 0.7, expect: {pulses: {channel: 4, from: 0.2, to: 0.489, at_least: 10, at_most: 10}}}",  # 29 ms
        head="switches: {reserved_bits: refuse_2}\n",
    )
    assert outcome.failures == ()
    assert outcome.expectations == 4


def test_a_lamp_that_is_not_simulated_is_none() -> None:
    failures = played("rehamove3", "{at: 0, expect: {device: {lamp: green}}}").failures
    assert [one.said for one in failures] == ["the lamp is none, not green"]


def test_the_older_families_are_spoken_to_with_raw_bytes() -> None:
    outcome = played(
        "rehastim1",
        '{at: 0, action: {raw: "88 00 20 00 30 26"}}',
        "{at: 0.1, expect: {reply: {to: raw, result: 1}}}",
        '{at: 0.1, action: {raw: "A0 02 2C 14"}}',
        "{at: 0.5, expect: {current: {channel: 1, above_ma: 19.9, below_ma: 20.1}}}",
        "{at: 0.5, action: stop}",
        "{at: 0.6, expect: {reply: {to: stop, result: 129}}}",
        "{at: 1, expect: {silent: {since: 0.53}}}",
    )
    assert outcome.failures == ()


@pytest.mark.parametrize(
    ("device", "item", "line", "said"),
    [
        ("p25", "{at: 0, action: init}", 2, "write one of p24, rehamove3, rehastim2, rehastim1"),
        ("rehamove3", "{at: 0, action: {update: {5: {ma: 1, hz: 35}}}}", 4, "a RehaMove3 has channels 1 to 4"),
        ("rehamove3", "{at: 0, inject: {fault: electrode_off, channel: 5}}", 4, "a RehaMove3 has channels 1 to 4"),
        ("rehamove3", "{at: 0, inject: {fault: emergency_switch}}", 4, "a RehaMove3 has no emergency stop input"),
        ("rehamove3", "{at: 0, action: {switch: {current_sources: 2}}}", 4, "write one of faulty_channel, "),
        ("rehamove3", "{at: 0, expect: {channel: {number: 1, error: low_current}}}", 4, "write one of none, electrode"),
        ("rehastim2", "{at: 0, expect: {device: {state: ml_run}}}", 4, "write one of disconnected, start"),
    ],
)
def test_what_the_device_does_not_have_is_refused_at_its_line(device: str, item: str, line: int, said: str) -> None:
    with pytest.raises(FileProblem) as caught:
        read(device, item)
    assert caught.value.line == line
    assert said in str(caught.value)


def test_what_is_not_said_to_an_older_family_is_told_at_its_step() -> None:
    with pytest.raises(ValueError, match="init is not said to a RehaStim 1; there are: raw, stop"):
        played("rehastim1", "{at: 0, action: init}")
    with pytest.raises(ValueError, match="poll is not said to a RehaStim 1"):
        played("rehastim1", "{at: 0, action: {poll_every_ms: 100}}", "{at: 1, action: {clear: all}}")


def test_every_family_has_a_host_and_none_is_made_up() -> None:
    assert all(new_host(one) for one in MODELS.values())
    p24 = MODELS["p24"]
    stranger = Model(**{name: getattr(p24, name) for name in p24.__slots__} | {"key": "stranger", "name": "Stranger"})
    with pytest.raises(ValueError, match="no host speaks to a Stranger"):
        new_host(stranger)
