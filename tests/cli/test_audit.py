"""`nmes audit show`, `replay`, `export` and `report`: one session as people and programs read it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import CRAMP, READ_BACK, Nmes, records, script

from helpers.chain import QUICK
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.screening import CATALOGUE, in_groups
from nmes.record.chain import Entry, NewEntry
from nmes.record.clocks import Clocks
from nmes.record.journal import Journal
from nmes.record.replay import event_entry
from nmes.record.store import read_session
from nmes.runtime.library import Library
from nmes.ui.record_opened import whom_and_what
from nmes.ui.record_timeline import timeline
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


@pytest.fixture(scope="module")
def shown(two_sessions: Path) -> dict[str, str]:
    """What `show` says of each of them, and with `--all` of the first; made once."""
    import contextlib
    import io

    from nmes.cli.app import run

    told = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NMES_HOME", str(two_sessions))
        for words in (("1",), ("2",), ("1", "--all")):
            with contextlib.redirect_stdout(io.StringIO()) as out:
                assert run(["audit", "show", *words]) == 0
            told[" ".join(words)] = out.getvalue()
    return told


@pytest.fixture
def kept(home: Path, two_sessions: Path) -> list[Path]:
    """The same two records, to be damaged."""
    shutil.copytree(two_sessions, home)
    return records(home)


@pytest.mark.thorough
def test_the_story_of_a_session_tells_who_did_what_and_what_was_decided(shown: dict[str, str]) -> None:
    told = shown["1"]
    wanted = (
        f"protocol {CRAMP} version ",
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
        assert words in told[at:], words
        at = told.index(words, at)


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


@pytest.mark.thorough
@pytest.mark.covers("SR-20")
def test_keys_that_were_refused_are_counted_and_told_where_they_began(shown: dict[str, str]) -> None:
    told = shown["1"]
    only = "refused 2 times, channel 1 up: Increase only while channel 1 is fully ON, not in a ramp or a rest."
    assert told.count("Increase only while channel 1 is fully ON") == 2, "two keys before a level, one after it"
    assert only in told
    assert shown["1 --all"].count("Increase only while channel 1 is fully ON") == 3
    numbers = [int(line.split()[1]) for line in told.splitlines() if line.startswith("  0:")]
    assert numbers == sorted(numbers), "in the order of the record"


def test_steps_of_another_person_channel_or_direction_are_another_line() -> None:
    def entry(seq: int, event: e.Event, actor: str, *commands: c.Command) -> Entry:
        told = event_entry(event, commands, actor)
        return Entry(seq, "", 0, "b", "s", "id", actor, told.type, told.body, "", "")

    up, down, done = e.Increase(1, 0), e.Decrease(1), c.Note("increase", ())
    entries = [
        *(entry(seq, up, "Ada", done) for seq in (1, 2, 3)),
        *(entry(seq, up, "Ben", done) for seq in (4, 5)),
        entry(6, e.Increase(2, 0), "Ben", done),
        *(entry(seq, down, "Ben") for seq in (7, 8)),
        entry(9, e.Increase(1, 0, over_ua=5_000), "Ben", done),
        entry(10, up, "Ben", done),
    ]
    told = [line.split(None, 3)[1:] for line in timeline(entries, everything=False)]
    assert [(seq, who, said) for seq, who, said in told if not said.startswith("=")] == [
        ("1", "Ada", "channel 1 up, 3 steps"),
        ("4", "Ben", "channel 1 up, 2 steps"),
        ("6", "Ben", "channel 2 up"),
        ("7", "Ben", "channel 1 down, 2 steps"),
        ("9", "Ben", "channel 1 up, over the mark of 5.0 mA, confirmed"),
        ("10", "Ben", "channel 1 up"),
    ]


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


@pytest.mark.thorough
def test_everything_has_a_line_for_every_entry(shown: dict[str, str], two_sessions: Path) -> None:
    entries = len(records(two_sessions)[0].read_bytes().splitlines())
    told = shown["1 --all"]
    numbers = {int(line.split()[1]) for line in told.splitlines() if line.startswith("  0:")}
    assert numbers == set(range(1, entries + 1))
    assert "-> guard armed: channel 1 up to" in told
    assert len(told.splitlines()) > 2 * len(shown["1"].splitlines())


def test_a_damaged_session_is_shown_as_far_as_it_can_be_read(nmes: Nmes, kept: list[Path]) -> None:
    lines = kept[0].read_bytes().splitlines(keepends=True)
    kept[0].write_bytes(b"".join(lines[:10]) + b"garbage\n" + b"".join(lines[11:]))
    told = nmes("audit", "show", "1")
    assert told.code == 1
    assert "screening by Dr Test" in told.out
    assert "STOP (key)" not in told.out
    assert "the rest is not shown" in told.err


# --- show ---


@pytest.mark.thorough
def test_what_is_shown_first_is_whether_it_can_be_believed(nmes: Nmes, kept: list[Path], home: Path) -> None:
    told = nmes("audit", "show", "1").out.splitlines()
    entries = len(kept[0].read_bytes().splitlines())
    assert told[0] == f"Session {kept[0].stem} (Simulation)"
    assert told[1] == f"Record: intact, {entries} entries, none altered."
    assert told[2].startswith("The record is sealed with the station's key ")
    assert told[3].startswith("Head code: ")
    for key in (home / "keys").glob("*.pub"):
        key.unlink()
    told = nmes("audit", "show", "1").out.splitlines()
    assert nmes("audit", "show", "1").code == 4
    assert told[2].startswith("THE RECORD IS SEALED WITH A KEY THAT IS NOT KNOWN HERE")


def test_the_plot_shows_each_channel_with_its_most_and_what_happened_under_it(shown: dict[str, str]) -> None:
    told = shown["1"].splitlines()
    at = told.index("OUTPUT, AS THE STIMULATOR ACKNOWLEDGED IT")
    assert told[at + 1] == "Channel 1 gastrocnemius: at most 1.5 mA"
    assert told[at + 2].startswith("  1.5 mA ")
    assert "█" in told[at + 2]
    assert told[at + 6].startswith("  0.0 mA ")
    under, times = told[at + 7], told[at + 8]
    assert under.index("▶") < under.index("■")
    assert times.split()[0] == "0:00"
    assert all(len(line) <= 79 for line in told[at : at + 12])
    assert any(line.startswith("  ■ ") and line.endswith("STOP was pressed.") for line in told[at:])


def test_dose_and_what_was_caught_have_their_place(shown: dict[str, str]) -> None:
    told = shown["1"]
    at = 0
    for words in ("WHAT WAS GIVEN", "Most acknowledged", "1.5 mA", "µC", "WHAT WAS CAUGHT", "WHAT HAPPENED"):
        assert words in told[at:], words
        at = told.index(words, at)


def test_a_session_without_output_says_so(shown: dict[str, str]) -> None:
    told = shown["2"]
    assert "No output was acknowledged." in told
    assert "Ended before its time." in told


def test_steps_of_one_person_in_one_direction_are_one_line(shown: dict[str, str]) -> None:
    told = shown["1"]
    assert told.count("  channel 1 up, 3 steps") == 1
    assert "channel 1 up, 3 steps" not in shown["1 --all"]


def test_entries_of_the_course_of_care_are_shown_and_are_no_session(nmes: Nmes, kept: list[Path]) -> None:
    code = nmes("care", "new", "--simulation", "--by", "Dr Ada").out.splitlines()[-1]
    told = nmes("audit", "show", "3")
    assert told.code == 0
    assert "entries of the course of care" in told.out
    assert "Dr Ada             new code" in told.out
    assert "OUTPUT" not in told.out
    assert code
    for command in (("replay", "3"), ("report", "3"), ("export", "3", "--format", "csv")):
        told = nmes("audit", *command)
        assert (told.code, told.out) == (2, "")
        assert "holds entries of the course of care, and no session" in told.err


def test_a_correction_stands_below_what_it_corrects(nmes: Nmes, kept: list[Path]) -> None:
    corrected = ("audit", "correct", "1:4", "it was the other device", "--reason", "wrong", "--by", "Dr Ada")
    assert nmes(*corrected, "--simulation").code == 0
    told = nmes("audit", "show", "1").out.splitlines()
    [line] = [line for line in told if line.startswith("! Since then ")]
    assert "it was the other device" in line
    assert "by Dr Ada" in line


def test_a_record_whose_writing_ended_too_early_says_why(nmes: Nmes, kept: list[Path]) -> None:
    kept[0].with_suffix(".broken").write_text("No space left on device")
    assert "Writing ended before the session did: No space left on device" in nmes("audit", "show", "1").out


# --- replay ---


def test_a_sound_record_is_decided_anew_in_the_same_way(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "replay", "1")
    events = sum(b'"type":"event"' in line for line in kept[0].read_bytes().splitlines())
    assert told.code == 0
    assert f"Replayed: {events} events, and the same commands." in told.out


def test_a_difference_in_a_sound_record_is_told_with_what_was_decided_then_and_now(
    nmes: Nmes, kept: list[Path], home: Path
) -> None:
    def paused(entry: Entry) -> object:
        commands = entry.body.get("commands", ())
        return {
            **entry.body,
            "commands": [{**one, "code": "pause"} if one.get("code") == "stop" else one for one in commands],
        }

    seq = _written_anew(kept[0], home, paused, b'"Stop"')
    told = nmes("audit", "replay", "1", "--patients")
    assert told.code == 1
    assert "intact, " in told.out
    assert f"DIFFERENT from entry {seq} on: this version decides otherwise." in told.out
    assert "STOP (key)" in told.out
    assert "  recorded: = " in told.out
    assert "  now: = " in told.out
    kept[0].write_bytes(kept[0].read_bytes().replace(b"Dr Test", b"Dr Toast"))
    told = nmes("audit", "replay", "1", "--simulation")
    assert told.code == 1, "the same decisions, in a damaged record"
    assert "What comes after the damage was not replayed." in told.out


def test_what_cannot_be_replayed_is_told(nmes: Nmes, kept: list[Path], home: Path) -> None:
    seq = _written_anew(kept[0], home, lambda _: {"event": {"type": "Unheard"}, "commands": []}, b'"Stop"')
    told = nmes("audit", "replay", "1", "--patients")
    assert told.code == 1
    assert f"CANNOT BE REPLAYED from entry {seq} on: " in told.out


def _written_anew(path: Path, home: Path, change: Callable[[Entry], object], mark: bytes) -> int:
    """The entries of a session in one of the patients' chain, the first with `mark` changed; its number there."""
    opened, *entries = read_session(path)
    binding = {name: value for name, value in opened.body.items() if name not in {"chain", "key", "public_key"}}
    clocks = Clocks(lambda: 0, lambda: 0, "boot-1")
    journal = Journal.open(home / "records", "station-1", binding, clocks, disk=QUICK)
    marked = next(
        entry.seq for entry, line in zip(entries, path.read_bytes().splitlines()[1:], strict=True) if mark in line
    )
    found = 0
    for entry in entries:
        if entry.type == "event":
            body = change(entry) if entry.seq == marked else entry.body
            journal.append(NewEntry("event", body, entry.actor))
            found = journal.head.seq if entry.seq == marked else found
    journal.close({"why": "stop:key"})
    return found


