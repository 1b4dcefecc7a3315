"""Scenarios: one file, one trace, at any speed; what does not hold, or cannot be read, is named by its line."""

from __future__ import annotations

import hashlib
import json

import pytest

from firmware_sim.__main__ import main
from firmware_sim.scenario import shipped
from firmware_sim.scenario.command import load
from firmware_sim.scenario.play import cast, play
from firmware_sim.scenario.real import play_real
from firmware_sim.stage.trace import TraceFile

TIMING_TOLERANCE_US = 50_000
"""At speed 1 over a socket, on a busy machine; the median is far below (see the guide)."""

HEAD = "name: test\nseed: 5\ntimeline:\n"
SESSION = """\
  - {at: 0, action: init}
  - {at: 0.1, action: {update: {1: {ma: 20, phase_us: 300, hz: 50}}}}
  - {at: 0.1, action: {poll_every_ms: 100}}
"""


@pytest.fixture
def write(tmp_path):
    """write(timeline items, head) gives the path of a scenario."""

    def make(items: str, head: str = HEAD) -> str:
        path = tmp_path / "scenario.yaml"
        path.write_text(head + items, "utf-8")
        return str(path)

    return make


def played(name: str, speed: float | None = None):
    scenario, lines, _ = load(shipped.find(name))
    return play(cast(scenario, lines), speed)


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


# --- the same trace ---


@pytest.mark.thorough
@pytest.mark.parametrize("name", shipped.names())
def test_a_shipped_scenario_holds_and_gives_the_same_trace_twice_and_paced(name):
    first, second, paced = played(name), played(name), played(name, 50)
    assert first.failures == ()
    assert first.expectations >= 7
    assert first.digest == second.digest == paced.digest
    assert first.given == second.given == paced.given


@pytest.mark.thorough
def test_there_are_several_and_their_traces_differ():
    assert len(shipped.names()) >= 3
    assert len({played(name).digest for name in shipped.names()}) == len(shipped.names())


def test_the_seed_decides_what_is_random():
    scenario, lines, _ = load(shipped.find("garbled-line"))
    other = scenario.model_copy(update={"seed": scenario.seed + 1})
    assert play(cast(scenario, lines)).digest != play(cast(other, lines)).digest


def test_the_digest_is_the_hash_of_the_trace_file(tmp_path, capsys):
    trace = tmp_path / "trace.jsonl"
    code, out, err = run(capsys, "--scenario", "electrode-off", "--trace", str(trace))
    assert (code, err) == (0, "")
    assert f"digest {hashlib.sha256(trace.read_bytes()).hexdigest()}" in out
    told = [json.loads(line) for line in trace.read_text("utf-8").splitlines()]
    assert {"fault_began": "electrode_off", "t_us": 1_010_000}.items() <= next(
        t for t in told if "fault_began" in t
    ).items()
    assert [one["t_us"] for one in told] == sorted(one["t_us"] for one in told)


@pytest.mark.campaign  # in every run a socket is played over by the test below
def test_over_a_socket_at_speed_1_it_gives_the_same_pulses_a_little_later(write):
    path = write(
        SESSION
        + """\
  - {at: 0.51, inject: {fault: gain_error, for: 0.5, params: {gain_permille: 1500}}}
  - {at: 1.205, action: {update: {1: {ma: 10, phase_us: 300, hz: 50}, 2: {ma: 5, phase_us: 200, hz: 25}}}}
  - {at: 1.505, action: stop}
  - {at: 1.6, expect: {reply: {to: stop, result: 0}}}
"""
    )
    scenario, lines, _ = load(shipped.find(path))
    virtual, real = play(cast(scenario, lines)), play_real(cast(scenario, lines))
    assert virtual.failures == real.failures == ()
    assert len(real.given) == len(virtual.given) > 70
    for wanted, seen in zip(sorted(virtual.given, key=by_channel), sorted(real.given, key=by_channel), strict=True):
        assert (seen.channel, seen.set_ua) == (wanted.channel, wanted.set_ua)
        assert 0 <= seen.t_us - wanted.t_us <= TIMING_TOLERANCE_US


def by_channel(pulse) -> tuple[int, int]:
    return pulse.channel, pulse.t_us


@pytest.mark.thorough
def test_over_a_socket_a_line_that_is_gone_is_connected_again(write):
    path = write(
        SESSION
        + """\
  - {at: 0.3, inject: {fault: disconnect, for: 0.4}}
  - {at: 0.6, expect: {reply: {to: poll, result: none}}}
  - {at: 1.2, expect: {reply: {to: poll, result: 0}}}
  - {at: 1.2, expect: {fault: {kind: disconnect, state: over, effects_at_least: 1}}}
"""
    )
    scenario, lines, _ = load(shipped.find(path))
    assert play_real(cast(scenario, lines)).failures == ()


