"""`nmes run --plain`: whole sessions from lines, and every way they can end early."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import CRAMP, Nmes, process, records, script

from nmes.record.chain import Entry
from nmes.record.store import read_session
from nmes.runtime.library import Library

MAX = ("run", CRAMP, "--plain", "--speed", "max")
QUESTIONS = len(Library().load(CRAMP).protocol.screening_codes)


def entries(home: Path) -> list[Entry]:
    (record,) = records(home)
    return list(read_session(record))


def closed(home: Path) -> str:
    last = entries(home)[-1]
    assert last.type == "closed"
    return str(last.body["why"])


def test_a_script_of_lines_reaches_the_end_with_an_intact_record(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script(*["wait 50"] * 9))
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


def test_the_same_script_gives_the_same_session(nmes: Nmes, home: Path) -> None:
    for _ in range(2):
        nmes(*MAX, stdin=script("wait 7", "pause", "resume", "wait 9", "+", "end"))
    one, other = ([entry.body for entry in read_session(record)] for record in records(home))
    assert one == other


def test_stop_in_the_treatment_is_exit_code_1_and_the_record_says_why(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("wait 8", "stop", "wait 1", "end"))
    assert told.code == 1
    assert "STOPPED. STOP was pressed." in told.out
    assert "Output OFF, confirmed" in told.out
    assert closed(home) == "stop:key"
    assert any(e.body.get("event", {}).get("type") == "Stop" for e in entries(home))


def test_the_end_of_the_input_stops_the_output_and_says_so(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("wait 8"))
    assert told.code == 1
    assert "nobody could say stop" in told.out
    assert closed(home) == "stop:input_ended"


def test_the_end_of_the_input_before_anything_flows_ends_the_session(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin="no\nno\n")
    assert told.code == 1
    assert "The input has ended: the session ends." in told.out
    assert closed(home) == "ended_early"


def test_a_blocking_answer_keeps_the_session_from_going_on(nmes: Nmes, home: Path) -> None:
    questions = ["yes", *["no"] * (QUESTIONS - 1)]
    told = nmes(*MAX, stdin="\n".join([*questions, "Dr Test", "placed", "titrate 1", "start", "end"]))
    assert told.code == 1
    assert "DO NOT STIMULATE" in told.out
    assert "PLACING" not in told.out
    assert not any(e.body.get("event", {}).get("type") == "Enabled" for e in entries(home))


def test_nothing_is_called_unknown_while_it_starts(nmes: Nmes) -> None:
    """Its last answer is old then because nothing was asked: no news, and a fright for who only hears."""
    lines = script("wait 3", "end").replace("placed\n", "placed\nwait 4\n")
    assert "Output UNKNOWN" not in nmes(*MAX, stdin=lines).out


def test_only_marks_that_somebody_looks_for_are_taken(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("mark foo", "mark pain calf", "mark note moved", "end"))
    assert '"mark foo" is not known: type mark pain, mark cramp or mark note, then words.' in told.out
    events = [entry.body.get("event", {}) for entry in entries(home)]
    assert [event["kind"] for event in events if event.get("type") == "Mark"] == ["pain", "note"]


def test_nobody_there_pauses_the_session(nmes: Nmes, home: Path) -> None:
    told = nmes(*MAX, stdin=script("wait 70", "end"))
    assert told.code == 1
    assert "ARE YOU THERE? Press Enter." in told.out
    assert "PAUSED. Paused: nobody had touched a key for too long." in told.out


def test_bytes_that_are_no_text_are_survived(home: Path) -> None:
    with process(home, *MAX, text=False) as nmes:
        out, err = nmes.communicate(b"\xff\xfe\x00\x1b[2J\n" + b"x" * 100_000 + b"\nend", timeout=30)
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


def test_a_typed_stop_overtakes_what_was_typed_before_it_and_drops_it(home: Path) -> None:
    with running(home, lines=script()) as nmes:
        until(nmes, "ON: channel 1")
        assert nmes.stdin is not None
        nmes.stdin.write("+\n+\n+\nstop\n")
        nmes.stdin.flush()
        until(nmes, "STOPPED")
        nmes.stdin.write("end\n")
        nmes.stdin.flush()
        assert nmes.wait(30) == 1
    assert closed(home) == "stop:key"
    raised = [e for e in entries(home) if e.body.get("event", {}).get("type") == "Increase"]
    assert len(raised) <= 4, "three steps of the titration, and at most one that was heard before the STOP"


@pytest.mark.skipif(not hasattr(signal, "sigwait"), reason="needs signals of a POSIX system")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_halts_first_then_closes_the_record_then_ends_the_program(home: Path, name: str) -> None:
    with running(home, "--speed", "5", lines=script()) as nmes:
        until(nmes, "ON: channel 1")
        nmes.send_signal(signal.Signals[name])
        assert nmes.wait(30) == 128 + signal.Signals[name]
    told = [entry.body.get("event", {}).get("type") for entry in entries(home)]
    assert "HaltConfirmed" in told[told.index("Stop") :]
    assert closed(home) == f"stop:{name}"


def test_a_reader_that_leaves_stops_the_output(home: Path) -> None:
    with running(home, "--speed", "5", lines=script()) as nmes:
        until(nmes, "RAMP UP")
        assert nmes.stdout is not None
        nmes.stdout.close()
        assert nmes.wait(30) == 1
        assert nmes.stderr is not None
        assert nmes.stderr.read() == ""
    assert closed(home) == "stop:terminal"


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
            assert nmes.wait(30) == 128 + signal.SIGINT
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert closed(home) == "stop:key"


def typed() -> Iterator[tuple[str, str]]:
    """What a person types, each after what they wait for."""
    yield from (("no", f"Question {number} ") for number in range(1, QUESTIONS + 1))
    yield from (("Dr Test", "Who asked"), ("placed", "Type placed"), ("titrate 1", "Type titrate"))
    yield from (("+", "Starts at 0 mA"), ("accept", "Channel 1: 0.5 mA"), ("start", "Type start"))