# --- export ---


def test_the_lines_of_a_record_come_out_byte_for_byte(nmes: Nmes, kept: list[Path], tmp_path: Path) -> None:
    assert nmes("audit", "export", "1").out.encode() == kept[0].read_bytes()
    file = tmp_path / "out.jsonl"
    told = nmes("audit", "export", "1", "--to", str(file))
    assert (told.code, told.out) == (0, f"Written: {file}\n")
    assert file.read_bytes() == kept[0].read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_table_of_one_session_or_of_all(nmes: Nmes, kept: list[Path], tmp_path: Path) -> None:
    nmes("care", "new", "--simulation", "--by", "Dr Ada")
    file = tmp_path / "all.csv"
    assert nmes("audit", "export", "--all", "--format", "csv", "--to", str(file)).code == 0
    head, *rows = file.read_bytes().decode().split("\r\n")[:-1]
    assert head.startswith("session,kind,begun_utc,patient,")
    assert [row.split(",")[0] for row in rows] == [path.stem for path in kept], "and no care entries"
    one = nmes("audit", "export", "1", "--format", "csv").out
    assert one.splitlines() == [head, rows[0]]
    output = nmes("audit", "export", "1", "--format", "csv", "--rows", "output").out.splitlines()
    assert output[0].endswith(",channel,t_ms,sent_ua,confirmed_ua,known")
    assert len(output) > 5