# --- what happens in it ---


def test_a_pad_wears(write):
    """A fresh pad lets 60 mA through; after 60 hours its resistance has grown twentyfold."""

    def flowed(wear: str) -> int:
        path = write(f"  - {{at: 0, action: {wear}}}\n" + SESSION.replace("ma: 20", "ma: 60") + "ends: 1\n")
        scenario, lines, _ = load(shipped.find(path))
        return play(cast(scenario, lines)).given[-1].flowed_ua

    assert flowed("{contact: {1: 1000}}") == 60_000
    assert flowed("{wear: {1: 60}}") < 60_000


def test_every_action_and_every_expectation(write, capsys):
    path = write(
        """\
  - {at: 0, action: version}
  - {at: 0, action: {load: {1: worn}, }}
  - {at: 0, action: {contact: {1: 800}}}
  - {at: 0, action: {wear: {3: 20}}}
  - {at: 0, action: {switch: {fault_after_pulses: 3}}}
  - {at: 0.01, action: low_init}
  - {at: 0.1, action: {low_pulse: {channel: 6, ma: 12, phase_us: 250}}}
  - {at: 0.2, action: low_stop}
  - {at: 0.3, expect: {pulses: {channel: 6, at_least: 1, at_most: 1}}}
  - {at: 0.3, expect: {current: {channel: 6, above_ma: 11.9, below_ma: 12.1}}}
  - {at: 0.3, expect: {reply: {to: low_pulse, result: 0}}}
  - {at: 0.3, action: {init: {stop_on_all_errors: false}}}
  - {at: 0.4, action: {update: {1: {ma: 10, hz: 50}, 2: {ma: 10, hz: 33}}}}
  - {at: 0.45, action: {snapshot: here}}
  - {at: 0.5, action: status}
  - {at: 0.5, action: poll}
  - {at: 0.6, inject: {fault: electrode_off, channel: 2, for: 5}}
  - {at: 0.6, action: {clear: all}}
  - {at: 0.7, expect: {fault: {kind: electrode_off, state: over, effects_at_most: 0}}}
  - {at: 0.8, expect: {reply: {to: status, result: 0}}}
  - {at: 0.8, action: {raw: "F0 81 55 81 59 81 14 81 18 0C 22 0F"}}
  - {at: 0.9, expect: {reply: {to: raw, result: 0}}}
  - {at: 0.9, expect: {device: {state: none, high_voltage: false, lamp: green}}}
  - {at: 1.0, action: {restore: here}}
  - {at: 1.1, expect: {channel: {number: 2, active: true, error: none}}}
  - {at: 1.1, action: reset}
  - {at: 1.2, expect: {silent: {since: 1.1}}}
  - {at: 1.3, expect: {person: {pain_below: 1}}}
  - {at: 1.3, expect: {muscle: {name: quadriceps femoris, force_below_n: 5, cramping: false}}}
""",
        HEAD.replace("seed", "patient: healthy_adult\nsites: {1: quadriceps femoris}\nseed"),
    )
    code, out, err = run(capsys, "--scenario", path)
    assert (code, err) == (0, "")
    assert "11 expectations, everything held" in out


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("channel: {number: 1, active: false}", "channel 1 is active"),
        ("channel: {number: 1, error: electrode}", "channel 1 shows error none, not electrode"),
        ("device: {state: none}", "the device is in state ml_run, not none"),
        ("device: {lamp: red}", "the lamp is yellow, not red"),
        ("device: {high_voltage: false}", "the high voltage is on"),
        ("reply: {to: poll, result: 7}", "the last poll has the result 0"),
        ("reply: {to: poll, result: none}", "the last poll has the result 0"),
        ("reply: {to: stop, result: 0}", "no stop has been sent"),
        ("pulses: {channel: 1, from: 0.1, to: 0.5, at_least: 21}", "20 pulses from 0.1 s to 0.5 s, not at least 21"),
        ("pulses: {from: 0.1, to: 0.5, at_most: 19}", "20 pulses from 0.1 s to 0.5 s, not at most 19"),
        ("silent: {since: 0.9}", "the last of 21 mA on channel 1 at 1.000000 s"),
        ("current: {channel: 1, above_ma: 21}", "the current on channel 1 is 21 mA, not above 21"),
        ("current: {channel: 2, below_ma: 5}", "channel 2 has given no pulse"),
        ("person: {pain_above: 9}", "there is no patient"),
        ("fault: {kind: mute}", "no mute has been put in"),
        ("fault: {kind: gain_error, effects_at_least: 100}", "the fault gain_error had 26 effects"),
        ("fault: {kind: gain_error, state: over}", "the fault gain_error is active, not over"),
    ],
)
def test_an_expectation_that_does_not_hold_is_named_by_its_line(write, capsys, expect, said):
    path = write(
        SESSION
        + "  - {at: 0.5, inject: {fault: gain_error, params: {gain_permille: 1050}}}\n"
        + f"  - {{at: 1, expect: {{{expect}}}}}\n"
    )
    code, out, err = run(capsys, "--scenario", path)
    assert code == 1
    assert err.startswith(f"{path}:8: ")
    assert said in err
    assert err.count("\n") == 1
    assert "1 expectations, 1 did not hold" in out


