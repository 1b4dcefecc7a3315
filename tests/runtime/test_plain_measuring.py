"""The line mode while something is measured: the commands, and what is told without being asked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from runtime.test_plain import Desk

from helpers.assessing import ctf_text, level_text
from nmes.cli.plain_open import WORDING
from nmes.core import events as e
from nmes.core.measurement import From, Origin, Who
from nmes.core.protocol import Protocol, Provenance
from nmes.core.protocol_file import parse
from nmes.core.protocol_stage import AmplitudeModulation, PhaseSweep
from nmes.core.view import Output, Word
from nmes.runtime.library import Library
from nmes.runtime.plain import Heard, PlainSession, Post, measurement
from nmes.runtime.plain_steps import basis_lines, places
from nmes.ui.words import target_words

TRAINING = "cramp_calf_ctf_training"


class Spoken(Desk):
    """A desk with the words of the command line."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self.session = PlainSession(protocol, WORDING)


def ctf_desk() -> Desk:
    return Spoken(parse(ctf_text(cap=8, train_s=5, off_s=5).encode(), "test_ctf.yaml"))


def training_desk() -> Desk:
    return Spoken(Library().load(TRAINING).protocol)


@pytest.mark.parametrize("first_percent", [0, 50])
def test_the_most_is_marked_by_a_line_here_and_by_a_key_in_the_app(first_percent: int) -> None:
    protocol = Library().load(TRAINING).protocol
    assert "Find that most first (measure max), come down to " in WORDING.target(protocol, first_percent)
    assert "Find that most first (x), come down to " in target_words(protocol, first_percent)


@pytest.mark.parametrize("line", ["cramp", "CRAMP", "mark cramp", "mark Cramp at the heel"])
def test_a_cramp_in_the_test_halts_and_is_the_result(line: str) -> None:
    desk = ctf_desk()
    desk.started()
    desk.run(4000)
    desk.type(line)
    desk.run(2000)
    assert (desk.view.word, desk.view.why, desk.view.output) == (Word.ENDED, "assessed", Output.OFF)
    told = "\n".join(desk.said)
    assert (
        "Measured, channel 1: cramp threshold frequency 4 Hz, at 1.0 mA, "
        "in the lowest step: the threshold may be lower still." in told
    )
    assert "Measured of a patient without a code: cramp threshold frequency 4 Hz" in told


def test_the_test_is_explained_and_each_train_told() -> None:
    desk = ctf_desk()
    desk.started()
    desk.run(35_000)
    told = "\n".join(desk.said)
    assert "3 trains, 4 Hz to 8 Hz, all at this one level, each from 0 mA." in told
    assert "Type cramp the moment the muscle cramps" in told
    assert [line for line in desk.said if line.startswith("RAMP UP. ")] == [
        f"RAMP UP. Train at {hz} Hz" for hz in (4, 6, 8)
    ]
    assert "No cramp was told up to 8 Hz" in told


@pytest.mark.parametrize("halt", ["stop", "pause"])
def test_a_cramp_after_the_output_was_halted_is_told_as_not_measured(halt: str) -> None:
    desk = ctf_desk()
    desk.started()
    desk.run(4000)
    desk.type(halt)
    desk.run(1000)
    word = desk.view.word
    desk.type("cramp")
    desk.run(100)
    assert any(line.startswith("NOT MEASURED: the output was already stopped") for line in desk.said)
    assert (desk.view.word, desk.view.measured) == (word, ())


def test_without_a_code_it_is_said_before_and_after_that_nobody_finds_the_result() -> None:
    desk = ctf_desk()
    desk.started()
    before = [line for line in desk.said if line.startswith("No patient code and side: a later session cannot find")]
    assert before
    assert all(line.endswith("begin again with a code and a side.") for line in before)
    desk.run(4000)
    desk.type("cramp")
    desk.run(2000)
    ended = desk.said[desk.said.index("ENDED. Measured: the test is over.") :]
    assert any(line.startswith("No patient code and side: ") for line in ended)


def test_of_a_test_it_is_said_before_the_start_when_it_pauses_by_itself() -> None:
    desk = ctf_desk()
    desk.screened()
    said = "It pauses when no key is pressed for 600 s; a train with its rest lasts 10 s. Press a key in every rest."
    assert said in desk.said


def test_a_treatment_without_a_code_is_not_warned_of() -> None:
    desk = training_desk()
    desk.started()
    assert not any("cannot find" in line or "It pauses when" in line for line in desk.said)