@pytest.mark.thorough
def test_a_bundle_is_one_of_this_session(nmes: Nmes, kept: list[Path]) -> None:
    bundle = json.loads(nmes("audit", "export", "1", "--format", "fhir").out)
    assert (bundle["resourceType"], bundle["identifier"]["value"]) == ("Bundle", kept[0].stem)


def test_what_is_exported_of_a_damaged_record_comes_with_its_verdict(nmes: Nmes, kept: list[Path]) -> None:
    kept[0].write_bytes(kept[0].read_bytes().replace(b"Dr Test", b"Dr Toast"))
    for options in (("1",), ("1", "--format", "csv"), ("--all", "--format", "csv")):
        told = nmes("audit", "export", *options)
        assert told.code == 1
        assert told.out
        assert f"{kept[0].stem}: this record does not hold as it should: nmes audit verify" in told.err


def test_of_many_damaged_records_only_some_are_named(nmes: Nmes, kept: list[Path], home: Path) -> None:
    for number in range(3, 9):
        (home / "simulation" / f"{number:06d}-20260101T000001Z-abcdef.jsonl").write_bytes(b"garbage\n")
    told = nmes("audit", "export", "--all", "--format", "csv").err.splitlines()
    assert len(told) == 6
    assert told[-1] == "nmes: and 1 more: nmes audit verify"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "say which session, or --all"),
        (("1", "--all"), "say which session, or --all"),
        (("1", "--format", "xml"), '--format "xml": give jsonl, csv, fhir'),
        (("1", "--rows", "output"), "--rows belongs to --format csv"),
        (("1", "--format", "csv", "--rows", "x"), '--rows "x": give channels, output, findings'),
        (("--all", "--format", "fhir"), "--all belongs to --format csv: as fhir a session is exported alone"),
        (("1", "--to", "none/x"), "--to none/x: there is no folder none"),
        (("1", "--to", "/"), "--to /: that is no plain file; give a file"),
        (("1", "--to", "x" * 300), "File name too long"),
        (("9",), 'there is no session "9"'),
    ],
)
def test_what_cannot_be_exported_is_one_error(
    nmes: Nmes, kept: list[Path], options: tuple[str, ...], said: str
) -> None:
    told = nmes("audit", "export", *options)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert len(told.err.splitlines()) == 1