# --- what would test nothing ---

MUTE = "  - {at: 0.35, inject: {fault: mute, for: 0.01}}\n"
"""Between two polls."""
LOOK = "  - {at: 1, expect: {channel: {number: 1, active: true}}}\n"


def test_a_fault_without_effect_does_not_hold_and_is_named_by_its_line(write, capsys):
    path = write(SESSION + MUTE + LOOK)
    code, out, err = run(capsys, "--scenario", path)
    assert code == 1
    assert err == (
        f"{path}:7: the fault mute had no effect, so nothing was tested; if that is right, say so: "
        "expect: {fault: {kind: mute, effects_at_most: 0}}\n"
    )
    assert "1 expectations, 1 did not hold" in out


def test_a_fault_that_has_not_begun_had_no_effect(write, capsys):
    later = "  - {at: 0.5, action: {snapshot: a}}\n  - {at: 1, inject: {fault: mute}}\n"
    assert run(capsys, "--scenario", write(SESSION + LOOK + later))[0] == 1


def test_a_fault_of_which_no_effect_is_expected_holds(write, capsys):
    none = "  - {at: 1, expect: {fault: {kind: mute, effects_at_most: 0}}}\n"
    assert run(capsys, "--scenario", write(SESSION + MUTE + none))[::2] == (0, "")
    code, _, err = run(capsys, "--scenario", write(SESSION + MUTE + none + "  - {at: 1, inject: {fault: mute}}\n"))
    assert code == 1, "of this one nothing was said"
    assert "scenario.yaml:9: the fault mute had no effect" in err


def test_a_fault_that_acted_before_a_restore_has_acted(write, capsys):
    path = write(
        SESSION
        + """\
  - {at: 0.3, action: {snapshot: a}}
  - {at: 0.31, inject: {fault: mute, for: 0.3}}
  - {at: 0.8, action: {restore: a}}
"""
        + LOOK
    )
    assert run(capsys, "--scenario", path)[::2] == (0, "")


def test_a_scenario_that_expects_nothing_checks_nothing_and_says_so(write, capsys):
    path = write(SESSION)
    code, out, err = run(capsys, "--scenario", path)
    assert code == 1
    assert err == f"{path}: nothing was expected, so nothing was checked; add an expect, or the digest\n"
    assert "0 expectations, nothing was checked" in out


