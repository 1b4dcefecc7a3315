"""`nmes run` for somebody: code, side and threshold on the command line, from a test to the training that uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import CRAMP, NOBODY, READ_BACK, SIGNED, Nmes, records, script

from nmes.record.store import read_session
from nmes.runtime.library import Library

TEST = "assess_ctf_calf"
MAX = ("--plain", "--speed", "max")
P17 = ("--patient-code", "P-017", "--side", "left")


def test_lines(*then: str) -> str:
    """The lines of a test up to its start, then `then`."""
    questions = ["no"] * len(Library().load(TEST).protocol.screening_codes)
    placed = [*questions, "Dr Test", *READ_BACK, "pads 1 25", "placed"]
    return "\n".join([*placed, "titrate 1", "+", "+", "accept", "start", *then]) + "\n"


test_lines.__test__ = False  # type: ignore[attr-defined]  # lines of a test, no test


@pytest.mark.thorough
def test_the_training_uses_what_the_test_found_and_shows_from_where(nmes: Nmes, home: Path) -> None:
    tested = nmes("run", TEST, *MAX, *P17, stdin=test_lines("wait 70", "cramp", "yes", "wait 1", *SIGNED))
    assert (tested.code, tested.err) == (0, "")
    assert "For: P-017 left" in tested.out
    assert "Measured, channel 1: cramp threshold frequency 6 Hz, at 1.0 mA." in tested.out
    assert "ENDED. Measured: the test is over." in tested.out
    trained = nmes("run", CRAMP, *MAX, *P17, stdin=script("end", who=(), read=READ_BACK))
    whose = "36 Hz asked: from the cramp threshold frequency of P-017 left gastrocnemius, 6 Hz, "
    said = f"{whose}measured 2026-01-01 (today) in session {records(home)[0].stem}."
    assert trained.out.count(said) >= 2, "when it is opened, and again before the start"
    assert "Level 1 of 1: channel 1, gastrocnemius, 35.7 Hz" in trained.out, "as the device makes it"
    assert nmes("audit", "verify").code == 0


RECORDED = "One is recorded of P-017 left, and was not taken: check the code and the side."


@pytest.mark.thorough
def test_for_anybody_else_it_falls_back_and_says_so_and_what_is_recorded_nearby(nmes: Nmes, home: Path) -> None:
    nmes("run", TEST, *MAX, *P17, stdin=test_lines("wait 70", "cramp", "yes", "wait 1"))
    nearby = {(): False, ("P-018", "left"): False, ("P-017", "right"): True}
    for who, told_of in (nearby | {("p-017", "left"): True}).items():
        given = ("--patient-code", who[0], "--side", who[1]) if who else ()
        read = (f"code {who[0]}", f"side {who[1]}") if who else ()
        known = set(records(home))
        told = nmes("run", CRAMP, *MAX, *given, stdin=script("end", who=() if who else NOBODY, read=read))
        (new,) = set(records(home)) - known
        bound = next(iter(read_session(new))).body
        assert "45 Hz asked, the FALLBACK: " in told.out, who
        assert (RECORDED in told.out) is told_of, who
        assert (bound["ctf_mhz"], bound["ctf_origin"]["kind"]) == (None, "fallback"), who


@pytest.mark.thorough
def test_a_cramp_long_after_a_stop_is_neither_measured_nor_trained_by(nmes: Nmes) -> None:
    tested = nmes("run", TEST, *MAX, *P17, stdin=test_lines("wait 70", "stop", "wait 1200", "cramp", "end"))
    assert "NOT MEASURED: the output was already stopped" in tested.out
    assert "Measured, channel 1" not in tested.out
    trained = nmes("run", CRAMP, *MAX, *P17, stdin=script("end", who=(), read=READ_BACK))
    assert "45 Hz asked, the FALLBACK: " in trained.out


def test_a_test_without_a_code_is_warned_of_before_its_first_question(nmes: Nmes) -> None:
    told = nmes("run", TEST, *MAX, stdin="-\nend\n").out
    assert told.index("No patient code and side: a later session cannot find") < told.index("Question 1 ")
    assert "cannot find" not in nmes("run", TEST, *MAX, *P17, stdin="end\n").out


def test_a_typed_threshold_goes_first_and_is_called_typed(nmes: Nmes, home: Path) -> None:
    told = nmes("run", CRAMP, *MAX, *P17, "--ctf", "18.5", stdin=script("end", who=(), read=READ_BACK))
    assert "48.5 Hz asked: " in told.out
    assert "18.5 Hz, typed by hand for this session. No record stands behind it." in told.out
    bound = next(iter(read_session(records(home)[0]))).body
    assert (bound["patient"], bound["side"], bound["ctf_mhz"], bound["ctf_origin"]["kind"]) == (
        "P-017",
        "left",
        18_500,
        "typed",
    )


@pytest.mark.parametrize(
    ("protocol", "arguments", "said"),
    [
        (CRAMP, ("--patient-code", "Ada Lovelace", "--side", "left"), "no names"),
        (CRAMP, ("--patient-code", "../P", "--side", "left"), "no names"),
        (CRAMP, ("--patient-code", "P-017"), "needs --side"),
        (CRAMP, ("--side", "middle"), "give left, right, both"),
        (CRAMP, ("--ctf", "1"), "give 2 to 40 (Hz)"),
        (CRAMP, ("--ctf", "18000"), "give 2 to 40 (Hz)"),
        (CRAMP, ("--ctf", "-3"), "give 2 to 40 (Hz)"),
        (CRAMP, ("--ctf", "nan"), "give 2 to 40 (Hz)"),
        ("quads_older_adult", ("--patient-code", "P-104", "--side", "left"), "treats both sides; give --side both"),
        ("tens_conventional", ("--ctf", "18"), "makes nothing from a cramp threshold frequency"),
    ],
)
def test_what_cannot_be_is_one_clear_error(
    nmes: Nmes, home: Path, protocol: str, arguments: tuple[str, ...], said: str
) -> None:
    told = nmes("run", protocol, *MAX, *arguments)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert "Traceback" not in told.err
    assert not home.exists() or not records(home)


def test_everything_wrong_is_told_at_once(nmes: Nmes) -> None:
    told = nmes("run", CRAMP, *MAX, "--patient-code", "a b", "--side", "up", "--ctf", "x")
    assert [part in told.err for part in ("--patient-code", "--side", "--ctf")] == [True] * 3


@pytest.mark.thorough
def test_the_record_names_the_cramp_and_the_value_in_words(nmes: Nmes, home: Path) -> None:
    nmes("run", TEST, *MAX, *P17, stdin=test_lines("mvic 120", "wait 70", "cramp", "yes", "wait 1"))
    told = nmes("audit", "show", "1").out
    assert "CRAMP (key)" in told
    assert "measured: own strongest contraction, 120 N" in told
    assert "cramp threshold frequency 6 Hz" in told


class TestTry:
    @pytest.mark.thorough
    def test_an_assessment_is_told_beside_what_is_true(self, nmes: Nmes) -> None:
        told = nmes("try", TEST, "--pools", "1")
        assert (told.code, told.err) == (0, "")
        assert "channel 1: cramp threshold frequency" in told.out
        assert "the virtual person's own, rested, is 15.5 Hz" in told.out
        assert "off was confirmed" in told.out
        assert "Complete, and within every limit." in told.out
        assert max(map(len, told.out.splitlines())) < 80, "the terminal of a test is 80 wide"

    @pytest.mark.thorough
    def test_as_json(self, nmes: Nmes) -> None:
        told = nmes("try", "assess_motor_threshold_calf", "--pools", "1", "--json")
        assert '"measures": "motor_threshold"' in told.out
        assert '"off_after_key_ms": null' in told.out

    @pytest.mark.thorough
    @pytest.mark.parametrize("more", [("--population", "3"), ("--compare", CRAMP), ("--html", "x.html")])
    def test_what_only_a_treatment_has_is_refused(self, nmes: Nmes, more: tuple[str, ...]) -> None:
        told = nmes("try", TEST, *more)
        assert (told.code, told.out) == (2, "")
        assert f"{more[0]} is for treatments" in told.err

    @pytest.mark.campaign
    def test_a_demo_of_it_is_a_whole_session_with_its_record(self, nmes: Nmes) -> None:
        told = nmes("demo", TEST)
        assert told.code == 0
        assert "measured, channel 1: cramp threshold frequency" in told.out
        assert "they agree within" in told.out
