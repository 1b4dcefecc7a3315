"""`nmes run --plain`: whole sessions from lines, and every way they can end early."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli.conftest import CRAMP, SIGNED, Nmes, process, records, script
from cli.test_typed import Hands

from nmes.cli.plain_open import WORDING, SignalDesk
from nmes.cli.plain_run import DROPPED, PlainRun
from nmes.cli.typed import TypedLines
from nmes.core import events as e
from nmes.core.care_events import Answered
from nmes.core.view import Word
from nmes.record.chain import Entry
from nmes.record.files import Kind
from nmes.record.store import read_session
from nmes.runtime.course import enter
from nmes.runtime.library import Library, Loaded
from nmes.runtime.plain import PlainSession
from nmes.trial.hand_turned import HandTurned

MAX = ("run", CRAMP, "--plain", "--speed", "max")
QUESTIONS = len(Library().load(CRAMP).protocol.screening_codes)


def entries(home: Path) -> list[Entry]:
    (record,) = records(home)
    return list(read_session(record))


def closed(home: Path) -> str:
    last, signature = entries(home)[-2:]
    assert (last.type, signature.type) == ("closed", "checkpoint")
    return str(last.body["why"])


@pytest.mark.thorough
def test_a_script_of_lines_reaches_the_end_with_an_intact_record(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script(*["wait 50"] * 9, *SIGNED))
    lines = told.out.splitlines()
    assert (told.code, told.err) == (0, "")
    assert lines[0].startswith("SIMULATION")
    assert f"Question 1 of {QUESTIONS}. " in told.out
    assert lines.index("RAMP UP. Contraction 1 of 18") < lines.index("RAMP UP. Contraction 18 of 18")
    assert "ON: channel 1 at 1.5 mA" in lines
    assert "3:00 left" in lines
    assert "ENDED. Complete." in lines
    assert lines[-1] == str(records(home)[0])
    assert closed(home) == "complete"
    assert nmes("audit", "verify").code == 0


def test_a_start_tells_no_output_that_is_older_than_what_was_said_last(nmes: Nmes) -> None:
    """Before a start nothing is asked, so the last answer is old: no news, and none when it is answered again."""
    lines = script("wait 3", "end", *SIGNED).replace("\nstart\n", "\nwait 10\nstart\n")
    told = nmes(*MAX, stdin=lines).out
    assert "RAMP UP" in told
    assert "Output at 0, high voltage on" not in told


@pytest.mark.thorough
def test_a_whole_session_is_read_back_found_signed_and_reported(nmes: Nmes, home: Path) -> None:
    read = ("code P-018", "code P-017", "side left")
    lines = script("wait 3", "end", *SIGNED, "report", who=("P-017 left",), read=read)
    told = nmes(*MAX, stdin=lines)
    assert (told.code, told.err) == (1, ""), "ended before its time"
    assert "Signed by Dr Test." in told.out
    (report,) = (home / "reports").iterdir()
    assert f"Report: {report}" in told.out
    notes = [note["code"] for one in entries(home) for note in one.body.get("commands", ()) if note["type"] == "Note"]
    assert [code for code in notes if code.startswith(("read_back", "refused:read", "felt", "signed"))] == [
        "refused:read_back_differs",
        "read_back",
        "read_back",
        "felt",
        "signed",
    ]
    assert (entries(home)[0].body["patient"], entries(home)[0].body["side"]) == ("P-017", "left")


@pytest.mark.thorough
def test_over_in_a_script_passes_a_mark_only_behind_a_wait_in_which_the_question_stood(nmes: Nmes) -> None:
    first = script("wait 3", "end", *SIGNED, who=("P-017 left",), read=("code P-017", "side left"))
    nmes(*MAX, stdin=first)
    told = nmes(*MAX, stdin=first.replace("accept\n", "+\nover\nwait 1\nover\naccept\n")).out
    assert told.count("Not done: over was typed before the question could be read.") == 1
    assert "Level of channel 1 confirmed: 2.0 mA." in told


def test_for_whom_is_asked_until_it_can_be_and_nothing_is_begun_before(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin="Ada Lovelace\nP-017\nP-017 middle\nP-017 left 99\nstop\nend\n")
    assert told.code == 1
    assert told.out.count("For whom is it?") == 6
    assert "Which side? Type the code, never a name, and left, right or both." in told.out
    assert "99 is no cramp threshold frequency that is used here: 2 to 40 Hz." in told.out
    assert "Nothing is running, so there is nothing to stop." in told.out
    assert told.out.endswith("Nothing was begun.\n")
    assert not records(home)


def test_a_code_of_this_program_that_is_mistyped_is_asked_again(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin="P-HJM03BX left\nend\n")
    assert '! "P-HJM03BX" is mistyped: its last character does not fit the others. Look at the code' in told.out
    assert told.out.count("For whom is it?") == 2
    assert not records(home)


def test_a_protocol_of_both_legs_is_asked_again_for_one(nmes: Nmes, home: Path) -> None:
    two = ("run", "quads_older_adult", "--plain", "--speed", "max")
    told = nmes(*two, stdin="P-104 left\nend\n")
    assert "This protocol treats both sides: type both as the side." in told.out
    assert told.out.count("For whom is it?") == 2
    assert not records(home)
    nmes(*two, stdin="P-104 both\nend\n")
    assert entries(home)[0].body["side"] == "both"


def test_what_speaks_against_any_session_is_told_before_the_checklist(nmes: Nmes, home: Path) -> None:
    told = Answered("P-017", "right", "000001-x", dark_urine=True)
    enter(home, Kind.SIMULATION, [told], "Anna", datetime.now(UTC))
    said = nmes(*MAX, "--patient-code", "P-017", "--side", "left", stdin="end\n").out
    assert "✖ NO STIMULATION: dark urine was told. To a doctor at once." in said
    assert "NO STIMULATION" not in nmes(*MAX, "--patient-code", "P-018", "--side", "left", stdin="end\n").out


def test_entries_that_cannot_be_believed_are_told_before_the_checklist(nmes: Nmes, home: Path) -> None:
    told = Answered("P-017", "right", "000001-x", dark_urine=True)
    path = home / "simulation" / f"{enter(home, Kind.SIMULATION, [told], 'Anna', datetime.now(UTC))}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"dark_urine":true', b'"dark_urine":null'))
    said = nmes(*MAX, "--patient-code", "P-018", "--side", "left", stdin="end\n").out.splitlines()
    doubt = (
        f"! {path.stem} is damaged, or of a newer program: it may have held a plan, or what speaks against a session."
    )
    assert said.count(doubt) == 1
    assert "NO STIMULATION" not in "".join(said)


def test_nobody_on_the_command_line_is_not_asked_for(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, "--patient-code", "-", stdin="end\n")
    assert "For whom is it?" not in told.out
    assert entries(home)[0].body["patient"] == ""


def test_a_session_whose_lines_end_after_the_treatment_is_told_to_be_unsigned(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("wait 3", "end"))
    assert "The input has ended: the session ends unsigned." in told.out
    last = [note for one in entries(home) for note in one.body.get("commands", ()) if note["type"] == "Note"][-1]
    assert (last["code"], last["values"]) == ("left_unsigned", [["reason", "program"]])


def test_lines_from_before_a_stop_of_the_patient_do_nothing_after_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was typed and not yet heard when somebody else stopped belongs to the time before."""
    loaded = Library().load(CRAMP)
    live, hands = HandTurned(loaded, home), Hands()
    lines = TypedLines(hands.lines(), lambda: live.stop("key"), script=False)
    to_running(live, loaded)

    def pass_time() -> None:
        if live.view.word is Word.ON:
            hands.type("+", "titrate 1", "+")
            hands.leave(lines)  # they are read, and wait to be heard
            live.stop("patient")
        else:
            live.pass_time()

    PlainRun(
        live, PlainSession(loaded.protocol, WORDING), lines, pass_time, script=False, report=lambda _id: home
    ).run()
    assert DROPPED in capsys.readouterr().out
    by_hand = [one for one in entries(home) if one.type == "event" and one.actor not in {"program", "device"}]
    done = [one.body["event"]["type"] for one in by_hand]
    assert done[done.index("Stop") :] == ["Stop"]
    assert closed(home) == "stop:patient"