def test_for_whom_is_said_where_the_pads_are_put_on() -> None:
    view = replace(training_desk().view, who=Who("P-017", "left"))
    assert next(places(training_desk().protocol, view)) == "For: P-017 left"


def _level_lines(protocol: str) -> list[str]:
    desk = Spoken(Library().load(protocol).protocol)
    desk.screened()
    return [line for line in desk.said if line.startswith("Level ")]


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("tens_burst", "100 Hz in bursts of 7 pulses, 2 a second"),
        ("tens_modulated", " in turn, 3 s each"),
    ],
)
def test_bursts_and_sweeps_are_told_as_such(protocol: str, said: str) -> None:
    lines = _level_lines(protocol)
    assert lines
    assert all(said in line for line in lines)


def test_a_swept_phase_and_a_modulated_level_are_told() -> None:
    protocol = Library().load("tens_modulated").protocol
    stage = protocol.stages[0].model_copy(
        update={
            "phase_sweep": PhaseSweep(low_us=100, high_us=protocol.channels[0].waveform.phase_us, sweep_s=Decimal(3)),
            "amplitude_modulation": AmplitudeModulation(depth_percent=Decimal(30), cycle_s=Decimal(4)),
        }
    )
    desk = Spoken(protocol.model_copy(update={"stages": (stage, *protocol.stages[1:])}))
    desk.screened()
    line = next(line for line in desk.said if line.startswith("Level 1 "))
    assert "phase 100 to 200 µs, there and back in 6 s" in line
    assert "level down to 70 % and back every 4 s" in line


def test_what_is_only_believed_says_so_where_pads_and_levels_are_told() -> None:
    protocol = ctf_desk().protocol
    doubted = {**protocol.provenance}
    for path in ("position", "channels.0.sites", "channels.0.pad_cm2", "channels.0.polarity", "stages.0.on_s"):
        doubted[path] = Provenance(tag="verify")
    doubted["channels.0.waveform.phase_us"] = Provenance(tag="verify")
    desk = Spoken(protocol.model_copy(update={"provenance": doubted}))
    desk.screened()
    told = [line for line in desk.said if line.startswith(("Position: ", "Channel 1: ", "Level 1 "))]
    marks = [line.replace("\N{NO-BREAK SPACE}", " ").count("TO VERIFY") for line in told]
    assert marks == [1, 3, 1]
    plain = ctf_desk()
    plain.screened()
    assert not any(
        "VERIFY" in line for line in plain.said if line.startswith(("Position: ", "Channel 1: ", "Level 1 "))
    )


def test_in_a_treatment_a_cramp_is_noted() -> None:
    desk = training_desk()
    desk.started()
    desk.type("cramp")
    desk.run(1000)
    assert desk.view.word is not Word.ENDED
    assert "Noted: cramp, contraction 1." in desk.said


def test_the_most_that_is_tolerated_gives_a_target_and_a_ceiling() -> None:
    desk = training_desk()
    desk.screened()
    desk.script("titrate 1", *["+"] * 20, "measure max")
    assert "Measured, channel 1: maximum tolerated 10.0 mA." in desk.said
    assert "Aim for 5.5 mA on channel 1, never over 8.5 mA." in desk.said
    desk.script("accept")
    assert any("at most 8.5 mA" in line for line in desk.said)
    assert "Too low? While a level is found: pause, then titrate and measure max again." in desk.said
    assert desk.view.word is Word.TITRATING


def test_a_most_that_leaves_no_level_is_refused_in_words() -> None:
    desk = training_desk()
    desk.screened()
    desk.script("titrate 1", "+", "measure max")
    assert any(line.startswith("Not marked: 0.5 mA on channel 1 is too little") for line in desk.said)
    assert desk.view.measured == ()


@pytest.mark.parametrize("measures", ["max_tolerated", "motor_threshold"])
def test_an_accepted_level_that_is_what_is_measured_ends_it(measures: str) -> None:
    desk = Spoken(parse(level_text(measures).encode(), "test_level.yaml"))
    desk.screened()
    desk.script("titrate 1", "+", "+", "accept")
    desk.run(1000)
    assert "This level is what is measured: accept keeps it, and the last one ends the session." in desk.said
    assert (desk.view.word, desk.view.why) == (Word.ENDED, "assessed")


