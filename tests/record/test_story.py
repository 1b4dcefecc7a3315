"""The story of a record: everything that stands in it is told once, what cannot be read is told as such."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from nmes.core import commands as c
from nmes.core import events as e
from nmes.record.catches import Catch
from nmes.record.chain import NewEntry
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.happening import At
from nmes.record.journal import Journal
from nmes.record.replay import event_entry
from nmes.record.store import CARE, Closed, Interrupted, Unfinished, Unreadable
from nmes.record.story import Signature, Story, Unsigned
from nmes.record.telling import stories_of, story_of
from nmes.record.verify import Damaged, Intact, Torn

Begin = Callable[..., Journal]
BOUND: dict[str, object] = {
    "protocol": "calf",
    "protocol_version": "3",
    "patient": "P-1",
    "side": "left",
    "muscles": ["gastrocnemius"],
    "attended": {"type": "Attended"},
}


def note(code: str, **values: int | str) -> c.Note:
    return c.Note(code, tuple(values.items()))


def step(event: e.Event, *commands: c.Command, actor: str = "Dr A") -> NewEntry:
    return event_entry(event, commands, actor)


@pytest.fixture
def told(begin: Begin) -> Callable[..., Story]:
    """The story of a session with these entries, closed for this reason (None: it has no end)."""

    def told(*entries: NewEntry, why: str | None = "complete", bound: dict[str, object] = BOUND) -> Story:
        journal = begin(binding=bound)
        for entry in entries:
            journal.append(entry)
        if why is None:
            journal.abandon()
        else:
            journal.close({"why": why})
        return story_of(journal.path, Kind.PATIENT)

    return told


Told = Callable[..., Story]


def test_it_tells_for_whom_and_what_and_how_it_ended(told: Told) -> None:
    story = told()
    opened = story.opened
    assert opened is not None
    assert (opened.patient, opened.side, opened.protocol, opened.version) == ("P-1", "left", "calf", "3")
    assert (opened.muscles, opened.attended, opened.station, opened.assessment) == (
        ("gastrocnemius",),
        True,
        "station-1",
        "",
    )
    assert (story.ending, story.kind, story.signature, story.dose) == (Closed("complete"), Kind.PATIENT, None, None)
    assert isinstance(story.verdict, Intact)
    assert story.over_ms == story.end_ms == 1
    assert told(bound={"muscles": "not a list", "attended": None}).opened.attended is False  # type: ignore[union-attr]  # opened


def test_a_session_without_an_end_is_never_complete(told: Told) -> None:
    newest = told(why=None)
    assert (newest.ending, newest.over_ms) == (Unfinished(), None)
    told()
    assert story_of(newest.path, Kind.PATIENT).ending == Interrupted()


def test_the_checklist_is_told_each_time_it_was_sent(told: Told) -> None:
    no, yes = e.Answer("a", e.Reply.NO), e.Answer("b", e.Reply.YES, "known")
    story = told(
        step(e.Screened((no,), "Dr A"), note("refused:screening_blocked", codes="a")),
        step(e.Screened((no, yes), "Dr B"), note("screening_clear", by="Dr B")),
    )
    assert [(one.by, one.answers, one.accepted) for one in story.screening] == [
        ("Dr A", (no,), False),
        ("Dr B", (no, yes), True),
    ]


def test_pads_and_where_it_was_felt_are_those_confirmed_last(told: Told) -> None:
    story = told(
        step(e.Identified("P24", "id", "1.0"), actor="device"),
        step(e.Placed(((1, 2500),)), note("refused:pad_smaller", channel=1, pad_mm2=2500, needed_mm2=5000)),
        step(e.Placed(((1, 5000),))),
        step(e.FeltAt(1, there=False), note("felt_elsewhere", channel=1, muscle="calf")),
        step(e.Placed(((1, 6000),))),
        step(e.FeltAt(1, there=True), note("felt", channel=1, muscle="calf")),
    )
    assert story.device == e.Identified("P24", "id", "1.0")
    assert (story.pads, story.felt) == (((1, 6000),), ((1, True),))


def test_the_patients_own_stop_is_told_with_its_test(told: Told) -> None:
    assert told().stop_tested is None
    tested = told(step(e.Stop("patient", 1), note("stop", why="stop:patient"), note("patient_stop_tested"))).stop_tested
    assert tested is not None
    assert tested.seq == 2


def test_findings_before_and_after_are_both_kept_the_last_of_each(told: Told) -> None:
    before, after = e.Observed(e.Finding.NRS, 4), e.Observed(e.Finding.NRS, 2)
    story = told(
        step(e.Observed(e.Finding.NRS, 9), note("observed", finding="nrs", of="")),
        step(before, note("observed", finding="nrs", of="")),
        step(e.Observed(e.Finding.NRS, 11), note("refused:finding_range", finding="nrs")),
        step(e.HaltConfirmed(5), note("dose", channel_1_low_nc=1, channel_1_high_nc=2)),
        step(after, note("observed", finding="nrs", of="")),
    )
    assert [(one.observed, one.before) for one in story.findings] == [(before, True), (after, False)]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([step(e.Signed("Dr A"), note("signed", by="Dr A"))], ("Dr A", "")),
        ([step(e.Signed("Dr A", "later"), note("signed", by="Dr A", reason="later"))], ("Dr A", "later")),
        ([step(e.Signed(""), note("refused:signer_missing"))], None),
        ([step(e.LeftUnsigned("power cut"), note("left_unsigned", reason="power cut"))], "power cut"),
        ([step(e.End("program"), note("left_unsigned", reason="program"), actor="program")], "program"),
    ],
)
def test_who_signed_or_why_nobody_did(told: Told, entries: Sequence[NewEntry], expected: object) -> None:
    signature = told(*entries).signature
    found = (
        (signature.by, signature.reason)
        if isinstance(signature, Signature)
        else signature.reason
        if isinstance(signature, Unsigned)
        else None
    )
    assert found == expected


def test_the_dose_is_the_one_told_last_and_only_what_is_one(told: Told) -> None:
    story = told(
        step(e.HaltConfirmed(1), note("dose", channel_1_low_nc=1, channel_1_high_nc=2)),
        step(
            e.HaltConfirmed(2),
            note("dose", channel_2_low_nc=5, channel_2_high_nc=7, channel_x_low_nc=1, channel_3_low_nc=1, other="text"),
        ),
    )
    assert story.dose == ((2, 5, 7),)
    assert [one.value("channel_1_low_nc") for one in story.all("dose")] == [1, None]


def test_whether_anything_flowed(told: Told) -> None:
    sent, confirmed = e.OutputSent(1, ((1, 500),)), e.OutputConfirmed(2, ((1, 500),))
    assert not told().flowed
    assert told(step(sent), step(confirmed)).flowed
    assert not told(step(sent)).flowed
    assert told(step(sent), step(e.LinkLost("gone"))).flowed, "sent and never answered: it may have"


def test_what_was_caught_is_gathered_by_kind(told: Told) -> None:
    story = told(
        step(e.Increase(1, 0), note("refused:too_fast", channel=1)),
        step(e.Increase(1, 0), note("refused:too_fast", channel=1)),
        step(e.ReadBack(e.Read.CODE, "x"), note("refused:read_back_differs", what="code", said="x", wanted="y")),
    )
    assert [(one.catch, len(one.times)) for one in story.caught] == [(Catch.WRONG_PATIENT, 1), (Catch.TOO_FAST, 2)]
    assert story.caught[1].times[0].at.seq == 2


def test_what_is_no_step_and_what_cannot_be_read_is_told_with_its_place(told: Told) -> None:
    story = told(
        NewEntry("failure", {"error": "KeyError", "text": "x"}, "program"),
        NewEntry("event", {"event": {"type": "Sneeze"}, "commands": []}, "Dr A"),
        NewEntry("event", {"event": {"type": "Accept", "epoch": 1}, "commands": "none"}, "Dr A"),
        NewEntry("event", {"event": {"type": "Accept", "epoch": 1}, "commands": [{"type": "Sneeze"}]}, "Dr A"),
        step(e.Accept(1), c.Halt()),
    )
    assert [entry.type for entry in story.others] == ["failure"]
    assert [one.at.seq for one in story.unread] == [3, 4, 5]
    assert "Sneeze" in story.unread[0].reason
    assert story.unread[1].reason == "the commands are missing"
    assert story.unread[0].at == At(3, 2, story.unread[0].at.t_utc, "Dr A")


def test_a_damaged_record_is_told_up_to_its_damage(told: Told) -> None:
    path = told(step(e.Mark("pain"), note("mark", kind="pain", text="")), step(e.Pause())).path
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"Pause", b"Peace")
    path.write_bytes(b"".join(lines))
    story = story_of(path, Kind.PATIENT)
    assert isinstance(story.verdict, Damaged)
    assert (story.verdict.seq, len(story.happenings)) == (3, 1)
    assert isinstance(story.ending, Unreadable), "what follows the damage does not count, its end neither"


def test_a_torn_record_is_told_up_to_its_last_whole_line(told: Told) -> None:
    path = told(step(e.Pause())).path
    path.write_bytes(path.read_bytes()[:-10])
    story = story_of(path, Kind.PATIENT)
    assert isinstance(story.verdict, Torn)
    assert story.ending == Unfinished()


def test_why_writing_ended_is_told(told: Told) -> None:
    path = told(why=None).path
    assert told(why=None).broken == ""
    path.with_suffix(".broken").write_text("disk full\n")
    assert story_of(path, Kind.PATIENT).broken == "disk full"
    path.with_suffix(".broken").write_text("")
    assert story_of(path, Kind.PATIENT).broken == "the disk failed"


def test_a_file_that_is_not_there_is_one_error(folder: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        story_of(folder / "000001-20261121T091500Z-ab.jsonl", Kind.PATIENT)


def test_the_stories_of_a_chain_are_those_of_its_sessions_in_order(told: Told, begin: Begin, folder: Path) -> None:
    first = told()
    begin(binding={"about": CARE}).close({"why": "entered"})
    second = told(why=None)
    found = list(stories_of(folder, Kind.PATIENT))
    assert found == [first, second]
    assert [one.ending for one in found] == [Closed("complete"), Unfinished()]
    begin(binding={"about": CARE}).close({"why": "entered"})
    assert [one.ending for one in stories_of(folder, Kind.PATIENT)] == [Closed("complete"), Interrupted()]
    assert list(stories_of(folder.parent / "none", Kind.PATIENT)) == []


def test_a_chain_with_a_file_that_cannot_be_read_is_one_error(told: Told, folder: Path) -> None:
    path = told().path
    path.unlink()
    path.mkdir()
    with pytest.raises(RecordError, match="the record cannot be read: Is a directory"):
        list(stories_of(folder, Kind.PATIENT))
