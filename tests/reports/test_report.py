"""The report of a session: what was given, caught, found and signed, how far it can be believed; and its two forms."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from helpers.mistakes import Sitting, five_mistakes
from nmes.core import events as e
from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.view import Word
from nmes.record.catches import Catch
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk
from nmes.record.errors import NoSuchSession, RecordError
from nmes.record.files import Kind, session_files
from nmes.record.happening import Happening
from nmes.record.journal import Journal
from nmes.record.replay import event_entry
from nmes.record.store import Closed, list_sessions
from nmes.record.story import Story
from nmes.record.telling import story_of
from nmes.record.verdicts import Sealed
from nmes.reports import about, trust
from nmes.reports import kept as kept_words
from nmes.reports.about import electrodes
from nmes.reports.caught import caught, what
from nmes.reports.document import Curve, Plot, Report, Section, Table
from nmes.reports.drawing import LEFT, WIDTH
from nmes.reports.given import given
from nmes.reports.page import page_of
from nmes.reports.planned import planned
from nmes.reports.report import report_of
from nmes.reports.text import lines_of
from nmes.reports.told import Told
from nmes.reports.writing import replace_whole, write_report
from nmes.runtime.course import counts
from nmes.runtime.today import Part, part_given
from nmes.ui.ending_words import Ended, ended
from nmes.ui.record_words import event_words
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough

HOSTILE = "<script>alert(1)</script>\x1b[31m</p>\u202e{name} & \"'"


@pytest.fixture
def files(own_home: Path) -> list[Path]:
    """The two records of `told_home`, to be damaged; in `tmp_path`."""
    return session_files(own_home / "simulation")


@pytest.fixture(scope="module")
def whole(told_home: Path) -> tuple[Report, Report]:
    """Their two reports."""
    first, second = session_files(told_home / "simulation")
    return reported(first), reported(second)


def reported(path: Path, kind: Kind = Kind.SIMULATION) -> Report:
    return report_of(story_of(path, kind), WORDING)


def section(report: Report, heading: str) -> Section:
    return next(one for one in report.sections if one.heading == heading)


def rows(one: Section) -> Sequence[tuple[str, ...]]:
    return one.table.rows if one.table else ()


def text(report: Report, width: int = 200) -> str:
    return "\n".join(lines_of(report, width))


def test_each_of_the_five_mistakes_is_told_as_caught(whole: tuple[Report, Report]) -> None:
    caught = section(whole[0], "What was caught")
    told = {row[0].partition(":")[0]: (row[1], row[4]) for row in rows(caught)}
    assert {"Wrong patient", "Wrong side", "Felt at another place", "Nobody at the controls"} <= told.keys()
    assert any(name.startswith("+ held down") for name in told)
    assert "P-071" in told["Wrong patient"][1]
    assert "Not in this record:" not in caught.after, "none of the five is missing in this record"


def test_a_press_that_came_too_early_is_not_told_as_a_held_key(whole: tuple[Report, Report]) -> None:
    told = {row[0]: row for row in rows(section(whole[0], "What was caught"))}
    (held,) = (row for name, row in told.items() if name.startswith("+ held down"))
    (early,) = (row for name, row in told.items() if name.startswith("+ pressed sooner"))
    assert held[1] == "1"
    assert int(early[1]) > 1


def test_how_much_of_the_plan_was_given_is_told(files: list[Path]) -> None:
    said = section(reported(files[0]), "What was given").lines[0]
    end = WORDING.end_of(files[0])
    assert end is not None
    done = end.plan_ms
    assert 10_000 < done < 200_000
    assert said == f"Given: {WORDING.clock(done)} of the 6:30 that were planned, pauses not counted."
    unknown = report_of(story_of(files[0], Kind.SIMULATION), replace(WORDING, end_of=lambda _path: None))
    assert "how much of it was given cannot be told" in section(unknown, "What was given").lines[0]


def test_a_test_is_told_as_what_ends_with_its_result_and_not_as_a_part_of_a_plan(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, protocol="assess_ctf_calf")
    sitting.screened()
    sitting.placed()
    sitting.level(2_000)
    sitting.started()
    sitting.run(20_000)
    sitting.until(Word.ON)
    sitting.do(e.Cramp())
    sitting.until(Word.AFTER)
    sitting.found_and_signed()
    report = reported(sitting.record)
    told = section(report, "What was given")
    ((*_row, with_output, _charge),) = rows(told)
    assert with_output not in {"0:00", ""}
    assert told.lines == (
        "It was a test, which ends with its result. "
        f"There was output for {with_output} in all, also to find the level.",
        "Without a result until its last step it would have lasted 20:35, pauses not counted.",
    )
    assert section(report, "What was measured").lines
    happened = [row[-1] for row in rows(section(report, "What happened"))]
    assert "The test is started, from 0." in happened
    assert not any("treatment is started" in one for one in happened)


def test_of_a_plan_with_several_stages_each_is_told(files: list[Path]) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    assert story.opened is not None
    made = planned(story.opened)
    assert made is not None
    (whole,) = made.plan.stages
    parts = replace(whole, name="warm_up", end_ms=60_000), replace(whole, name="work", start_ms=60_000)
    end = WORDING.end_of(files[0])
    assert end is not None
    end = replace(end, plan_ms=90_000, first=False)
    lines = given(Told(story, WORDING, replace(made, plan=replace(made.plan, stages=parts)), end)).lines
    assert lines[1] == "Contractions: 8 of 36.", "as many as the two parts hold"
    assert lines[2:] == ("Of these, in warm up: 1:00 of 1:00.", "Of these, in work: 0:30 of 5:30.")


def test_what_a_stimulator_cannot_tell_of_itself_is_left_out(files: list[Path]) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    mute = e.Identified("RehaStim2", "-", "unknown (ScienceMode2 protocol 1)")
    told = [about.session(Told(replace(story, device=device), WORDING, None)) for device in (mute, None)]
    assert story.opened is not None
    at = story.opened.device
    assert [dict(one.facts)["Stimulator"] for one in told] == [
        f"RehaStim2, ScienceMode2 protocol 1, at {at}",
        f"{at}; it was never identified",
    ]
    assert event_words(mute) == "RehaStim2, ScienceMode2 protocol 1"


def test_the_emergency_button_and_what_the_stimulator_cannot_tell_of_a_pad_are_those_of_this_stimulator(
    story: Story,
) -> None:
    assert story.opened is not None
    made = planned(story.opened)
    assert made is not None
    for changes, wanted in (
        ({}, "below 15 mA it cannot tell a pad that is off."),
        ({"electrode_feedback": ElectrodeFeedback.NONE}, "it never tells that a pad is off."),
        (
            {"electrode_feedback": ElectrodeFeedback.PUSHED, "electrode_floor_ua": 0},
            "it tells that a pad is off only while current flows.",
        ),
    ):
        able = replace(made.plan.capabilities, **changes)
        told = Told(story, WORDING, replace(made, plan=replace(made.plan, capabilities=able)))
        assert any(line.endswith(wanted) for line in trust.limits(told).lines), wanted
    unread = trust.limits(Told(story, WORDING, None)).lines
    assert any(line.endswith("not what reached the skin.") for line in unread)
    assert not any("emergency button" in line.lower() for line in electrodes(told).lines)
    held = Happening(story.happenings[0].at, "button_confirmed", (("by", "C. Roth"),), "ButtonConfirmed")
    told = Told(replace(story, happenings=(held, *story.happenings)), WORDING, made)
    assert electrodes(told).lines[0].endswith("Emergency button in reach and tested: C. Roth.")


def test_a_read_back_that_differed_or_was_left_out_stands_in_the_head(
    whole: tuple[Report, Report], tmp_path: Path
) -> None:
    loud = [said for said, is_loud in whole[0].verdicts[4:] if is_loud]
    assert len(loud) == 2, "code and side"
    assert "P-071" in loud[0]
    assert whole[1].verdicts[4:] == (), "both were read back"
    sitting = Sitting(tmp_path)
    sitting.screened()
    sitting.do(e.ReadBack(e.Read.CODE, reason="no card"))
    ((said, is_loud),) = reported(sitting.record).verdicts[4:]
    assert "no card" in said
    assert is_loud


def test_levels_of_a_first_session_stand_beside_what_the_card_says_of_it(whole: tuple[Report, Report]) -> None:
    after = section(whole[0], "What was caught").after[-1]
    assert after.startswith("Only recorded, not caught: no earlier level ")
    assert after.endswith("Accepted were channel 1: 2.0 mA; channel 1: 2.0 mA.")
    assert "half" in after.lower()


@pytest.mark.parametrize(("percent", "is_told"), [(50, True), (None, False)])
def test_of_a_card_in_another_language_its_number_says_that_it_speaks_of_levels(
    files: list[Path], percent: int | None, *, is_told: bool
) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    assert story.opened is not None
    made = planned(story.opened)
    assert made is not None
    card = made.protocol.model_copy(update={"first_session": ("Nur die Hälfte",), "first_session_percent": percent})
    after = caught(Told(story, WORDING, replace(made, protocol=card))).after
    assert any("the card says: Nur die Hälfte. Accepted were" in one for one in after) is is_told


def test_who_acted_is_told_in_the_words_of_the_screens(files: list[Path]) -> None:
    report = report_of(story_of(files[0], Kind.SIMULATION), replace(WORDING, who=lambda actor: f"<{actor}>"))
    parts = ("What happened", "What was asked for and refused")
    who = {row[3] for part in parts for row in rows(section(report, part))}
    assert who == {"<Dr Adams>", "<program>"}


def test_a_session_with_levels_on_record_is_no_first_one(tmp_path: Path) -> None:
    five_mistakes(tmp_path)
    sitting = Sitting(tmp_path)
    sitting.screened()
    sitting.placed()
    sitting.level(1_000)
    assert not any("Only recorded" in one for one in section(reported(sitting.record), "What was caught").after)


def test_a_stop_before_the_end_is_told_with_its_own_time(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.screened()
    sitting.placed()
    sitting.level(1_000)
    sitting.started()
    sitting.do(e.Stop("mouse", 0))
    sitting.until(Word.STOPPED)
    sitting.run(30_000)
    sitting.over()
    sitting.found_and_signed()
    said, loud = reported(sitting.record).verdicts[0]
    (stop,) = story_of(sitting.record, Kind.SIMULATION).all("stop")
    assert said.startswith("Closed after ")
    assert said.endswith(f"The output was stopped at {WORDING.clock(stop.at.t_ms)}: STOP was clicked.")
    assert loud
    (row,) = rows(section(reported(sitting.record), "What was given"))
    assert row[2] == "1.0 mA"


def test_an_end_after_a_stop_that_was_gone_on_after_is_not_told_as_that_stop(files: list[Path]) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    began = next(one for one in story.happenings if one.code == "intent")
    stop = replace(began, code="stop", at=replace(began.at, seq=began.at.seq - 1, t_ms=1_000))
    gone_on = replace(story, ending=Closed("stop:mouse"), happenings=(stop, *story.happenings))
    said = report_of(gone_on, WORDING).verdicts[0][0]
    assert said.endswith("before its time. It was gone on after the STOP at 0:01.")
    assert "clicked" not in said
    assert report_of(replace(gone_on, happenings=()), WORDING).verdicts[0][0].endswith("STOP was clicked.")


def test_a_checklist_sent_again_tells_which_answers_were_changed(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.screened(e.Answer("cause_age", e.Reply.UNKNOWN))
    sitting.screened()
    lines = section(reported(sitting.record), "Screening").lines
    assert "The checklist was sent 2 times." in lines
    assert "The answer to cause_age was changed: unknown, no." in lines


def test_what_was_measured_stands_near_the_top(whole: tuple[Report, Report], files: list[Path]) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    found = replace(story.happenings[0], code="measured", values=(("what", "ctf"), ("value", 18_000)))
    report = report_of(replace(story, happenings=(*story.happenings, found)), WORDING)
    headings = [one.heading for one in report.sections]
    assert headings[:4] == ["Session", "The record", "What was measured", "What was given"]
    assert not any(one.heading == "What was measured" for one in whole[0].sections)


@pytest.mark.campaign
def test_a_first_session_ended_as_its_card_says_is_told_as_that_with_its_levels_and_which_maximum_holds(
    tmp_path: Path,
) -> None:
    sitting = Sitting(tmp_path)
    sitting.screened()
    sitting.placed()
    sitting.do(e.Titrate(1, 0, sitting.view.epoch))
    sitting.until(Word.TITRATING)
    for _ in range(8):
        sitting.do(e.Increase(1, sitting.view.epoch))
        sitting.run(600)
    most_ua = sitting.view.channels[0].level_ua
    sitting.do(*[e.Measure(e.What.MAX_TOLERATED, 1)] * 2, *[e.Decrease(1)] * 3)
    assert most_ua == 4_000
    sitting.run(1_000)
    sitting.do(e.Accept(sitting.view.epoch, over_ua=1_000))
    sitting.until(Word.READY)
    sitting.do(e.FeltAt(1, there=True))
    sitting.started()
    sitting.run(500)  # the device has confirmed the level
    sitting.do(e.Increase(1, sitting.view.epoch))
    for _ in range(19):
        sitting.run(10_000)
        sitting.bench.controller.touch()
    sitting.over()
    sitting.found_and_signed()
    report = reported(sitting.record)
    ending, loud = report.verdicts[0]
    assert ending.endswith("First session, ended as planned.")
    assert not loud
    (listed,) = list_sessions(tmp_path, Kind.SIMULATION)
    assert listed.ending == Closed("ended_early", first_given=True)
    assert ended(listed.ending) is Ended.FIRST
    assert part_given(listed) is Part.FIRST
    assert counts(listed), "in the course of care as on the first screen"
    maxima = section(report, "What was measured").lines
    assert [one.endswith(" This one holds.") for one in maxima] == [False, True]
    told = section(report, "What was given")
    assert told.lines[2:4] == (
        "It was the FIRST SESSION of this patient by this protocol.",
        "Channel 1: for a first session the target was 50 % of 2.0 mA, 1.0 mA.",
    )
    assert re.fullmatch(
        r"Channel 1: 2.5 mA was accepted at \d:\d\d over the mark of 1.0 mA, as confirmed.", told.lines[4]
    )
    ((_channel, _muscle, last, *_rest),) = rows(told)
    assert last == "2.5 mA, at the end 3.0 mA"


def test_every_kind_of_catch_has_a_sentence_of_its_own() -> None:
    said = [what(catch) for catch in Catch]
    assert len(set(said)) == len(Catch)
    assert not {str(catch) for catch in Catch} & set(said), "a code is no sentence"


def test_a_mistake_that_was_not_made_is_told_as_not_in_the_record(whole: tuple[Report, Report]) -> None:
    caught = section(whole[1], "What was caught")
    assert caught.after[0] == "Not in this record:"
    assert any(one.startswith("Wrong patient") for one in caught.after)
    assert not any(row[0].startswith("Wrong patient") for row in rows(caught))


def test_what_was_given_is_told_with_its_dose_as_a_range(files: list[Path]) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    (row,) = rows(section(reported(files[0]), "What was given"))
    assert row[:4] == ("Channel 1", "gastrocnemius", "2.0 mA", "2.0 mA")
    assert story.dose is not None
    (_channel, low, high) = story.dose[0]
    assert low < high
    assert row[5] == WORDING.charge(low, high)


def test_findings_and_signature_are_told_with_their_entries(whole: tuple[Report, Report]) -> None:
    report = whole[0]
    found = rows(section(report, "Findings"))
    assert [row[2:] for row in found][:2] == [
        ("before the treatment", "pain: 4/10"),
        ("after the treatment", "skin under channel 1: redness; gone after 10 minutes"),
    ]
    assert all(row[1].isdecimal() for row in found)
    signed = section(report, "Signature").lines[0]
    assert signed.startswith("Signed by Dr Adams at ")
    assert "the next session measures them" in signed
    assert (signed, False) in report.verdicts


def test_an_interrupted_session_is_never_told_as_complete(files: list[Path]) -> None:
    report = reported(files[1])
    assert report.verdicts[0][0].startswith("NOT CLOSED")
    assert report.verdicts[0][1], "loud"
    assert "Complete" not in text(report)
    assert report.verdicts[2] == ("NOT SIGNED: the record ends before a signature.", True)
    assert "how much was given in all is not known" in text(report)
    assert rows(section(report, "What was given"))[0][5] == "not told by the record"
    Journal.open(files[1].parent, "s", {}, Clocks(lambda: 0, lambda: 0, "b")).close({"why": "ended_early"})
    assert reported(files[1]).verdicts[0][0].startswith("INTERRUPTED")


def test_what_was_gone_on_with_in_spite_of_an_answer_is_told_with_its_reason(whole: tuple[Report, Report]) -> None:
    screening = section(whole[0], "Screening")
    assert screening.lines[0].startswith("Asked by Dr Adams at ")
    assert "known, looked at" in screening.after[0]


@pytest.mark.parametrize("line", [1, 40, -1])
def test_a_damaged_record_gives_a_report_that_says_so_first(files: list[Path], line: int) -> None:
    lines = files[0].read_bytes().splitlines(keepends=True)
    at = line - 1 if line > 0 else line
    lines[at] = lines[at].replace(b'"type"', b'"tipe"', 1)
    files[0].write_bytes(b"".join(lines))
    report = reported(files[0])
    assert any(said.startswith("RECORD DAMAGED at entry ") and loud for said, loud in report.verdicts)
    assert report.verdicts[0][0].startswith("DAMAGED")
    assert page_of(report)
    assert "RECORD DAMAGED" in text(report)


def test_a_torn_and_an_empty_record_have_a_report(files: list[Path]) -> None:
    files[1].write_bytes(files[1].read_bytes()[:-7])
    assert "RECORD TORN" in text(reported(files[1]))
    files[1].write_bytes(b"")
    report = reported(files[1])
    assert "whose it is is not known" in text(report)
    assert not any(one.plot for one in report.sections)
    assert "No output was acknowledged." in page_of(report)


def test_a_record_whose_end_nothing_vouches_for_is_not_told_as_verified(files: list[Path]) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    pending = replace(story, sealed=Sealed("ab", 2, known=True, pending=True))
    said = "signed up to entry 2; what stands after it may have been changed."
    assert trust.verdict(pending)[0].endswith(said)
    assert trust.verdict(pending)[1]
    found = replace(pending, sealed=Sealed("ab", 2, known=True, found_by="000002-x"))
    assert trust.verdict(found) == (f"Record verified: {story.verdict.entries} entries, none altered.", False)
    told, loud = kept_words.sealed(found)
    assert loud
    assert told.endswith(f"up to entry 2, and up to entry {story.verdict.entries} as session 000002-x found it.")


def test_writing_that_ended_is_told(files: list[Path]) -> None:
    files[1].with_suffix(".broken").write_text("disk full")
    assert "then writing ended: disk full" in text(reported(files[1]))


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A record in which everything a person or a computer can write is hostile."""
    bound = dict.fromkeys(("protocol", "protocol_version", "patient", "side", "program", "device"), HOSTILE)
    journal = Journal.open(
        tmp_path / "records", HOSTILE, bound | {"muscles": [HOSTILE]}, Clocks(lambda: 0, lambda: 0, "b")
    )
    said = (
        e.Screened((e.Answer(HOSTILE, e.Reply.YES, HOSTILE, HOSTILE),), HOSTILE),
        e.Observed(e.Finding.NOTE, None, HOSTILE),
        e.Observed(e.Finding.SKIN, 99, HOSTILE, HOSTILE),
        e.OutputConfirmed(1, ((1, 500), (99, 7))),
        e.LeftUnsigned(HOSTILE),
    )
    from nmes.core.commands import Note

    values = (("kind", HOSTILE), ("text", HOSTILE), ("channel", HOSTILE), ("why", HOSTILE), ("goal", HOSTILE))
    codes = (
        "mark",
        HOSTILE,
        "measured",
        "level",
        "intent",
        "dose",
        "fault",
        "read_back",
        "refused:mark",
        "felt_elsewhere",
    )
    for event in said:
        journal.append(event_entry(event, [], HOSTILE))
    journal.append(event_entry(e.Mark(HOSTILE, HOSTILE), [Note(code, values) for code in codes], HOSTILE))
    journal.append(NewEntry("failure", {"error": HOSTILE}, HOSTILE))
    journal.append(NewEntry("event", {"event": HOSTILE}, HOSTILE))
    journal.close({"why": HOSTILE})
    return journal.path


