"""`nmes care`: a course entered and shown line by line; a slip is one clear error, and nothing is written."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cli.conftest import Nmes, Result

from nmes.cli import care_names
from nmes.cli.care_decide import name_of
from nmes.cli.care_entries import today
from nmes.core.care_events import Diary, Proposal, Rule
from nmes.core.commands import Note
from nmes.core.events import Accept, End, Finding, Observed
from nmes.core.measurement import is_code
from nmes.core.pseudonym import is_mistyped
from nmes.record import names
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks, system_clocks
from nmes.record.codec import encode
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.ledger import read
from nmes.record.replay import event_entry
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact
from nmes.runtime.clock import VirtualClock

CRAMP = "cramp_calf_ctf_training"
HIGH = "channel_1_high_ua=23000"
Care = Callable[..., Result]


@pytest.fixture
def care(nmes: Nmes) -> Care:
    """`nmes care WHAT P-017 --side left ... --by Anna`, entered."""

    def call(what: str, *more: str, by: str = "Anna Berg") -> Result:
        named = ("--by", by) if by and what != "show" else ()
        return nmes("care", what, "P-017", *more, "--side", "left", *named)

    return call


def events(home: Path) -> list[object]:
    return [one.event for one in read(home, Kind.PATIENT).entered]


def files(home: Path) -> list[Path]:
    return session_files(chain_folder(home, Kind.PATIENT))


# --- entering ---


@pytest.mark.thorough
def test_a_course_is_entered_and_shown(care: Care, home: Path) -> None:
    assert care("plan", "--protocol", CRAMP, "--from", "2026-01-05").code == 0
    assert care("diary", "--cramps", "9", "--nrs", "7", "--week", "2026-01-08").code == 0
    assert care("diary", "--cramps", "4", "--week", "2026-01-12", "--note", "after running").code == 0
    assert care("measure", "tug", "9.4", "--day", "2026-01-05").code == 0
    told = care("show")
    assert (told.code, told.err) == (0, "")
    for said in (
        "Course of care: P-017 left,",
        f"{CRAMP}: 2 sessions a week for 6 weeks from 2026-01-05,",
        "cramps a week: 9 on 2026-01-05, 4 on 2026-01-12",
        "timed-up-and-go: 9.4 s on 2026-01-05",
        "note: after running",
        "days since 2026-01-05",
        "retest:ctf: MEASURE the cramp threshold frequency: none is on record.",
    ):
        assert said in told.out
    assert all(isinstance(one.verdict, Intact) and one.sealed for one in verify_chain(chain_folder(home, Kind.PATIENT)))


def test_what_was_entered_is_said_with_the_place_where_it_stands(care: Care, home: Path) -> None:
    said = care("diary", "--cramps", "9", "--week", "2026-01-08")
    (file,) = files(home)
    entered = f"Entered of P-017 left: diary of the week of 2026-01-05: 9 cramps. By Anna Berg, in {file.stem}\n"
    assert said.out == f"{entered}P-017 is new here: nothing was on record of it.\n"
    assert care("diary", "--cramps", "9", "--week", "2026-01-08").out.count("\n") == 1


@pytest.mark.thorough
def test_a_code_that_nothing_is_on_record_of_is_said_to_be_new_and_what_is_like_it(
    nmes: Nmes, care: Care, home: Path
) -> None:
    assert care("diary", "--cramps", "9", "--week", "2026-01-08").code == 0
    told = "P-071 is new here: nothing was on record of it. Like it: P-017.\n"
    assert nmes("care", "show", "P-071", "--side", "left").out.splitlines(keepends=True)[1] == f"  {told}"
    entered = nmes("care", "diary", "P-071", "--side", "left", "--cramps", "1", "--by", "Anna")
    assert (entered.code, entered.out.endswith(f"\n{told}")) == (0, True)
    assert "is new here" not in nmes("care", "show", "P-071", "--side", "right").out
    assert "is new here" not in care("show").out


def test_a_course_of_nobody_is_empty_and_says_so(care: Care) -> None:
    told = care("show")
    assert told.code == 0
    assert told.out.count("none on record") == 5


@pytest.mark.thorough
def test_a_simulated_course_is_another_one(nmes: Nmes, care: Care, home: Path) -> None:
    line = ("care", "diary", "P-017", "--side", "left", "--cramps", "3", "--by", "Anna", "--simulation")
    assert nmes(*line).code == 0
    assert events(home) == []
    assert "3 cramps" in nmes("care", "show", "P-017", "--side", "left", "--simulation").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("plan",), "--protocol: say what is given"),
        (("plan", "--protocol", "cramp_calf"), "cramp_calf"),
        (("plan", "--protocol", CRAMP, "--per-week", "3"), "a reason is needed"),
        (("plan", "--protocol", CRAMP, "--per-week", "3", "--reason", "nn"), "a reason is needed"),
        (("plan", "--protocol", CRAMP, "--per-week", "0", "--reason", "far away"), "sessions a week 0: give 1 to 21"),
        (("plan", "--protocol", CRAMP, "--weeks", "0", "--reason", "far away"), "weeks 0: give 1 to 52"),
        (("plan", "--protocol", "tens_conventional"), "sessions a week 0: give 1 to 21"),
        (("plan", "--end", "--reason", "moved"), "there is no plan of P-017 left to end"),
        (("plan", "--protocol", CRAMP, "--per-week", "0"), "sessions a week 0: give 1 to 21"),
        (("plan", "--protocol", CRAMP, "--weeks", "-1"), 'weeks "-1": give a whole number, 1 to 52'),
        (("diary", "--cramps", "4x"), 'cramps "4x": give a whole number, 0 to 500'),
        (("diary", "--cramps", "9999999"), 'cramps "9999999": give a whole number, 0 to 500'),
        (("diary", "--cramps", "0", "--nrs", "5"), "no cramps, and the worst of them 5 of 10: one of the two is wrong"),
        (("diary", "--cramps", "501"), "cramps a week 501: give 0 to 500"),
        (("diary", "--cramps", "4", "--week", "2999-01-01"), "2998-12-31 is after today"),
        (("measure", "height", "9"), '"height" is not measured here: give ctf, mvic, nrs, tug, sts5, walk6'),
        (("measure", "tug", "9,400"), '"9,400" is no number of s: write it as 9.4, with no mark between thousands'),
        (("measure", "tug", "-9.4"), '"-9.4" is no number of s: write it as 9.4, with no mark between thousands'),
        (("measure", "tug", "9.4", "--dya", "2026-01-05"), "No such option: --dya"),
        (("answer",), "there is no session of P-017 left to answer for"),
        (("decide", "share", "accepted"), '"share" is not proposed now; proposed is: nothing'),
        (("decide", "share", "yes"), '"yes": give accepted, changed, declined'),
        (("withdraw", "000001:2", "--reason", "wrong leg"), 'there is no entry "000001:2" of P-017 left'),
    ],
)
def test_a_slip_is_one_clear_error_and_nothing_is_written(
    care: Care, home: Path, arguments: tuple[str, ...], told: str
) -> None:
    said = care(*arguments)
    assert said.code == 2
    assert told in said.err
    assert said.err.count("\n") == 1
    assert (said.out, files(home)) == ("", [])


@pytest.mark.parametrize(
    ("code", "side", "told"),
    [
        ("Anna Berg", "left", '"Anna Berg" is no patient code: 1 to 32 letters, digits, _ and -, and never a name'),
        ("P-017", "lft", '"lft" is no side: give left, right or both'),
    ],
)
def test_a_name_or_a_wrong_side_is_refused(nmes: Nmes, home: Path, code: str, side: str, told: str) -> None:
    for line in (("show", code), ("diary", code, "--cramps", "4", "--by", "Anna")):
        said = nmes("care", *line, "--side", side)
        assert (said.code, said.err) == (2, f"nmes: {told}\n")
    assert files(home) == []


def test_who_enters_it_is_said_or_the_stations_only_therapist(care: Care, home: Path) -> None:
    said = care("diary", "--cramps", "4", by="")
    assert (said.code, said.err) == (2, "nmes: --by: say who enters it, or set one therapist for this station\n")
    home.mkdir()
    (home / "settings.yaml").write_text('therapists: ["Dr Test"]\n', encoding="utf-8")
    assert "By Dr Test, in" in care("diary", "--cramps", "4", by="").out
    (home / "settings.yaml").write_text("therapists: [\n", encoding="utf-8")
    assert care("diary", "--cramps", "4", by="").code == 2


def test_while_a_session_runs_nothing_can_be_entered(care: Care, home: Path) -> None:
    clock = VirtualClock()
    clocks = care_clocks(clock)
    session = Journal.open(chain_folder(home, Kind.PATIENT), "s", {"protocol": "x"}, clocks)
    said = care("diary", "--cramps", "4")
    assert said.code == 1
    assert "a session is running there. Do not end it" in said.err
    session.close({"why": "done"})
    assert care("diary", "--cramps", "4").code == 0


def care_clocks(clock: VirtualClock) -> Clocks:
    return Clocks(lambda: int(clock.utc().timestamp() * 1000), lambda: clock.now_us * 1000, "virtual")


# --- what is wrong, and the end ---


def test_a_wrong_entry_is_withdrawn_and_stays(care: Care, home: Path) -> None:
    care("diary", "--cramps", "9", "--week", "2026-01-08")
    name, number = re.findall(r"(\S+-[0-9a-f]{6}):(\d+)", care("show").out)[0]
    assert care("withdraw", f"{name[:6]}:{number}", "--reason", "nn").code == 2
    assert care("withdraw", f"{int(name[:6])}:{number}", "--reason", "wrong leg").code == 0, "as correct takes it"
    told = care("show").out
    assert "cramps a week" not in told
    assert "withdrawn:" in told
    assert len(events(home)) == 2


def test_a_plan_is_ended_with_a_reason(care: Care) -> None:
    care("plan", "--protocol", CRAMP)
    assert care("plan", "--end").code == 2
    assert care("plan", "--end", "--reason", "moved away").code == 0
    told = care("show").out
    assert "plan ended on" in told
    assert f"PLAN\n  {CRAMP}" not in told


# --- answers and decisions, on a course with sessions ---

LAST = "000001-20260101T000001Z-aaaaaa"


@pytest.fixture
def after_a_session(care: Care, home: Path) -> None:
    """There is one session on record, complete, with a level on channel 1."""
    bound = {"protocol": "quads_athlete", "patient": "P-017", "side": "left"}
    folder = chain_folder(home, Kind.PATIENT)
    journal = Journal.open(folder, "s", bound, care_clocks(VirtualClock()), token="aaaaaa", signer=station_key(home))
    note = Note("level", (("channel", 1), ("waveform", 0), ("level_ua", 20_000)))
    journal.append(NewEntry("event", {"event": encode(Accept(1)), "commands": [encode(note)]}, "operator"))
    journal.close({"why": "complete"})
    care("plan", "--protocol", "quads_athlete")


@pytest.mark.usefixtures("after_a_session")
def test_answers_belong_to_the_last_session_and_lead_to_a_proposal(care: Care, home: Path) -> None:
    assert "ASK first, of the last session: the discomfort in it" in " ".join(care("show").out.split())
    said = care("answer", "--discomfort", "4", "--contraction", "3")
    assert f"told of session {LAST}: the discomfort in it, 0 to 10: 4" in said.out
    assert care("answer", "--soreness", "1", "--dark-urine", "no", "--skin-mark", "no").code == 0
    told = " ".join(care("show").out.split())
    assert (
        "advance: MORE, found from 0 again: 2.0 mA to 5.0 mA more; channel 1 from 20.0 mA to 22.0 mA up to 25.0 mA"
        in told
    )
    assert "discomfort 4 of 10 contraction full to the end soreness after 48 hours 1 of 10 dark urine: no" in told


@pytest.mark.usefixtures("after_a_session")
def test_bad_news_is_shown_whatever_was_done_to_its_file_and_a_file_that_is_gone_is_named(
    care: Care, home: Path
) -> None:
    care("answer", "--dark-urine", "yes")
    told = files(home)[-1]
    care("diary", "--cramps", "3")
    data = told.read_bytes()
    told.write_bytes(data.replace(b'"about":"care"', b'"about":"cure"', 1))
    said = care("show").out
    assert "NOT NOW: NO STIMULATION" in said
    assert f"! {told.stem} cannot be believed, and may hold more of it" in said
    told.unlink()
    said = care("show").out
    assert "NOT NOW" not in said
    assert "! number 000003 of the records is gone, and may have held more of it" in said


@pytest.mark.timeout(40)
@pytest.mark.usefixtures("after_a_session")
def test_what_is_no_file_hides_no_bad_news_and_is_named(care: Care, home: Path) -> None:
    care("answer", "--dark-urine", "yes")
    odd = chain_folder(home, Kind.PATIENT) / "000009-20260101T000000Z-aa.jsonl"
    os.mkfifo(odd)
    try:
        shown, entered = care("show"), care("diary", "--cramps", "3")
    finally:
        odd.unlink()
    assert "NOT NOW: NO STIMULATION" in shown.out
    assert f"! {odd.stem} cannot be believed" in shown.out
    assert (shown.code, entered.code) == (1, 1)
    assert str(odd) in " ".join(shown.err.split())
    said = f"no record can be kept in {odd.parent}: not a regular file: {odd}; free the folder"
    assert said in " ".join(entered.err.split())


@pytest.mark.usefixtures("after_a_session")
def test_what_speaks_against_a_session_is_said_first_and_then_no_day_is_due(care: Care, home: Path) -> None:
    assert "The next session is due today." in care("show").out
    assert care("answer", "--dark-urine", "yes").code == 0
    told = care("show").out
    assert told.splitlines()[1] == "  ✖ NOT NOW: NO STIMULATION: dark urine was told. To a doctor at once."
    assert "is due" not in told
    assert "overdue" not in told

    bound = {"protocol": "quads_athlete", "patient": "P-017", "side": "left"}
    folder = chain_folder(home, Kind.PATIENT)
    journal = Journal.open(folder, "s", bound, care_clocks(VirtualClock()), signer=station_key(home))
    dose = Note("dose", (("channel_1_low_nc", 1), ("channel_1_high_nc", 2)))
    journal.append(event_entry(End(), [dose], "operator"))
    journal.append(event_entry(Observed(Finding.SKIN, 3, of="1"), [Note("observed")], "Anna"))
    journal.close({"why": "complete"})
    said = care("show").out.splitlines()
    assert said[1].startswith("  ! Last session (2026-01-01): skin at channel 1: BURN")
    journal.path.write_bytes(journal.path.read_bytes().replace(b'"value":3', b'"value":0'))
    said = care("show").out.split()
    assert "is DAMAGED: what was found after it is not known." in " ".join(said)


@pytest.mark.thorough
@pytest.mark.usefixtures("after_a_session")
@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((), "nothing was answered: give --discomfort"),
        (("--dark-urine", "maybe"), 'dark urine "maybe": give yes or no'),
        (("--soreness", "11"), "soreness 11: give 0 to 10"),
        (("--contraction", "4"), "contraction 4: give 0 to 3"),
        (("--session", "999999", "--soreness", "1"), 'there is no session "999999"'),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused(care: Care, home: Path, more: tuple[str, ...], told: str) -> None:
    before = len(files(home))
    said = care("answer", *more)
    assert (said.code, told in said.err, len(files(home))) == (2, True, before)


@pytest.mark.thorough
@pytest.mark.usefixtures("after_a_session")
def test_a_proposal_is_accepted_changed_or_declined_with_a_reason(care: Care, home: Path) -> None:
    answers = ("--discomfort", "4", "--contraction", "3", "--soreness", "1", "--dark-urine", "no", "--skin-mark", "no")
    assert care("answer", *answers).code == 0
    reason = ("--reason", "less is enough")
    before = len(files(home))
    refused = (
        (("decide", "advance", "accepted", "--to", HIGH), "what is accepted holds as it is"),
        (
            ("decide", "advance", "changed", "--reason", "less is enough"),
            "say what holds instead, such as channel_1_hi",
        ),
        (("decide", "advance", "changed", "--to", "rise=3"), "give NAME=NUMBER, with one of channel_1_high_ua\n"),
        (("decide", "advance", "changed", "--to", "rise_high_ua=3000"), "with one of channel_1_high_ua\n"),
        (("decide", "advance", "changed", "--to", "channel_1_ua=20000"), "with one of channel_1_high_ua\n"),
        (("decide", "advance", "changed", "--to", HIGH), "a reason is needed"),
        (
            ("decide", "advance", "changed", "--to", "channel_1_high_ua=200000", *reason),
            "200 mA cannot be chosen: the card allows up to 80 mA",
        ),
        (("decide", "advance", "changed", "--to", "channel_1_high_ua=80001", *reason), "80.001 mA cannot be chosen"),
        (("decide", "advance", "changed", "--to", "channel_1_high_ua=25000", *reason), "nothing is chosen otherwise"),
        (("decide", "advance", "declined"), "a reason is needed"),
        (("decide", "share", "accepted"), "proposed is: advance"),
    )
    for line, told in refused:
        said = care(*line)
        assert (said.code, told in said.err) == (2, True), line
    assert len(files(home)) == before
    assert 'proposal "more" declined' in care("decide", "advance", "declined", *reason).out
    assert (
        'proposal "more" changed: channel 1 up to 23.0 mA, not 25.0 mA'
        in care("decide", "advance", "changed", "--to", HIGH, *reason).out
    )
    assert care("decide", "advance", "changed", "--to", "channel_1_high_ua=80000", *reason).code == 0
    assert care("decide", "advance", "accepted").code == 0
    told = " ".join(care("show").out.split())
    assert "advance (accepted): MORE" in told
    assert "less is enough (the newer decision counts) Changed by" in told
    assert told.count("the newer decision counts") == 3
    assert care("decide", "advance", "declined", *reason).code == 0
    assert "advance (declined): MORE" in care("show").out
    assert care("decide", "advance", "changed", "--to", HIGH, *reason).code == 0
    assert "advance (changed: channel 1 up to 23.0 mA, not 25.0 mA): MORE" in " ".join(care("show").out.split())


def test_a_running_week_is_told_as_one_that_is_not_over(care: Care) -> None:
    said = care("diary", "--cramps", "4", "--week", str(today()))
    assert said.out.splitlines()[-1] == "That week is not over yet: enter it again when it is, the newer entry counts."
    assert "not over yet" not in care("diary", "--cramps", "9", "--week", "2026-01-08").out
    told = care("show").out
    assert "(the week was not over) on" in told
    assert re.search(r"\n\? \d{4}-\d\d-\d\d: 4 \(the week was not over\)\n", told)


def test_of_a_session_in_which_no_current_flowed_nothing_is_told_but_what_is_bad(care: Care, home: Path) -> None:
    bound = {"protocol": "quads_athlete", "patient": "P-017", "side": "left"}
    folder, clocks = chain_folder(home, Kind.PATIENT), care_clocks(VirtualClock())
    journal = Journal.open(folder, "s", bound, clocks, token="aaaaaa", signer=station_key(home))
    journal.append(event_entry(End(), [Note("dose", (("channel_1_low_nc", 0), ("channel_1_high_nc", 0)))], "operator"))
    journal.close({"why": "ended_early"})
    said = care("answer", "--discomfort", "3")
    assert (said.code, "there is no session of P-017 left to answer for" in said.err) == (2, True)
    said = care("answer", "--session", "1", "--discomfort", "3")
    told = f"in session {LAST} no current flowed: nothing of it can be told, but for what is bad"
    assert (said.code, told in said.err) == (2, True)
    assert care("answer", "--session", "1", "--dark-urine", "yes").code == 0


@pytest.mark.usefixtures("after_a_session")
def test_what_leaves_nothing_open_cannot_be_changed_and_what_is_asked_of_an_older_session_has_its_number(
    care: Care, home: Path
) -> None:
    said = care("decide", "ask", "changed", "--to", "days=1", "--reason", "it is known")
    assert (said.code, said.err) == (2, "nmes: nothing in it can be chosen otherwise; accept it or decline it\n")
    asked = Proposal(Rule.ASK, after="000009-x", of="soreness", session="000007-x")
    assert name_of(asked) == "ask:000007"
    assert name_of(replace(asked, session="000009-x")) == "ask"
    assert name_of(Proposal(Rule.RETEST, of="ctf")) == "retest:ctf"


# --- codes and names ---


@pytest.fixture
def phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(names, "COST", 1 << 4)
    monkeypatch.setattr(names.write, "__defaults__", (None, 1 << 4))
    file = tmp_path / "phrase"
    file.write_text("correct horse battery\n", encoding="utf-8")
    return str(file)


def test_a_new_code_is_random_and_its_name_is_in_no_record(nmes: Nmes, home: Path, phrase: str) -> None:
    line = ("care", "new", "--by", "Anna", "--name", "--passphrase-file", phrase)
    said = nmes(*line, stdin="Änne Müller\n")
    assert said.err == "Name: \n", "beside the code, which a script reads"
    code = said.out.strip()
    assert is_code(code)
    assert not is_mistyped(code)
    assert nmes("care", "names", "--passphrase-file", phrase).out == f"{code}  Änne Müller\n"
    assert nmes("care", "new", "--by", "Anna").out.strip() != code
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert "Müller".encode() not in written
    assert code.encode() in b"".join(path.read_bytes() for path in files(home))


def test_no_name_stands_on_a_command_line_where_a_shell_keeps_it(nmes: Nmes, home: Path, phrase: str) -> None:
    for line in (("new", "--by", "Anna", "--name", "Bo Ek"), ("names", "P-1", "--set", "Bo Ek")):
        assert nmes("care", *line, "--passphrase-file", phrase).code == 2
    for line in (("new", "--by", "Anna", "--name"), ("names", "P-1", "--set")):
        said = nmes("care", *line, "--passphrase-file", phrase, stdin=" \n")
        assert (said.code, "no name was given; nothing was written" in said.err) == (2, True)
    assert files(home) == []
    assert not names.path_of(home).exists()


def test_names_are_set_forgotten_and_asked_for_one_by_one(nmes: Nmes, phrase: str) -> None:
    given = ("--passphrase-file", phrase)
    assert nmes("care", "names").out == "No names are kept here.\n"
    assert nmes("care", "names", "P-1", "--set", *given, stdin="Bo \x1b[2JEk\n").out == "Kept.\n"
    assert nmes("care", "names", *given).out == "P-1  Bo \ufffd[2JEk\n", "a terminal obeys no name"
    assert nmes("care", "names", "P-1", "--set", *given, stdin="Bo Ek\n").out == "Kept.\n"
    assert nmes("care", "names", "P-2", "--set", *given, stdin="Cy\n").code == 0
    both = nmes("care", "names", "P-1", "--set", "--forget", *given, stdin="Bo\n")
    assert (both.code, both.err) == (2, "nmes: --set and --forget: give one of them\n")
    assert nmes("care", "names", "P-1", *given).out == "P-1  Bo Ek\n"
    assert nmes("care", "names", "P-1", "--forget", *given).out == "Forgotten.\n"
    assert nmes("care", "names", *given).out == "P-2  Cy\n"


def test_names_that_cannot_be_opened_are_told_and_kept(nmes: Nmes, home: Path, phrase: str, tmp_path: Path) -> None:
    nmes("care", "names", "P-1", "--set", "--passphrase-file", phrase, stdin="Bo Ek\n")
    before = names.path_of(home).read_bytes()
    other = tmp_path / "other"
    other.write_text("another passphrase", encoding="utf-8")
    short = tmp_path / "short"
    short.write_text("1234", encoding="utf-8")
    told = (
        (("names", "--passphrase-file", str(other)), 1, "the passphrase does not open the names"),
        (("names", "P-1", "--set", "--passphrase-file", str(other)), 1, "does not open"),
        (("new", "--by", "Anna", "--name", "--passphrase-file", str(other)), 1, "does not open"),
        (("names", "--passphrase-file", str(short)), 2, "the passphrase is too short: at least 12 characters"),
        (("names", "--passphrase-file", str(tmp_path / "none")), 2, "it cannot be read"),
        (("names",), 2, "no passphrase can be asked for here; give --passphrase-file"),
        (("names", "--forget"), 2, "--set and --forget need a code"),
        (("names", "P-9", "--passphrase-file", phrase), 2, 'no name is kept for "P-9"'),
    )
    for line, code, words in told:
        said = nmes("care", *line, stdin="X\n")
        assert (said.code, words in said.err) == (code, True), line
    assert names.path_of(home).read_bytes() == before
    assert files(home) == [], "a code whose name could not be kept was not given"


def test_a_code_that_is_taken_is_not_given_again(nmes: Nmes, monkeypatch: pytest.MonkeyPatch) -> None:
    chances = iter([7, 7, 8])
    monkeypatch.setattr(care_names.secrets, "randbits", lambda _bits: next(chances))
    first, second = (nmes("care", "new", "--by", "Anna").out.strip() for _ in range(2))
    assert first != second


def test_a_mistyped_command_is_no_sheet(nmes: Nmes) -> None:
    said = nmes("care", "dairy")
    assert said.code == 2
    assert "No such command 'dairy'" in said.err


def test_the_entry_of_a_week_is_what_the_record_says(care: Care, home: Path) -> None:
    care("diary", "--cramps", "0", "--week", "2026-01-08")
    assert events(home) == [Diary("P-017", "left", "2026-01-05", 0)]


# --- answers before their time, and codes that are mistyped ---


def test_an_answer_of_today_cannot_be_given_today(care: Care, home: Path) -> None:
    bound = {"protocol": "quads_athlete", "patient": "P-017", "side": "left"}
    journal = Journal.open(chain_folder(home, Kind.PATIENT), "s", bound, system_clocks(), signer=station_key(home))
    journal.close({"why": "complete"})
    before = len(files(home))
    for line, told in (
        (("--dark-urine", "no"), 'dark urine: "no" can be told from'),
        (("--skin-mark", "no", "--discomfort", "4"), 'mark on the skin: "no" can be told from'),
        (("--soreness", "2"), "soreness: it can be told from"),
    ):
        said = care("answer", *line)
        assert (said.code, told in said.err, said.err.count("\n")) == (2, True, 1)
    assert len(files(home)) == before
    assert care("answer", "--dark-urine", "yes", "--skin-mark", "yes", "--discomfort", "4").code == 0


def test_a_code_of_this_program_that_is_mistyped_is_refused_unless_it_is_on_record(nmes: Nmes, home: Path) -> None:
    code = nmes("care", "new", "--by", "Anna").out.strip()
    wrong = code[:-1] + ("X" if code[-1] != "X" else "W")
    before = len(files(home))
    for line in (
        ("diary", wrong, "--cramps", "4"),
        ("plan", wrong, "--protocol", CRAMP),
        ("measure", wrong, "tug", "9"),
    ):
        said = nmes("care", *line, "--side", "left", "--by", "Anna")
        assert (said.code, said.err) == (
            2,
            f'nmes: "{wrong}" is mistyped: its last character does not fit the others. Look at the code once more\n',
        )
    assert nmes("care", "show", wrong, "--side", "left").code == 2
    assert len(files(home)) == before
    run = nmes("run", CRAMP, "--plain", "--speed", "max", "--patient-code", wrong, "--side", "left")
    assert (run.code, run.err.startswith(f'nmes: --patient-code: "{wrong}" is mistyped')) == (2, True)
    for good in (code, "P-017", "HJM03BX", wrong.lower()):
        assert nmes("care", "diary", good, "--side", "left", "--cramps", "4", "--by", "Anna").code == 0
    bound = {"protocol": "quads_athlete", "patient": wrong, "side": "left"}
    Journal.open(chain_folder(home, Kind.PATIENT), "s", bound, system_clocks(), signer=station_key(home)).close({})
    assert nmes("care", "diary", wrong, "--side", "left", "--cramps", "4", "--by", "Anna").code == 0


def test_the_first_command_of_the_guide_works_where_nothing_was_set(nmes: Nmes) -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/course.md").read_text(encoding="utf-8")
    first = next(line for line in guide.splitlines() if line.startswith("nmes care "))
    typed = shlex.split(first.split("   ")[0])[1:]
    told = nmes(*typed)
    assert (told.code, is_code(told.out.strip())) == (0, True)


@pytest.mark.usefixtures("after_a_session")
def test_the_same_decision_twice_is_refused(care: Care, home: Path) -> None:
    answers = ("--discomfort", "4", "--contraction", "3", "--soreness", "1", "--dark-urine", "no", "--skin-mark", "no")
    assert care("answer", *answers).code == 0
    assert care("decide", "advance", "accepted").code == 0
    before = len(files(home))
    said = care("decide", "advance", "accepted")
    assert (said.code, "this was decided so already, by Anna Berg on" in said.err, len(files(home))) == (
        2,
        True,
        before,
    )


def test_an_empty_name_is_no_name(nmes: Nmes) -> None:
    assert nmes("care", "new", "--by", "Anna", "--name", "").code == 2