@pytest.mark.covers("PR-01")
def test_ctrl_z_stops_what_flows_before_the_program_stands_still_and_nothing_else(home: Path) -> None:
    loaded = Library().load(CRAMP)
    live, hands, desk = HandTurned(loaded, home), Hands(), SignalDesk()
    desk.suspend()
    lines = TypedLines(hands.lines(), lambda: live.stop("key"), script=False)
    session = PlainSession(loaded.protocol, WORDING)
    run = PlainRun(live, session, lines, live.pass_time, script=False, report=lambda _id: home)
    desk.attach(run)
    desk.suspend()
    assert live.view.why == "", "nothing flows"
    to_running(live, loaded)
    desk.suspend()
    live.pass_time()
    assert live.view.why == "stop:key"
    hands.leave(lines)
    run.run()


def to_running(live: HandTurned, loaded: Loaded) -> None:
    """A treatment whose level was found in one step."""
    answers = tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes)

    def until(*words: Word) -> None:
        while live.view.word not in words:
            live.pass_time()

    until(Word.SCREENING)
    live.post(e.Screened(answers, "Ada"))
    live.post(e.Placed())
    live.post(e.Titrate(1, 0, live.view.epoch))
    until(Word.TITRATING)
    live.post(e.Increase(1, live.view.epoch))
    while live.view.channels[0].confirmed_ua != 500:
        live.pass_time()
    live.post(e.Accept(live.view.epoch))
    until(Word.READY)
    live.post(e.Start(live.view.epoch))
    until(Word.RAMP_UP)