class Tags(HTMLParser):
    """Collects every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}


def test_hostile_texts_stay_text_on_the_page(hostile: Path) -> None:
    page = page_of(reported(hostile, Kind.PATIENT))
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.tags
    assert not any(name.startswith("on") for name in tags.attributes)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)


def test_the_page_asks_for_nothing_from_anywhere(whole: tuple[Report, Report]) -> None:
    page = page_of(whole[0])
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href|url)\s*[=(]", page.replace("default-src", ""))
    assert page.count("<svg ") == 1


def test_hostile_texts_cannot_steer_a_terminal(hostile: Path) -> None:
    told = text(reported(hostile, Kind.PATIENT))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", told)
    assert "<script>" in told


@pytest.mark.parametrize("width", [50, 79, 99])
def test_text_fits_the_terminal(whole: tuple[Report, Report], hostile: Path, width: int) -> None:
    for report in (*whole, reported(hostile, Kind.PATIENT)):
        too_long = [line for line in lines_of(report, width) if len(line) > width]
        assert all(" " not in line.strip() for line in too_long), too_long


def test_a_table_without_room_is_a_list() -> None:
    wide = Table(("a", "b"), (("x" * 30, "y" * 30),))
    report = Report("t", "b", (), (Section("h", table=wide),), "f", "p")
    assert "    b: " + "y" * 30 in lines_of(report, 50)
    assert lines_of(report, 99)[-4:-2] == [f"  {'a':30}  b", f"  {'x' * 30}  {'y' * 30}"]


def test_where_the_output_was_not_known_is_grey_on_the_page() -> None:
    curve = Curve("Channel 1", "2.0 mA", (0, 1000, 500, 0, 0), (False, True, True, False, True), "told")
    plot = Plot((curve,), (), (), "Grey: the output was not known.")
    page = page_of(Report("t", "b", (), (Section("h", plot=plot),), "f", "p"))
    whole = LEFT + (WIDTH - LEFT - 10)
    grey = [(float(x), float(w)) for x, w in re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)"', page)]
    part = (whole - LEFT) / 5
    assert grey == [pytest.approx((LEFT + part, 2 * part), abs=0.1), pytest.approx((LEFT + 4 * part, part), abs=0.1)]
    assert plot.note in page


def test_the_report_is_written_whole_for_its_owner_and_again_over_itself(files: list[Path], tmp_path: Path) -> None:
    path = write_report(tmp_path, files[0].stem, WORDING)
    first = path.read_text()
    assert (path.parent.name, path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (
        "reports",
        0o600,
        0o700,
    )
    assert write_report(tmp_path, files[0].stem, WORDING) == path
    assert path.read_text() == first
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_report_that_cannot_be_written_is_one_error_and_leaves_nothing(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file where the folder should be")
    with pytest.raises(RecordError, match="cannot be written"):
        write_report(tmp_path, files[0].stem, WORDING)
    (tmp_path / "reports").unlink()
    (tmp_path / "reports" / f"simulation-{files[0].stem}.html").mkdir(parents=True)
    with pytest.raises(RecordError, match="cannot be written"):
        write_report(tmp_path, files[0].stem, WORDING)
    assert len(list((tmp_path / "reports").iterdir())) == 1
    with pytest.raises(NoSuchSession):
        write_report(tmp_path, "000009", WORDING)


def test_a_story_without_a_plan_is_still_told(files: list[Path]) -> None:
    story = story_of(files[0], Kind.SIMULATION)
    assert story.opened is not None
    report = report_of(replace(story, opened=replace(story.opened, protocol_yaml="no: protocol")), WORDING)
    assert "cannot be read by this version: nothing is told from it" in text(report)


def test_a_trial_is_told_as_one_that_is_not_signed(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, attended=False)
    sitting.do(e.End())
    said, loud = reported(sitting.record).verdicts[2]
    assert said.startswith("NOT SIGNED: this session was not one that is signed")
    assert not loud


def test_a_file_is_on_the_medium_before_it_has_its_name(tmp_path: Path) -> None:
    target, synced = tmp_path / "report.html", list[bytes]()
    target.write_bytes(b"old")

    def sync(fd: int) -> None:
        synced.append(os.pread(fd, 99, 0))
        assert target.read_bytes() == b"old"

    replace_whole(target, b"new", Disk(sync=sync))
    assert (synced, target.read_bytes()) == ([b"new"], b"new")