def test_a_digest_that_is_another_does_not_hold(write, capsys):
    good = write(SESSION)
    _, out, _ = run(capsys, "--scenario", good)
    digest = out.rpartition("digest ")[2].strip()
    assert run(capsys, "--scenario", write(SESSION, f"digest: {digest}\n{HEAD}"))[0] == 0
    code, _, err = run(capsys, "--scenario", write(SESSION, f"digest: {'a' * 64}\n{HEAD}"))
    assert code == 1
    assert f"scenario.yaml:1: the digest of the trace is {digest}" in err


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("item", "line", "said"),
    [
        ("{at: 1, action: jump}", 4, ""),
        ("{at: 1, action: {jump: 1}}", 4, 'the key "jump" is not known'),
        ("{at: 1}", 4, "give exactly one of action, inject, expect"),
        ("{at: -1, action: stop}", 4, "at (-1)"),
        ("{action: stop}", 4, 'the key "at" is missing'),
        ("{at: 1, action: {update: {9: {ma: 1, hz: 50}}}}", 4, ""),
        ("{at: 1, action: {update: {1: {ma: 131, hz: 50}}}}", 4, "130"),
        ("{at: 1, action: {update: {1: {ma: 1.3, hz: 50}}}}", 4, "0.5"),
        ("{at: 1, action: {raw: XY}}", 4, "raw"),
        ("{at: 1, action: {wear: {1: 101}}}", 4, "less than or equal to 100"),
        ("{at: 1, action: {switch: {first_pulse: never}}}", 4, "first_pulse is one of at_once, after_one_period"),
        ("{at: 1, action: {load: {1: soup}}}", 4, "write one of good, worn, dry"),
        ("{at: 1, inject: {fault: soup}}", 4, "unknown fault 'soup'"),
        ("{at: 1, inject: {fault: electrode_off}}", 4, "electrode_off needs a channel"),
        ("{at: 1, inject: {fault: hang, params: {output: loud}}}", 4, "output is one of dead_man, goes_on"),
        ("{at: 1, inject: {fault: mute, for: 0}}", 4, "for"),
        (
            "{at: 1, expect: {channel: {number: 1, active: true}, device: {state: none}}}",
            4,
            "give exactly one of channel",
        ),
        ("{at: 1, expect: {silent: {since: 3}}}", 4, "silence since 3 s cannot be judged at 1 s"),
        ("{at: 1, expect: {silent: {since: 1}}}", 4, "write since before at"),
        ("{at: 1, expect: {pulses: {from: 5, to: 6, at_most: 0}}}", 4, "pulses from 5 s to 6 s cannot be counted"),
        ("{at: 1, expect: {pulses: {from: 0.5, to: 1.1, at_most: 0}}}", 4, "to not after at"),
        ("{at: 1, expect: {pulses: {from: 0.5, to: 0.5, at_most: 0}}}", 4, "write from before to"),
        ("{at: 1, expect: {pulses: {from: 1.5, at_most: 0}}}", 4, "pulses from 1.5 s cannot be counted at 1 s"),
        ("{at: 1, expect: {pulses: {channel: 1}}}", 4, "give at least one of at_least, at_most"),
        ("{at: 1, expect: {channel: {number: 1}}}", 4, "give at least one of active, error"),
        ("{at: 1, expect: {person: {}}}", 4, "give at least one of pain_above, pain_below"),
        ("{at: 1, expect: {reply: {to: poll}}}", 4, 'the key "result" is missing'),
        ("{at: 1, action: {stretch: calf}}", 4, "there is no patient"),
        ("{at: 1, action: {restore: x}}", 4, "no snapshot is called 'x'"),
        ("{at: 1, action: stop", 4, "this is not YAML"),
    ],
)
def test_a_bad_file_is_one_sentence_with_its_line_and_exit_2(write, capsys, item, line, said):
    path = write(f"  - {item}\n")
    code, out, err = run(capsys, "--scenario", path)
    assert (code, out) == (2, "")
    assert err.startswith(f"nmes-sim: {path}:{line}:") or "this is not YAML" in err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("seed: 5\ntimeline:\n", 'the key "name" is missing'),
        (HEAD.replace("seed: 5", "patient: nobody"), "there is no such profile"),
        (HEAD.replace("seed: 5", "sites: {1: calf}"), "sites need a patient"),
        (HEAD.replace("seed: 5", "seeds: 5"), 'did you mean "seed"?'),
        (HEAD.replace("seed: 5", "seed: x"), "scenario.yaml:2:7: seed (x)"),
        (HEAD.replace("seed: 5", "digest: abc"), "digest"),
        (HEAD.replace("seed: 5", "switches: {reinit: never}"), "the switch reinit is one of restarts, refuse_7"),
    ],
)
def test_a_bad_head_is_one_sentence_and_exit_2(write, capsys, head, said):
    code, _, err = run(capsys, "--scenario", write(SESSION, head))
    assert code == 2
    assert said in err
    assert err.count("\n") == 1


def test_a_scenario_that_does_not_exist_names_the_shipped_ones(capsys):
    code, _, err = run(capsys, "--scenario", "nope")
    assert code == 2
    assert (
        err == f"nmes-sim: nope: cannot be read: No such file or directory; shipped are: {', '.join(shipped.names())}\n"
    )


def test_a_file_goes_before_a_shipped_name(tmp_path, monkeypatch, capsys):
    (tmp_path / "electrode-off").write_text(HEAD + SESSION, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "--scenario", "electrode-off")[1].startswith("test: 0 expectations")


def test_a_trace_is_complete_when_a_scenario_ends(tmp_path):
    path = tmp_path / "trace"
    scenario, lines, _ = load(shipped.find("usb-reset"))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        outcome = play(cast(scenario, lines, TraceFile(file)))
    assert sum('"pulse"' in line for line in path.read_text("utf-8").splitlines()) == len(outcome.given)