@pytest.mark.thorough
def test_the_same_script_gives_the_same_session(nmes: Nmes, home: Path) -> None:
    for _ in range(2):
        nmes(*MAX, stdin=script("wait 7", "pause", "resume", "wait 9", "+", "end"))
    one, other = (
        [entry.body for entry in read_session(record) if entry.type != "checkpoint"] for record in records(home)
    )
    assert one == other


def test_stop_in_the_treatment_is_exit_code_1_and_the_record_says_why(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("wait 8", "stop", "wait 1", "end"))
    assert told.code == 1
    assert "STOPPED. STOP was pressed." in told.out
    assert "Output OFF, confirmed" in told.out
    assert closed(home) == "stop:key"
    assert any(one.body.get("event", {}).get("type") == "Stop" for one in entries(home))


def test_the_end_of_the_input_stops_the_output_and_says_so(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("wait 8"))
    assert told.code == 1
    assert "nobody could say stop" in told.out
    assert closed(home) == "stop:input_ended"


def test_the_end_of_the_input_before_anything_flows_ends_the_session(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin="-\nno\nno\n")
    assert told.code == 1
    assert "The input has ended: the session ends." in told.out
    assert closed(home) == "ended_early"


def test_a_blocking_answer_keeps_the_session_from_going_on(nmes: Nmes, home: Path) -> None:
    questions = ["-", "yes", *["no"] * (QUESTIONS - 1)]
    told = nmes(*MAX, stdin="\n".join([*questions, "Dr Test", "placed", "titrate 1", "start", "end"]))
    assert told.code == 1
    assert "DO NOT STIMULATE" in told.out
    assert "PLACING" not in told.out
    assert not any(one.body.get("event", {}).get("type") == "Enabled" for one in entries(home))


@pytest.mark.thorough
def test_nothing_is_called_unknown_while_it_starts(nmes: Nmes) -> None:
    """Its last answer is old then because nothing was asked: no news, and a fright for who only hears."""
    lines = script("wait 3", "end").replace("placed\n", "placed\nwait 4\n")
    assert "Output UNKNOWN" not in nmes(*MAX, stdin=lines).out


@pytest.mark.thorough
def test_only_marks_that_somebody_looks_for_are_taken(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("mark foo", "mark pain calf", "mark note moved", "end"))
    assert '"mark foo" is not known: type mark pain, mark cramp or mark note, then words.' in told.out
    events = [entry.body.get("event", {}) for entry in entries(home)]
    assert [event["kind"] for event in events if event.get("type") == "Mark"] == ["pain", "note"]


@pytest.mark.thorough
def test_nobody_there_pauses_the_session(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("wait 70", "end"))
    assert told.code == 1
    assert "ARE YOU THERE? Press Enter." in told.out
    assert "PAUSED. Paused: nobody had touched a key for too long." in told.out


@pytest.mark.thorough
def test_bytes_that_are_no_text_are_survived(home: Path) -> None:
    with process(home, *MAX, text=False) as nmes:
        out, err = nmes.communicate(b"-\n\xff\xfe\x00\x1b[2J\n" + b"x" * 100_000 + b"\nend", timeout=40)
    assert nmes.returncode == 1
    assert (err, b"\x1b" in out) == (b"", False)
    assert closed(home) == "ended_early"