def test_a_file_that_is_there_is_kept_unless_it_is_meant(nmes: Nmes, kept: list[Path], tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.write_bytes(b"mine")
    told = nmes("audit", "export", "1", "--to", str(file))
    assert (told.code, file.read_bytes()) == (2, b"mine")
    assert "is there already; give another name, or add --force" in told.err
    assert nmes("audit", "export", "1", "--to", str(file), "--force").code == 0
    assert file.read_bytes() == kept[0].read_bytes()


# --- report ---


@pytest.mark.thorough
def test_a_report_is_written_beside_the_records(nmes: Nmes, kept: list[Path], home: Path) -> None:
    for form, name in (("file", ""), ("audit", "-audit"), ("home", "-home")):
        told = nmes("audit", "report", "1", "--form", form)
        file = home / "reports" / f"simulation-{kept[0].stem}{name}.html"
        assert (told.code, told.out) == (0, f"{file}\n")
        assert file.read_text().startswith("<!doctype html>")


def test_a_report_of_a_damaged_record_is_written_and_is_no_good(nmes: Nmes, kept: list[Path]) -> None:
    kept[0].write_bytes(kept[0].read_bytes().replace(b"Dr Test", b"Dr Toast"))
    told = nmes("audit", "report", "1")
    assert told.code == 1
    assert "RECORD DAMAGED" in Path(told.out.strip()).read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("1", "--form", "x"), '--form "x": give file, audit, home'),
        (("1", "--format", "docx"), '--format "docx": give html, pdf'),
        (("9",), 'there is no session "9"'),
    ],
)
def test_what_is_no_report_is_one_error(nmes: Nmes, kept: list[Path], options: tuple[str, ...], said: str) -> None:
    told = nmes("audit", "report", *options)
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_without_a_command_there_is_help(nmes: Nmes) -> None:
    for words in (("audit",), ("audit", "key"), ("audit", "index")):
        told = nmes(*words)
        assert told.code == 0
        assert "Commands" in told.out
