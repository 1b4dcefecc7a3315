"""A recorded moment in words: nothing as if it were now, nothing that steers a terminal, never a false end."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.mistakes import five_mistakes
from nmes.core import events as e
from nmes.core.commands import Note
from nmes.record.chain import Damage, Entry
from nmes.record.files import Kind
from nmes.record.happening import At, Happening, Stepped
from nmes.record.output import Output
from nmes.record.replay import CannotReplay, FirstDifference, Same
from nmes.record.store import Closed, Ending, Interrupted, Summary, Unfinished, Unreadable
from nmes.record.verdicts import Sealed, SessionVerdict
from nmes.record.verify import Damaged, Intact, Torn
from nmes.runtime.replaying import Moment, Replay, replay_of
from nmes.ui.replay_words import (
    ending_words,
    found,
    happened,
    place_words,
    row,
    then_lines,
    unknown_words,
    verdict_words,
)

ESC = "\x1b[31m"
AT = At(7, 65_000, "2026-11-21T09:15:00.000Z", "Dr A")


def summary(ending: Ending, **more: str) -> Summary:
    given = {"started_utc": "2026-11-21T09:15:00.000Z", "protocol": "calf", "patient": "P-1", "side": "left", **more}
    return Summary("000012-x", 12, Kind.PATIENT, Path("x"), ending=ending, **given)  # type: ignore[arg-type]  # texts


@pytest.mark.parametrize(
    ("ending", "short", "whole"),
    [
        (Closed("complete"), "complete", "Complete."),
        (Closed("ended_early"), "ended early", "Ended before its time."),
        (Closed("ended_early", first_given=True), "first as planned", "First session, ended as planned."),
        (Interrupted(), "INTERRUPTED", "INTERRUPTED:"),
        (Unfinished(), "NOT CLOSED", "NOT CLOSED:"),
        (Unreadable(f"was {ESC}"), "DAMAGED", "CANNOT BE READ:"),
    ],
)
def test_only_what_was_closed_as_complete_is_called_so(ending: Ending, short: str, whole: str) -> None:
    told = row(summary(ending), "✓", 76)
    assert told == f"✓     12  2026-11-21 09:15  P-1 LEFT       {short:<11}  calf"
    assert ending_words(ending).startswith(whole)
    assert "\x1b" not in ending_words(ending)


def test_a_row_fits_and_is_harmless() -> None:
    told = row(summary(Closed("complete"), patient=ESC, protocol="x" * 300), "", 76)
    assert len(told) == 76
    assert "\x1b" not in told
    assert row(summary(Closed(""), started_utc="", patient="", side="", protocol=""), " ", 76).count("-") == 4


def test_the_filter_finds_every_word_in_any_order() -> None:
    one = summary(Interrupted())
    assert all(found(one, text) for text in ("", "p-1", "LEFT calf", "interr 2026", "000012-x"))
    assert not found(one, "p-1 right")


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Intact(None, 3), "✓ Verified: 3 entries"),
        (Torn(None, 3, b"x"), "✖ TORN: whole up to entry 3"),
        (Torn(None, 0, b""), "✖ EMPTY: its file is empty: nothing is left of it."),
        (Intact(None, 0), "✖ EMPTY: its file is empty: nothing is left of it."),
        (
            Damaged(None, 3, Damage.ALTERED, f"Entry 3 {ESC}."),
            "✖ DAMAGED at entry 3: It was changed after it was written.",
        ),
    ],
)
def test_a_verdict_is_told_with_word_and_symbol(verdict: Intact | Torn | Damaged, said: str) -> None:
    assert verdict_words(SessionVerdict("x", Path("x"), verdict)).startswith(said)


def test_a_whole_record_whose_end_nothing_vouches_for_yet_is_not_called_verified() -> None:
    pending = Sealed("80445b7b115b0d4a", 2, known=True, pending=True)
    said = "? Whole, 3 entries, signed up to entry 2; what stands after it may have been changed."
    assert verdict_words(SessionVerdict("x", Path("x"), Intact(None, 3), pending)) == said
    torn = verdict_words(SessionVerdict("x", Path("x"), Torn(None, 3, b"x"), pending))
    assert torn.startswith("✖ TORN: whole up to entry 3")


def moment(event: e.Event | None, *notes: Note, kind: str = "event", **body: object) -> Moment:
    entry = Entry(7, AT.t_utc, 1, "b", "s", "x", "Dr A", kind, body, "", "")
    done = tuple(Happening(AT, note.code, note.values, "") for note in notes)
    step = Stepped(AT, event, done) if event else None
    return Moment(AT, step, entry, None, Output(0), important=True)


def test_what_happened_is_told_with_its_decisions() -> None:
    assert happened(moment(e.Increase(1, 0), Note("increase", (("channel", 1), ("to_ua", 500))))) == [
        "channel 1 up",
        "= Channel 1 up to 0.5 mA.",
    ]
    assert happened(moment(e.Tick(5))) == ["the next part of the plan began"]
    assert happened(moment(None, kind="opened")) == ["The session was opened."]
    assert happened(moment(None, kind="closed", why="complete")) == ["The record was closed. Complete."]
    assert happened(moment(None)) == ["This entry cannot be read by this version."]
    assert happened(moment(None, kind="failure", error=ESC)) == ["failure: error \ufffd[31m"]
    assert happened(moment(e.Mark("note", ESC))) == ["mark note: \ufffd[31m"]


def test_the_place_is_told_with_time_entry_and_who() -> None:
    replay = Replay(None, (moment(e.Accept(0)),), Same(1))  # type: ignore[arg-type]  # a story is not needed
    assert place_words(replay, 0) == "1 of 1   1:05 after opening   entry 7   Dr A   2026-11-21 09:15:00"


def test_why_a_state_is_not_known_is_told() -> None:
    assert "from entry 9 on this version would decide otherwise" in unknown_words(FirstDifference(9, (), ()))
    assert "(no \ufffd[31m)" in unknown_words(CannotReplay(9, f"no {ESC}"))
    assert "had not begun" in unknown_words(Same(0))


@pytest.mark.thorough
def test_the_state_of_then_fits_80_columns(tmp_path: Path) -> None:
    replay = replay_of(five_mistakes(tmp_path), Kind.SIMULATION)
    on = next(view for one in replay.moments if (view := one.view()) is not None and view.output == "on")
    lines = list(then_lines(on, 76))
    assert lines[0].startswith("Then: ● FINDING THE LEVEL. Output ON, confirmed.")
    assert lines[2].split()[:5] == ["1", "gastrocnemius", "0.5", "0.5", "0.5"]
    assert all(len(line) <= 76 for line in lines)
