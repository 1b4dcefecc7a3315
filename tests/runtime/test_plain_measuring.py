"""The line mode while something is measured: the commands, and what is told without being asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from runtime.test_plain import Desk

from helpers.assessing import ctf_text, level_text
from nmes.cli.plain_open import WORDING
from nmes.core import events as e
from nmes.core.measurement import From, Origin, Who
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.core.view import Output, Word
from nmes.runtime.library import Library
from nmes.runtime.plain import Heard, PlainSession, Post, measurement
from nmes.runtime.plain_teller import basis_lines

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


@pytest.mark.parametrize("line", ["cramp", "CRAMP", "mark cramp", "mark Cramp at the heel"])
def test_a_cramp_in_the_test_halts_and_is_the_result(line: str) -> None:
    desk = ctf_desk()
    desk.started()
    desk.run(4000)
    desk.type(line)
    desk.run(2000)
    assert (desk.view.word, desk.view.why, desk.view.output) == (Word.ENDED, "assessed", Output.OFF)
    told = "\n".join(desk.said)
    assert "Measured, channel 1: cramp threshold frequency 4 Hz, at 1.0 mA." in told
    assert "Measured of no patient code: cramp threshold frequency 4 Hz" in told


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


def test_in_a_treatment_a_cramp_is_noted() -> None:
    desk = training_desk()
    desk.started()
    desk.type("cramp")
    desk.run(1000)
    assert desk.view.word is not Word.ENDED
    assert "Noted: cramp." in desk.said


def test_the_most_that_is_tolerated_gives_a_target_and_a_ceiling() -> None:
    desk = training_desk()
    desk.screened()
    desk.script("titrate 1", *["+"] * 20, "measure max")
    assert "Measured, channel 1: maximum tolerated 10.0 mA." in desk.said
    assert "Aim for 5.5 mA on channel 1, never over 8.5 mA." in desk.said
    desk.script("accept")
    assert any("at most 8.5 mA" in line for line in desk.said)
    assert desk.view.word is Word.TITRATING


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
    assert "Measured, channel 1: own strongest contraction 120 N." in desk.said
    assert "Measured, channel 1: evoked force 30.5 N, 25 % of the strongest contraction." in desk.said
    assert "Measured of no patient code: evoked force 30.5 N" in desk.type("status").said


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
