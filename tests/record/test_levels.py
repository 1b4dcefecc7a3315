"""The levels of a last session: of that code, side, protocol and version only, and never out of a damaged one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.attended import Ghost
from nmes.core.delivery import Slot
from nmes.core.measurement import NOBODY, Who
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.levels import last_levels, treated_before
from nmes.record.replay import event_entry

WHO = Who("P-017", "left")
Write = Callable[..., Path]


def level(level_ua: object, channel: object = 1, waveform: object = 0) -> c.Note:
    values = (("channel", channel), ("waveform", waveform), ("level_ua", level_ua))
    return c.Note("level", values)  # type: ignore[arg-type] - what no program has written is read too


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes one session and gives its file; each is a day after the one before."""
    count = 0

    def session(
        *notes: c.Note, who: Who = WHO, protocol: str = "calf", version: str = "2", kind: Kind = Kind.PATIENT
    ) -> Path:
        nonlocal count
        count += 1
        clocks = Clocks(lambda: 1_800_000_000_000 + count * 86_400_000, lambda: count * 1_000_000, "test")
        bound: dict[str, object] = {
            "patient": who.code,
            "side": who.side,
            "protocol": protocol,
            "protocol_version": version,
        }
        journal = Journal.open(chain_folder(tmp_path, kind), "station", bound, clocks)
        journal.append(event_entry(e.Accept(1), (c.Halt(), *notes), "Ada"))
        journal.append(NewEntry("event", {"event": "level", "commands": "level"}, "Ada"))
        journal.close({"why": "complete"})
        return journal.path

    return session


def found(home: Path, who: Who = WHO) -> tuple[Ghost, ...]:
    return last_levels(home, Kind.PATIENT, who, "calf", "2")


def test_where_nothing_was_ever_recorded_there_is_none(tmp_path: Path) -> None:
    assert found(tmp_path) == ()


def test_the_last_level_of_each_slot_of_the_newest_session_is_found_with_its_date(tmp_path: Path, write: Write) -> None:
    write(level(30_000), level(31_000, 2))
    newest = write(level(9_000), level(12_000, 2, 1), level(10_000))
    at = "2027-01-17T08:00:00.000Z"
    assert found(tmp_path) == (
        Ghost(Slot(1, 0), 10_000, newest.stem, at),
        Ghost(Slot(2, 1), 12_000, newest.stem, at),
    )


def test_a_session_in_which_no_level_was_found_hides_none(tmp_path: Path, write: Write) -> None:
    write(level(9_000))
    write()
    assert [ghost.level_ua for ghost in found(tmp_path)] == [9_000]


@pytest.mark.parametrize(
    "other",
    [
        {"who": Who("P-018", "left")},
        {"who": Who("p-017", "left")},
        {"who": Who("P-017", "right")},
        {"who": NOBODY},
        {"protocol": "thigh"},
        {"version": "3"},
        {"kind": Kind.SIMULATION},
    ],
)
def test_of_another_patient_side_protocol_version_or_chain_none_is_taken(
    tmp_path: Path, write: Write, other: dict[str, object]
) -> None:
    write(level(9_000), **other)
    assert found(tmp_path) == ()


def test_without_a_code_nobody_has_a_last_session(tmp_path: Path, write: Write) -> None:
    write(level(9_000), who=Who("", "left"))
    assert found(tmp_path, Who("", "left")) == ()


def test_a_newer_session_that_is_damaged_may_have_held_others(tmp_path: Path, write: Write) -> None:
    write(level(9_000))
    newer = write(level(12_000))
    newer.write_bytes(newer.read_bytes().replace(b"12000", b"22000"))
    assert found(tmp_path) == ()


def test_a_newer_session_whose_first_line_is_damaged_may_be_anybodys(tmp_path: Path, write: Write) -> None:
    write(level(9_000))
    newer = write(level(12_000), who=Who("P-018", "left"))
    newer.write_bytes(b"x" + newer.read_bytes())
    assert found(tmp_path) == ()


def test_a_session_that_was_opened_and_never_written_hides_none(tmp_path: Path, write: Write) -> None:
    write(level(9_000))
    newer = write()
    newer.write_bytes(b"")
    assert [ghost.level_ua for ghost in found(tmp_path)] == [9_000]


def test_a_last_line_that_was_cut_off_tells_nothing(tmp_path: Path, write: Write) -> None:
    path = write(level(9_000))
    first, second, *_ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:-1])
    assert found(tmp_path) == ()


@pytest.mark.parametrize("wrong", [level("9000"), level(9_000, None), level(9_000, 1, "0"), level(True)])
def test_a_level_that_is_no_number_is_none(tmp_path: Path, write: Write, wrong: c.Note) -> None:
    write(wrong, level(8_000, 2))
    assert [ghost.level_ua for ghost in found(tmp_path)] == [8_000]


def test_records_that_cannot_be_read_at_all_are_an_error(tmp_path: Path, write: Write) -> None:
    path = write(level(9_000))
    path.unlink()
    path.mkdir()
    with pytest.raises(RecordError, match="the records cannot be read"):
        found(tmp_path)


BEGUN = c.Note("intent", (("goal", "run"), ("from_ms", 0)))


@pytest.mark.parametrize(
    ("notes", "of", "known"),
    [
        ((BEGUN,), {}, True),
        ((BEGUN,), {"version": "1"}, True),
        ((BEGUN,), {"who": Who("P-017", "both")}, True),
        ((BEGUN,), {"who": Who("P-017", "right")}, False),
        ((BEGUN,), {"who": Who("P-018", "left")}, False),
        ((BEGUN,), {"protocol": "thigh"}, False),
        ((BEGUN,), {"kind": Kind.SIMULATION}, False),
        ((level(9_000), c.Note("intent", (("goal", "titrate"), ("channel", 1)))), {}, False),
    ],
)
def test_a_session_whose_treatment_began_makes_the_next_one_no_first(
    tmp_path: Path, write: Write, notes: tuple[c.Note, ...], of: dict[str, object], known: bool
) -> None:
    write(*notes, **of)
    write(level(9_000))
    assert treated_before(tmp_path, Kind.PATIENT, WHO, "calf") is known
    assert not treated_before(tmp_path, Kind.PATIENT, NOBODY, "calf")


def test_a_record_that_is_not_sound_makes_it_the_careful_one(tmp_path: Path, write: Write) -> None:
    session = write(BEGUN)
    session.write_bytes(session.read_bytes().replace(b'"Ada"', b'"Eve"'))
    assert not treated_before(tmp_path, Kind.PATIENT, WHO, "calf")
    session.write_bytes(b"nothing")
    assert not treated_before(tmp_path, Kind.PATIENT, WHO, "calf")
