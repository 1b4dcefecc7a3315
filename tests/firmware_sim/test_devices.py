"""The seam: whatever family it is, the simulator, its backdoor and its program turn it by the same verbs."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from firmware_sim.backdoor import Backdoor
from firmware_sim.devices import MODELS, model, new_device
from firmware_sim.faults.catalogue import ALL, KINDS, SPECIAL, checked
from firmware_sim.model import NoFault
from firmware_sim.options import BadStart, parse
from firmware_sim.options.modes import Pty, Serve
from firmware_sim.options.parser import parser
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Stage
from firmware_sim.stage.trace import Restarted
from firmware_sim.switching import names, values_of

S = 1_000_000
FACTS = {  # [source: the table of the four protocols in the reference]
    "p24": ("P24", 4, 8, 2 * S, "3000000 8N2 RTS/CTS"),
    "rehamove3": ("RehaMove3", 3, 4, 2 * S, "3000000 8N2 RTS/CTS"),
    "rehastim2": ("RehaStim2", 2, 8, 1_200_000, "460800 8E1"),
    "rehastim1": ("RehaStim 1", 1, 8, None, "115200 8N2 RTS/CTS"),
}


def served(*words: str) -> Serve:
    mode = parse(words).mode
    assert isinstance(mode, Serve)
    return mode


def asked(simulator: Simulator, **fields: object) -> dict[str, object]:
    answer: dict[str, object] = json.loads(Backdoor(simulator).handle(json.dumps(fields)))
    return answer


def test_what_is_fixed_about_each_family_is_what_its_documents_say() -> None:
    told = {
        key: (one.name, one.generation, one.channels, one.dead_man_us, str(one.line)) for key, one in MODELS.items()
    }
    assert told == FACTS
    assert [key for key, one in MODELS.items() if not one.line_matters] == ["p24"], "it is a USB CDC device"
    with pytest.raises(ValueError, match="unknown device 'p25'; known: p24, rehamove3, rehastim2, rehastim1"):
        model("p25")


def test_each_fulfils_the_seam() -> None:
    for key, family in MODELS.items():
        device = new_device(key, Stage(), keep_trace=True)
        assert device.model is family
        assert device.errors == (0,) * family.channels, key
        assert (device.active_channels, dict(device.settings), device.next_pulse_us()) == ((), {}, None), key
        assert [device.train(channel) for channel in (1, family.channels)] == [None, None]
        assert (device.timer_us is None) == (family.dead_man_us is None), key
        assert device.state.name in family.states, key
        assert (family.words_of(0), family.words_of(99)) == ("none", "99")
        assert type(device.switches) is family.switches
        device.advance(S)
        with pytest.raises(ValueError, match="time went back"):
            device.advance(S - 1)
        device.restart(2 * S)
        assert Restarted(2 * S) in device.stage.events, key
        other = new_device(key)
        other.put_back(device.kept())
        assert other.now_us == device.now_us


def test_switches_are_each_familys_own() -> None:
    for key, family in MODELS.items():
        for name in names(family.switches):
            for value in values_of(family.switches, name):
                device = new_device(key, **{name: value})
                assert getattr(device.switches, name) == value
                device.turn({name: str(values_of(family.switches, name)[0])})
                assert device.switches == family.switches(), f"{key}: {name}"
        with pytest.raises(ValueError, match="unknown switch 'soup'"):
            new_device(key, soup=1)


def test_the_backdoor_names_the_device_its_channels_and_its_switches() -> None:
    for key, family in MODELS.items():
        simulator = Simulator(new_device(key))
        state = asked(simulator, do="get", what="state")["state"]
        assert isinstance(state, dict)
        device = state["device"]
        assert (device["key"], device["model"], device["line"]) == (key, family.name, str(family.line))
        assert [one["channel"] for one in device["channels"]] == list(range(1, family.channels + 1))
        assert device["state_words"] == family.states[device["state"].upper()]
        page = asked(simulator, do="help")["help"]
        assert isinstance(page, dict)
        assert list(page["switches"]) == list(names(family.switches))
        faults = {one["fault"] for one in page["faults"]}
        assert faults == {kind for kind in ALL if not family.senseless(kind, {})}
        beyond = asked(simulator, do="set", what="load", channel=family.channels + 1, to="dry")
        assert f"channel is a whole number from 1 to {family.channels}" in str(beyond["error"])


def test_a_family_says_why_a_fault_cannot_be_on_it() -> None:
    some = NoFault("hang", "why not", {"output": "dead_man"})
    assert some.means("hang", {"output": "dead_man", "more": 1})
    assert not some.means("hang", {"output": "goes_on"})
    assert not some.means("reset", {"output": "dead_man"})
    assert set(SPECIAL) & set(KINDS) == set()
    assert checked("emergency_switch", None, {}) == {}
    for key, family in MODELS.items():
        simulator = Simulator(new_device(key))
        for one in family.no_faults:
            with pytest.raises(ValueError, match=f"{one.kind}: {one.why}"):
                simulator.inject(one.kind, **one.params)


def test_what_is_said_without_being_asked_comes_at_its_time_however_time_is_cut() -> None:
    told = {}
    for slice_us in (10_000, 500_000, 700_001, 3 * S):
        simulator, heard = Simulator(new_device("rehastim2")), []
        for now_us in range(0, 3 * S + 1, slice_us):
            simulator.advance(now_us)
            heard.append(simulator.transmit(now_us))
        simulator.advance(3 * S)
        told[slice_us] = b"".join([*heard, simulator.transmit(3 * S)])
    assert len(set(told.values())) == 1
    waiting = Simulator(new_device("rehastim2"))
    times = []
    for _ in range(4):
        due_us = waiting.next_due_us()
        assert due_us is not None, "it will speak, although nobody asks"
        waiting.advance(due_us)
        assert waiting.transmit(due_us) != b""
        times.append(due_us)
    assert [later - earlier for earlier, later in pairwise(times)] == [500_000] * 3
    assert Simulator(new_device("p24")).next_due_us() is None


def test_the_program_is_started_as_the_device_that_is_named() -> None:
    assert served().world.device == "p24"
    for key, family in MODELS.items():
        world = served("--device", key, "--load", "dry").world
        assert (world.device, world.device_id, len(world.loads)) == (key, family.device_id, family.channels)
    assert served("--serve", "pty").line == Pty(checked=True)
    assert served("--serve", "pty", "--any-settings").line == Pty(checked=False)
    assert served("--device", "rehamove3", "--device-id", "RM3-000042").world.device_id == "RM3-000042"
    text = parser().format_help()
    assert all(f"switches of {key} (default first):" in text for key in MODELS)
    assert "rehastim1  RehaStim 1, 8 channels, 115200 8N2 RTS/CTS; dead-man none" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--device", "p25"), "--device p25: unknown device 'p25'; known: p24, "),
        (("--device", "rehamove3", "--load", "5=dry"), "a channel is a number from 1 to 4"),
        (("--device", "rehamove3", "--patient", "sci_acute", "--site", "5=x"), "with a channel from 1 to 4"),
        (("--device", "rehamove3", "--switch", "current_sources=2"), "unknown switch 'current_sources'"),
        (("--device", "p24", "--switch", "electrode_bit=last_pulse"), "unknown switch 'electrode_bit'"),
        (("--device", "rehastim1", "--device-id", "RS1-000001"), "a RehaStim 1 tells no id"),
        (("--any-settings",), "--any-settings belongs to --serve pty"),
        (("--scenario", "x", "--device", "p24"), "--device does not go with --scenario"),
    ],
)
def test_what_the_device_does_not_have_is_refused_in_a_sentence(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadStart) as caught:
        parse(words)
    assert said in str(caught.value)
