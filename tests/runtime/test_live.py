"""What becomes of a record when its session is over, in one plain sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from nmes.record.chain import NewEntry
from nmes.record.clocks import system_clocks
from nmes.record.journal import Journal
from nmes.runtime.live import Summary, summary_of


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A closed record of five entries."""
    journal = Journal.open(tmp_path, "station", {"protocol": "test"}, system_clocks())
    for text in "abc":
        journal.append(NewEntry("event", {"text": text}, "Ada"))
    journal.close({"why": "complete"})
    return journal.path


def test_a_whole_record_is_said_to_be_intact(record: Path) -> None:
    sentence = "The record is intact: 5 entries, none altered."
    assert summary_of(record) == Summary(record.stem, record, 5, intact=True, verdict=sentence)


def test_a_cut_off_record_is_said_to_be_whole_up_to_there(record: Path) -> None:
    record.write_bytes(record.read_bytes()[:-20])
    found = summary_of(record)
    assert (found.entries, found.intact) == (4, False)
    assert found.verdict == "The record is whole up to entry 4; its last line was cut off while it was written."


def test_an_altered_record_names_its_first_bad_entry(record: Path) -> None:
    record.write_bytes(record.read_bytes().replace(b'"text":"b"', b'"text":"x"'))
    found = summary_of(record)
    assert (found.entries, found.intact) == (2, False)
    assert found.verdict.startswith("The record is damaged at entry 3: ")


def test_a_record_without_its_end_is_not_called_intact(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, "station", {"protocol": "test"}, system_clocks())
    journal.append(NewEntry("event", {"text": "a"}, "Ada"))
    journal.abandon()
    found = summary_of(journal.path)
    assert (found.entries, found.intact) == (2, False)
    assert found.verdict == "The record is whole up to entry 2, then writing ended: the session was never closed."


def test_a_record_that_is_gone_is_said_to_be_unreadable_and_is_no_error(record: Path) -> None:
    record.unlink()
    sentence = "The record cannot be read: No such file or directory."
    assert summary_of(record) == Summary(record.stem, record, 0, intact=False, verdict=sentence)


def test_an_empty_record_is_not_called_intact(record: Path) -> None:
    record.write_bytes(b"")
    sentence = "The record's file is empty: nothing is left of it."
    assert summary_of(record) == Summary(record.stem, record, 0, intact=False, verdict=sentence)


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("the record could not be synced: disk full\n", "the record could not be synced: disk full"),
        ("", "the disk failed"),
    ],
)
def test_a_record_whose_disk_failed_says_so_even_if_its_last_line_arrived(record: Path, note: str, reason: str) -> None:
    record.with_suffix(".broken").write_text(note)
    found = summary_of(record)
    assert (found.entries, found.intact) == (5, False)
    assert found.verdict == f"The record is whole up to entry 5, then writing ended: {reason}."
