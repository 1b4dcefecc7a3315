"""One session in a few values: the last of each, nothing guessed, nothing of a record that cannot be believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.events import Finding, What
from nmes.record.chain import NewEntry
from nmes.record.codec import encode
from nmes.record.gist import Level, Measure, gist
from nmes.record.journal import Journal

BOUND = {"protocol": "calf", "protocol_version": "4", "assessment": None, "patient": "P-1", "side": "left"}
Begin = Callable[..., Journal]


def note(code: str, **values: int | str) -> c.Note:
    return c.Note(code, tuple(values.items()))


def told(event: e.Event, *notes: c.Note) -> NewEntry:
    return NewEntry("event", {"event": encode(event), "commands": [encode(one) for one in notes]}, "operator")


def found(finding: Finding, value: int | None, of: str = "") -> NewEntry:
    return told(e.Observed(finding, value, "" if value is not None else "asleep", of), note("observed"))


def level(level_ua: int, channel: int = 1, waveform: int = 1) -> NewEntry:
    return told(e.Accept(1), note("level", channel=channel, waveform=waveform, level_ua=level_ua))


def measured(what: What, **values: int | str) -> NewEntry:
    return told(e.Cramp(), note("measured", what=str(what), **values))


DOSE = told(e.End(), note("dose", channel_1_low_nc=1, channel_1_high_nc=2))


@pytest.fixture
def session(begin: Begin) -> Callable[..., Path]:
    def session(*entries: NewEntry, bound: Mapping[str, object] = BOUND, why: str = "complete") -> Path:
        journal = begin(binding=dict(bound))
        for entry in entries:
            journal.append(entry)
        journal.close({"why": why})
        return journal.path

    return session


def test_the_last_of_each_counts(session: Callable[..., Path]) -> None:
    path = session(
        level(18_000),
        level(22_000),
        level(9_000, 2),
        measured(What.CTF, channel=1, value_mhz=18_000),
        measured(What.CTF, channel=1, value_mhz=20_000, level_ua=9_000),
        told(e.Signed("Anna"), note("signed")),
    )
    got = gist(path)
    assert got is not None
    assert got.levels == (Level(1, 1, 22_000), Level(2, 1, 9_000))
    assert got.measured == (Measure("ctf", 1, 20_000),)
    assert (got.protocol, got.version, got.assessment, got.signed_by, got.why) == ("calf", "4", "", "Anna", "complete")
    assert got.session == path.stem


def test_what_was_measured_is_told_with_its_muscle_and_whether_a_test_found_it(session: Callable[..., Path]) -> None:
    bound = {**BOUND, "muscles": ["gastrocnemius", "flexor hallucis brevis"]}
    got = gist(
        session(
            measured(What.CTF, channel=1, value_mhz=18_000, level_ua=9_000),
            measured(What.CTF, channel=2, value_mhz=22_000, typed=1),
            measured(What.MVIC, channel=1, value_mn=90_000),
            measured(What.MVIC, channel=3, value_mn=70_000),
            bound=bound,
        )
    )
    assert got is not None
    assert got.measured == (
        Measure("ctf", 1, 18_000, "gastrocnemius"),
        Measure("ctf", 2, 22_000, "flexor hallucis brevis", typed=True),
        Measure("mvic_mn", 1, 90_000, "gastrocnemius"),
        Measure("mvic_mn", 3, 70_000),
    )


def test_a_test_that_reached_its_cap_is_a_result_without_a_value(session: Callable[..., Path]) -> None:
    nothing = told(e.Tick(1), note("not_reached", cap_mhz=45_000))
    got = gist(session(nothing, bound={**BOUND, "muscles": ["gastrocnemius"]}))
    assert got is not None
    assert got.measured == (Measure("ctf", 1, None, "gastrocnemius"),)


# --- the level at the end ---


def arm(level_ua: int, channel: int = 1, phase_us: int = 300) -> c.Arm:
    return c.Arm(channel, level_ua, 500, 2_500, phase_us, 100, 1, 20_000)


def commands(event: e.Event, *made: c.Command) -> NewEntry:
    return NewEntry("event", {"event": encode(event), "commands": [encode(one) for one in made]}, "operator")


def goal(name: str) -> NewEntry:
    return told(e.Start(1), note("intent", goal=name))


def found_at(level_ua: int, channel: int = 1, waveform: int = 1, phase_us: int = 300) -> tuple[NewEntry, ...]:
    """A level, armed and accepted."""
    return (goal("titrate"), commands(e.Tick(1), arm(level_ua, channel, phase_us)), level(level_ua, channel, waveform))


def held(*entries: NewEntry, session: Callable[..., Path]) -> tuple[Level, ...]:
    got = gist(session(*entries))
    assert got is not None
    return got.levels


@pytest.mark.parametrize(
    ("armed", "end_ua", "most_ua"),
    [
        ((20_000, 20_000), 20_000, 20_000),
        ((20_000, 18_000), 18_000, 20_000),
        ((20_000, 26_000, 22_000), 22_000, 26_000),
        ((20_000, 0), 20_000, 20_000),
        ((), None, None),
    ],
)
def test_a_level_is_told_as_it_was_at_the_end_and_at_most(
    session: Callable[..., Path], armed: tuple[int, ...], end_ua: int | None, most_ua: int | None
) -> None:
    given = [commands(e.Decrease(1), arm(ua)) for ua in armed]
    assert held(*found_at(20_000), goal("run"), *given, session=session) == (Level(1, 1, 20_000, end_ua, most_ua),)


def test_what_was_tried_while_a_level_was_found_was_not_given(session: Callable[..., Path]) -> None:
    again = (goal("titrate"), commands(e.Tick(1), arm(40_000)))
    entries = (*found_at(20_000), goal("run"), commands(e.Tick(1), arm(20_000)), *again, goal("resume"))
    assert held(*entries, session=session) == (Level(1, 1, 20_000, 20_000, 20_000),)
    found_lower = (*entries, *found_at(15_000))
    assert held(*found_lower, session=session) == (Level(1, 1, 15_000, 15_000, 20_000),)


def test_each_waveform_of_a_channel_is_known_by_its_arming(session: Callable[..., Path]) -> None:
    entries = (
        *found_at(20_000),
        *found_at(30_000, waveform=2, phase_us=150),
        *found_at(9_000, channel=2),
        goal("run"),
        commands(e.Tick(1), arm(20_000), arm(9_000, 2)),
        commands(e.Tick(1), arm(28_000, phase_us=150), arm(50_000, phase_us=999)),
    )
    assert held(*entries, session=session) == (
        Level(1, 1, 20_000, 20_000, 20_000),
        Level(1, 2, 30_000, 28_000, 28_000),
        Level(2, 1, 9_000, 9_000, 9_000),
    )


def test_a_level_that_was_lowered_in_a_pause_is_told_although_nothing_was_armed_with_it(
    session: Callable[..., Path],
) -> None:
    lowered = told(e.Decrease(1), note("lowered", channel=1, level_ua=19_500))
    entries = (*found_at(20_000), goal("run"), commands(e.Tick(1), arm(20_000)), lowered)
    assert held(*entries, session=session) == (Level(1, 1, 20_000, 19_500, 20_000),)
    assert held(*found_at(20_000), lowered, session=session) == (Level(1, 1, 20_000),), "nothing was given yet"


def test_an_arming_of_another_form_is_left_out(session: Callable[..., Path]) -> None:
    odd = {"event": {"type": "Other"}, "commands": [{"type": "Arm", "channel": "1", "level_ua": 5}, "Arm"]}
    entries = (*found_at(20_000), goal("run"), NewEntry("event", odd, "operator"))
    assert held(*entries, session=session) == (Level(1, 1, 20_000),)


def test_what_was_found_before_and_after_the_treatment_are_two_things(session: Callable[..., Path]) -> None:
    got = gist(
        session(
            found(Finding.NRS, 3),
            found(Finding.SKIN, 1, "1"),
            DOSE,
            found(Finding.NRS, 5),
            found(Finding.NRS, 4),
            found(Finding.SKIN, 2, "1"),
            found(Finding.SKIN, 0, "2"),
            found(Finding.SKIN, None, "3"),
            found(Finding.ADVERSE, 0),
        )
    )
    assert got is not None
    assert (got.nrs_before, got.nrs_after, got.skin, got.adverse) == (3, 4, 2, False)


def test_what_was_not_found_is_not_known(session: Callable[..., Path]) -> None:
    got = gist(session(DOSE, found(Finding.ADVERSE, None), found(Finding.SKIN, None, "1")))
    assert got is not None
    assert (got.nrs_before, got.nrs_after, got.skin, got.adverse, got.signed_by) == (None, None, None, None, "")


def test_what_was_refused_was_not_found(session: Callable[..., Path]) -> None:
    refused = (
        told(e.Observed(Finding.NRS, 9), note("refused:finding_range", finding="nrs")),
        told(e.Signed("Eve"), note("refused:after_missing")),
    )
    got = gist(session(DOSE, *refused))
    assert got is not None
    assert (got.nrs_after, got.signed_by) == (None, "")


@pytest.mark.parametrize(
    "body",
    [
        {"event": None, "commands": [encode(note("level", channel="1", waveform=1, level_ua=5))]},
        {"event": {"type": "Observed", "finding": "nrs", "value": "9"}, "commands": []},
        {"event": {"type": "Other"}, "commands": [encode(note("measured", what="ctf", channel=1))]},
        {"event": [], "commands": None},
    ],
)
def test_a_value_of_another_form_is_left_out(session: Callable[..., Path], body: dict[str, object]) -> None:
    marked = {**body, "like": ["level", "measured", "dose"]}
    got = gist(session(NewEntry("event", marked, "operator"), NewEntry("closed_not", {"like": "level"}, "operator")))
    assert got is not None
    assert (got.levels, got.measured, got.nrs_before, got.nrs_after) == ((), (), None, None)


def test_nothing_is_told_of_a_record_that_cannot_be_believed(session: Callable[..., Path]) -> None:
    path = session(level(22_000))
    path.write_bytes(path.read_bytes().replace(b"22000", b"92000"))
    assert gist(path) is None


def test_nothing_is_told_of_a_session_that_was_never_begun(folder: Path, begin: Begin) -> None:
    path = begin(binding=BOUND).path
    path.write_bytes(b"")
    assert gist(path) is None


def test_an_unfinished_session_is_told_up_to_its_last_line(begin: Begin) -> None:
    journal = begin(binding=BOUND)
    journal.append(level(22_000))
    journal.append(level(30_000))
    journal.sync()
    torn = journal.path.read_bytes()[:-10]
    journal.abandon()
    journal.path.write_bytes(torn)
    got = gist(journal.path)
    assert got is not None
    assert (got.levels, got.why) == ((Level(1, 1, 22_000),), "")


def test_each_value_is_told_with_the_entry_it_stands_in(session: Callable[..., Path]) -> None:
    got = gist(
        session(
            found(Finding.NRS, 3),
            level(18_000),
            level(22_000),
            measured(What.CTF, channel=1, value_mhz=18_000, level_ua=9_000),
            DOSE,
            found(Finding.SKIN, 2, "1"),
            found(Finding.SKIN, 1, "2"),
            found(Finding.NRS, 1),
            found(Finding.ADVERSE, 0),
        )
    )
    assert got is not None
    seqs = {"nrs_before": 2, "level_1_1": 4, "ctf_1": 5, "skin": 7, "nrs_after": 9}
    assert (got.seqs, got.skin, got.nrs_after, got.adverse) == (seqs, 2, 1, False)
    nothing = gist(session())
    assert nothing is not None
    assert set(nothing.seqs.values()) == {0}


def test_whether_current_flowed_is_told_by_the_dose_and_unknown_without_one(session: Callable[..., Path]) -> None:
    none = told(e.End(), note("dose", channel_1_low_nc=0, channel_1_high_nc=0))
    doubt = told(e.End(), note("dose", channel_1_low_nc=0, channel_1_high_nc=2))
    flowed = [gist(session(*entries)) for entries in ((none,), (doubt,), (DOSE,), ())]
    assert [one is not None and one.flowed for one in flowed] == [False, True, True, True]
