"""`nmes audit`: lists, stories and verdicts, on sound records and on damaged ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli.conftest import CRAMP, READ_BACK, Nmes, records, script

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.screening import CATALOGUE, in_groups
from nmes.record.chain import decode_line
from nmes.runtime.library import Library
from nmes.ui.record_opened import whom_and_what
from nmes.ui.record_words import answer_lines, event_words, refused


@pytest.fixture(scope="module")
def two_sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two short simulated sessions: one stopped in the treatment, one ended at once."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NMES_HOME", str(folder))
        stopped = _old(script("+", "+", "wait 8", "+", "mark cramp hard", "stop", "end", who=(), read=READ_BACK))
        _run_script(patch, stopped, "--patient-code", "P-017", "--side", "left", "--ctf", "18")
        _run_script(patch, "-\nend\n")
    assert len(records(folder)) == 2
    return folder


def _old(lines: str) -> str:
    """The same, with yes to the question of age, which is only noted."""
    protocol = Library().load(CRAMP).protocol
    asked = in_groups(protocol.screening_codes, protocol.kind)
    answers = lines.split("\n")
    answers[asked.index("cause_age")] = "yes"
    return "\n".join(answers)


def _run_script(patch: pytest.MonkeyPatch, lines: str, *options: str) -> None:
    import io
    import sys

    from nmes.cli.app import run

    patch.setattr(sys, "stdin", io.StringIO(lines))
    assert run(["run", CRAMP, "--plain", "--speed", "max", *options]) == 1


@pytest.fixture
def kept(home: Path, two_sessions: Path) -> list[Path]:
    """The same two records, to be damaged."""
    shutil.copytree(two_sessions, home)
    return records(home)


def test_no_records_are_no_error(nmes: Nmes) -> None:
    listed, verified = nmes("audit", "list"), nmes("audit", "verify")
    assert (listed.code, verified.code) == (0, 0)
    assert "Patients: 0 sessions" in listed.out
    assert "Simulation: 0 sessions" in listed.out
    assert "Simulation: 0 sessions, 0 entries, intact" in verified.out


def test_the_list_tells_each_session_its_protocol_and_how_it_ended(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "list").out
    assert f"{kept[0].stem}  2026-01-01T00:00:01.000Z  P-017 left  {CRAMP}  STOP was pressed." in told
    assert f"{kept[1].stem}  2026-01-01T00:00:01.000Z  - -         {CRAMP}  Ended before its time." in told


def test_a_chain_can_be_chosen(nmes: Nmes, kept: list[Path]) -> None:
    assert "Simulation" not in nmes("audit", "list", "--patients").out
    assert "Patients" not in nmes("audit", "list", "--simulation").out
    assert nmes("audit", "show", "1", "--patients").code == 2


def test_intact_records_verify_with_their_head(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "verify")
    head = decode_line(kept[1].read_bytes().splitlines(keepends=True)[-1]).hash
    entries = sum(len(path.read_bytes().splitlines()) for path in kept)
    assert (told.code, told.err) == (0, "")
    assert f"Simulation: 2 sessions, {entries} entries, intact, head {head}" in told.out


@pytest.mark.parametrize("name", ["1", "000001", "000001-2026"])
def test_one_session_is_found_by_its_number_or_the_beginning_of_its_id(nmes: Nmes, kept: list[Path], name: str) -> None:
    told = nmes("audit", "verify", name)
    assert told.code == 0
    assert told.out.startswith(f"{kept[0].stem}: intact, ")


def test_a_name_that_fits_several_sessions_is_wrong_input(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "verify", "0000")
    assert told.code == 2
    assert kept[0].stem in told.err
    assert kept[1].stem in told.err


@pytest.mark.parametrize("line", [1, 7, 20])
def test_one_flipped_byte_is_found_and_the_first_bad_entry_is_named(nmes: Nmes, kept: list[Path], line: int) -> None:
    lines = kept[0].read_bytes().splitlines(keepends=True)
    at = lines[line - 1].index(b'"type"') + 9
    lines[line - 1] = lines[line - 1][:at] + bytes([lines[line - 1][at] ^ 1]) + lines[line - 1][at + 1 :]
    kept[0].write_bytes(b"".join(lines))
    for told in (nmes("audit", "verify"), nmes("audit", "verify", "1")):
        assert told.code == 1
        assert f"{kept[0]}, line {line}, entry {line}, altered: Entry {line} was changed" in told.out
    assert "First bad entry: " in nmes("audit", "verify").out
    assert nmes("audit", "show", "1").code == 1


def test_a_removed_entry_is_named(nmes: Nmes, kept: list[Path]) -> None:
    lines = kept[0].read_bytes().splitlines(keepends=True)
    kept[0].write_bytes(b"".join(lines[:4] + lines[5:]))
    told = nmes("audit", "verify")
    assert told.code == 1
    assert "line 5, entry 5, missing: Entry 5 is missing" in told.out


def test_a_removed_session_is_named(nmes: Nmes, kept: list[Path]) -> None:
    kept[0].unlink()
    told = nmes("audit", "verify")
    assert told.code == 1
    assert f"{kept[1]}, line 1, entry 1, missing" in told.out


def test_a_line_cut_off_by_a_power_cut_is_not_called_intact(nmes: Nmes, kept: list[Path]) -> None:
    data = kept[1].read_bytes()
    kept[1].write_bytes(data[:-20])
    told = nmes("audit", "verify")
    entries = len(data.splitlines())
    assert told.code == 1
    assert f"{kept[1]}, line {entries}: whole up to entry {entries - 1}" in told.out
    assert "torn" in told.out
    assert "Not closed" in nmes("audit", "list").out


def test_every_damaged_session_is_named_the_first_one_first(nmes: Nmes, kept: list[Path]) -> None:
    for path in kept:
        path.write_bytes(path.read_bytes().replace(b"Dr Test", b"Dr Toast").replace(b'"protocol"', b'"protocoI"'))
    told = nmes("audit", "verify").out
    assert "2 sessions, 2 of them NOT INTACT" in told
    assert told.index(f"First bad entry: {kept[0]}") < told.index(f"Also: {kept[1]}")


def test_the_story_of_a_session_tells_who_did_what_and_what_was_decided(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "show", "1")
    assert told.code == 0
    wanted = (
        f"protocol {CRAMP} version 4",
        "for patient code P-017, side left",
        "frequency of the work: the cramp threshold frequency + 30 Hz (45 Hz if not measured)",
        "48 Hz asked: from the cramp threshold frequency of P-017",
        "18 Hz, typed by hand for this session.",
        "screening by Dr Test: ",
        " answers, 1 not no",
        f"  YES: {CATALOGUE['cause_age'].question} [cause_age yes]",
        "= Checklist complete, asked by Dr Test.",
        "electrodes placed",
        "find the level of channel 1",
        "confirmed: channel 1 1.5 mA",
        "= Level of channel 1 confirmed: 1.5 mA.",
        "mark cramp: hard",
        "STOP (key)",
        "-> halt",
        "STOP was pressed.",
        "off, confirmed by the device",
        "= dose: channel 1 ",
        "closed: STOP was pressed.",
    )
    at = 0
    for words in wanted:
        assert words in told.out[at:], words
        at = told.out.index(words, at)


def test_the_story_names_what_applied_the_reason_and_who_reviewed_it() -> None:
    answers = (
        e.Answer("frail_skin", e.Reply.NO),
        e.Answer("cause_kidney", e.Reply.UNKNOWN, "known for years", "Dr Who"),
        e.Answer("cause_age", e.Reply.YES),
    )
    screened = e.Screened((*answers, e.Answer("gone", e.Reply.YES)), "Ada")
    assert event_words(screened) == "screening by Ada: 4 answers, 3 not no"
    kidney, age = (CATALOGUE[code].question for code in ("cause_kidney", "cause_age"))
    told = list(answer_lines(screened, everything=False))
    assert told == [
        f"  UNKNOWN: {kidney} [cause_kidney unknown (known for years; reviewed by Dr Who)]",
        f"  YES: {age} [cause_age yes]",
        "  YES: (a question this version does not know) [gone yes]",
    ]
    assert next(answer_lines(screened, everything=True)).startswith("  NO: ")
    assert list(answer_lines(e.Placed(), everything=True)) == []


def test_keys_that_were_refused_are_counted_and_told_where_they_began(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "show", "1").out
    only = "refused 2 times, channel 1 up: Increase only while channel 1 is fully ON, not in a ramp or a rest."
    assert told.count("Increase only while channel 1 is fully ON") == 2, "two keys before a level, one after it"
    assert only in told
    assert nmes("audit", "show", "1", "--all").out.count("Increase only while channel 1 is fully ON") == 3
    numbers = [int(line.split()[1]) for line in told.splitlines() if line.startswith("  0:")]
    assert numbers == sorted(numbers), "in the order of the record"


def test_a_refused_checklist_is_no_key_and_is_told_whole() -> None:
    refusal = [c.Note("refused:screening_blocked", (("codes", "pregnancy"),))]
    assert refused(e.Pause(), refusal)
    assert not refused(e.Screened((), "Ada"), refusal)
    assert not refused(e.Pause(), [c.Note("pause", ()), c.Halt()])
    assert not refused(e.Pause(), [])
    assert not refused(e.Tick(1), refusal)


def test_what_an_older_record_does_not_have_is_left_out_and_never_made_up() -> None:
    assert list(whom_and_what({"protocol": "x", "protocol_yaml": "no: protocol"})) == ["for patient code -, side -"]
    [_, said] = whom_and_what({"ctf_origin": {"kind": "a dream"}})
    assert said.startswith("where its frequency comes from cannot be read by this version: ")


def test_everything_has_a_line_for_every_entry(nmes: Nmes, kept: list[Path]) -> None:
    entries = len(kept[0].read_bytes().splitlines())
    told = nmes("audit", "show", "1", "--all").out
    shown = {int(line.split()[1]) for line in told.splitlines() if line.startswith("  0:")}
    assert shown == set(range(1, entries + 1))
    assert "-> guard armed: channel 1 up to" in told
    assert len(told.splitlines()) > 2 * len(nmes("audit", "show", "1").out.splitlines())


def test_a_damaged_session_is_shown_as_far_as_it_can_be_read(nmes: Nmes, kept: list[Path]) -> None:
    lines = kept[0].read_bytes().splitlines(keepends=True)
    kept[0].write_bytes(b"".join(lines[:10]) + b"garbage\n" + b"".join(lines[11:]))
    told = nmes("audit", "show", "1")
    assert told.code == 1
    assert "screening by Dr Test" in told.out
    assert "STOP (key)" not in told.out
    assert "the rest is not shown" in told.err