def test_forces_are_typed_in_newtons_and_their_share_told() -> None:
    desk = training_desk()
    desk.screened()
    desk.script("mvic 120", "force 30.5")
    assert "Not noted: no current is confirmed on channel 1, and this force is what a current makes now." in desk.said
    assert "Measured of a patient without a code: evoked" not in desk.type("status").said
    desk.script("titrate 1", "+", "force 30.5")
    assert "Measured, channel 1: own strongest contraction 120 N." in desk.said
    assert "Measured, channel 1: evoked force 30.5 N, 25 % of the strongest contraction." in desk.said
    assert "Measured of a patient without a code: evoked force 30.5 N" in desk.type("status").said


def test_for_whom_and_where_the_frequency_comes_from_is_told_with_its_warning() -> None:
    origin = Origin(From.MEASURED, 18_000, 48_000, "P-017", "left", "gastrocnemius", "000004-x", "2026-01-02", 30)
    view = replace(training_desk().view, who=Who("P-017", "left"), origin=origin)
    whose, where, warned = basis_lines(view)
    assert whose == "For: P-017 left"
    assert where.startswith("48 Hz asked: from the cramp threshold frequency of P-017")
    assert warned.startswith("Older than 21 days")
    assert list(basis_lines(training_desk().view)) == []


class TestCommands:
    @pytest.mark.parametrize(
        ("line", "event"),
        [
            ("measure max", e.Measure(e.What.MAX_TOLERATED, 1)),
            ("measure MOTOR 1", e.Measure(e.What.MOTOR_THRESHOLD, 1)),
            ("mvic 120", e.Measure(e.What.MVIC, 1, 120_000)),
            ("force 30,5", e.Measure(e.What.EVOKED, 1, 30_500)),
            ("force 0.5", e.Measure(e.What.EVOKED, 1, 500)),
            ("ctf 17.9 1", e.Measure(e.What.CTF, 1, 17_900)),
        ],
    )
    def test_a_value_is_read(self, line: str, event: e.Measure) -> None:
        desk = training_desk()
        desk.screened()
        assert desk.type(line) == Heard(Post(event))

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("measure", "Measure what?"),
            ("measure everything", "Measure what?"),
            ("measure max 3", "Which channel?"),
            ("mvic", "How much?"),
            ("mvic -1", "How much?"),
            ("mvic 0", "How much?"),
            ("force nan", "How much?"),
            ("force 1e3", "How much?"),
            ("ctf ١٢", "How much?"),
            ("ctf 12 left", "Which channel?"),
        ],
    )
    def test_anything_else_is_asked_again(self, line: str, said: str) -> None:
        desk = training_desk()
        desk.screened()
        heard = desk.type(line)
        assert heard.do is None
        assert heard.said[0].startswith(said)

    def test_of_several_channels_the_one_that_is_felt_is_meant(self) -> None:
        view = training_desk().view
        two = replace(view, channels=(*view.channels, replace(view.channels[0], channel=2)))
        assert measurement("mvic", "120", two).said[0].startswith("Which channel?")
        assert measurement("mvic", "120 2", two) == Heard(Post(e.Measure(e.What.MVIC, 2, 120_000)))
        live = replace(two, live_slot=two.slots[0].slot)
        assert measurement("measure", "max", live) == Heard(Post(e.Measure(e.What.MAX_TOLERATED, 1)))


@pytest.mark.thorough
@pytest.mark.parametrize(("answer", "word"), [("yes", Word.ENDED), ("no", Word.REST), ("status", Word.REST)])
@pytest.mark.parametrize("line", ["cramp", "mark cramp in the heel"])
def test_in_a_rest_of_the_test_it_is_asked_first(line: str, answer: str, word: Word) -> None:
    desk = ctf_desk()
    desk.started()
    desk.run(6000)
    assert desk.view.word is Word.REST
    desk.type(line)
    asked = "Did the muscle cramp in the last train, at 4 Hz? Type yes: that is the result. Or no."
    assert desk.said[-1] == asked
    assert desk.view.word is Word.REST, "nothing is recorded yet"
    desk.type(answer)
    desk.run(500)
    assert (desk.view.word, bool(desk.view.measured)) == (word, word is Word.ENDED)
    desk.type("yes")
    assert bool(desk.view.measured) is (word is Word.ENDED), "it was asked once"


def test_such_a_question_ends_with_its_rest() -> None:
    desk = ctf_desk()
    desk.started()
    desk.run(6000)
    desk.type("cramp")
    desk.run(6000)
    desk.type("yes")
    assert desk.said[-1] == "Not noted: the next train has begun. If the muscle cramps now, type cramp."
    assert desk.view.measured == ()