# --- in real time, against the simulator as a process ---


@contextlib.contextmanager
def ended(nmes: subprocess.Popen[str]) -> Iterator[None]:
    """However the test ends, the process ends with it."""
    try:
        yield
    finally:
        nmes.kill()


@contextlib.contextmanager
def running(home: Path, *arguments: str, lines: str = "") -> Iterator[subprocess.Popen[str]]:
    """A session whose stdin stays open after `lines`."""
    with process(home, "run", CRAMP, "--plain", *arguments) as nmes, ended(nmes):
        assert nmes.stdin is not None
        nmes.stdin.write(lines)
        nmes.stdin.flush()
        yield nmes


def until(nmes: subprocess.Popen[str], words: str) -> list[str]:
    """The lines up to the first that begins with `words`."""
    assert nmes.stdout is not None
    lines: list[str] = []
    for line in nmes.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith(words):
            return lines
    raise AssertionError(f"never said {words!r}: {lines[-5:]}")


@pytest.mark.thorough
def test_a_typed_stop_overtakes_what_was_typed_before_it_and_drops_it(home: Path) -> None:
    with running(home, lines=script()) as nmes:
        until(nmes, "ON: channel 1")
        assert nmes.stdin is not None
        nmes.stdin.write("+\n+\n+\nstop\n")
        nmes.stdin.flush()
        until(nmes, "STOPPED")
        nmes.stdin.write("end\nunsigned the test is over\n")
        nmes.stdin.flush()
        assert nmes.wait(40) == 1
    assert closed(home) == "stop:key"
    raised = [one for one in entries(home) if one.body.get("event", {}).get("type") == "Increase"]
    assert len(raised) <= 4, "three steps of the titration, and at most one that was heard before the STOP"


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(signal, "sigwait"), reason="needs signals of a POSIX system")
@pytest.mark.parametrize(
    "name",
    ["SIGTERM", *(pytest.param(name, marks=pytest.mark.campaign) for name in ("SIGHUP", "SIGINT", "SIGQUIT"))],
)
def test_a_signal_halts_first_then_closes_the_record_then_ends_the_program(home: Path, name: str) -> None:
    with running(home, "--speed", "5", lines=script()) as nmes:
        until(nmes, "ON: channel 1")
        nmes.send_signal(signal.Signals[name])
        assert nmes.wait(40) == 128 + signal.Signals[name]
    told = [entry.body.get("event", {}).get("type") for entry in entries(home)]
    assert "HaltConfirmed" in told[told.index("Stop") :]
    assert closed(home) == f"stop:{name}"


@pytest.mark.thorough
def test_a_reader_that_leaves_stops_the_output(home: Path) -> None:
    with running(home, "--speed", "5", lines=script()) as nmes:
        until(nmes, "RAMP UP")
        assert nmes.stdout is not None
        nmes.stdout.close()
        assert nmes.wait(40) == 1
        assert nmes.stderr is not None
        assert nmes.stderr.read() == ""
    assert closed(home) == "stop:terminal"


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_first_ctrl_c_of_a_person_is_a_stop_and_the_second_one_leaves(home: Path) -> None:
    import pty

    keyboard, terminal = pty.openpty()
    try:
        with process(home, "run", CRAMP, "--plain", "--speed", "5", stdin=terminal) as nmes, ended(nmes):
            for line, answer in typed():
                until(nmes, answer)
                os.write(keyboard, f"{line}\n".encode())
            until(nmes, "RAMP UP")
            nmes.send_signal(signal.SIGINT)
            until(nmes, "STOPPED")
            assert nmes.poll() is None
            nmes.send_signal(signal.SIGINT)
            assert nmes.wait(40) == 128 + signal.SIGINT
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert closed(home) == "stop:key"


def typed() -> Iterator[tuple[str, str]]:
    """What a person types, each after what they wait for."""
    yield "-", "For whom"
    yield from (("no", f"Question {number} ") for number in range(1, QUESTIONS + 1))
    yield from (("Dr Test", "Who asked"), ("pads 1 25", "Channel 1 needs pads"), ("placed", "Type placed"))
    yield from (("titrate 1", "Type titrate"), ("+", "Starts at 0 mA"), ("accept", "Channel 1: 0.5 mA"))
    yield from (("felt 1 yes", "Channel 1, gastrocnemius: was it felt"), ("start", "Type start"))
