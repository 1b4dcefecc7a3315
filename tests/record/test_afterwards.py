"""What was found after a session reaches the next therapist: out of a sound record only, never out of an older one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.mistakes import Sitting
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.measurement import NOBODY, Who
from nmes.record.afterwards import IRRITATED, STRONG_PAIN, Glimpse, LastTime, alarming, glimpse, last_time
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks, system_clocks
from nmes.record.erase import erase, held
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.ledger import Author
from nmes.record.replay import event_entry
from nmes.record.texts import ERASED

WHO = Who("P-017", "left")
GONE = c.Note("dose", (("channel_1_low_nc", 0), ("channel_1_high_nc", 900)))
NOTHING = c.Note("dose", (("channel_1_low_nc", 0), ("channel_1_high_nc", 0)))
SKIN, PAIN = e.Observed(e.Finding.SKIN, 3, "", "1"), e.Observed(e.Finding.NRS, 10)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes one session and gives its file; each is a day after the one before."""
    count = 0

    def session(*found: e.Observed, dose: c.Note | None = GONE, who: Who = WHO) -> Path:
        nonlocal count
        count += 1
        clocks = Clocks(lambda: 1_800_000_000_000 + count * 86_400_000, lambda: count * 1_000_000, "test")
        bound: dict[str, object] = {"patient": who.code, "side": who.side}
        journal = Journal.open(chain_folder(tmp_path, Kind.PATIENT), "station", bound, clocks)
        journal.append(event_entry(e.Observed(e.Finding.NRS, 9), (), "Ada"))  # before the treatment
        if dose is not None:
            journal.append(event_entry(e.End(), (dose,), "Ada"))
        for one in found:
            journal.append(event_entry(one, (c.Note("observed", ()),), "Ada"))
        journal.append(event_entry(e.Observed(e.Finding.NRS, 3), (c.Note("refused:finding_range", ()),), "Ada"))
        journal.append(NewEntry("event", {"event": "Observed", "commands": "dose"}, "Ada"))
        journal.close({"why": "complete"})
        return journal.path

    return session


def last(home: Path, who: Who = WHO) -> LastTime | None:
    return last_time(home, Kind.PATIENT, who)


def test_the_last_of_each_thing_that_was_found_after_it_is_told(tmp_path: Path, write: Write) -> None:
    path = write(e.Observed(e.Finding.NRS, 2), SKIN, PAIN)
    assert glimpse(path) == Glimpse(True, (PAIN, SKIN))
    found = last(tmp_path)
    assert found is not None
    assert (found.session, found.alarming) == (path.stem, (PAIN, SKIN))


def test_a_newer_session_that_tells_nothing_hides_no_older_one_and_another_side_is_another(
    tmp_path: Path, write: Write
) -> None:
    path = write(SKIN)
    assert glimpse(write(dose=NOTHING)) == Glimpse(False)
    assert glimpse(write(dose=None)) == Glimpse(False), "ended before any output"
    write(PAIN, who=Who("P-017", "right"))
    found = last(tmp_path)
    assert found is not None
    assert found.session == path.stem
    assert last(tmp_path, NOBODY) is None
    assert last(tmp_path, Who("P-018", "left")) is None


def test_what_was_corrected_since_is_told_of_the_newest_session_with_a_correction_too(
    tmp_path: Path, write: Write
) -> None:
    old, newer = write(SKIN), write()
    right = {old.stem: {4: "skin was red"}}
    found = last_time(tmp_path, Kind.PATIENT, WHO, right)
    assert found is not None
    assert (found.session, found.found, found.corrected) == (old.stem, (SKIN,), {4: "skin was red"})
    found = last_time(tmp_path, Kind.PATIENT, WHO, {**right, newer.stem: {2: "pain was 8"}})
    assert found is not None
    assert (found.session, found.found, found.corrected) == (newer.stem, (), {2: "pain was 8"})
    assert last_time(tmp_path, Kind.PATIENT, Who("P-018", "left"), right) is None


def test_a_damaged_newest_session_is_told_instead_of_an_older_one(tmp_path: Path, write: Write) -> None:
    write(SKIN)
    path = write(PAIN)
    path.write_bytes(path.read_bytes().replace(b'"Ada"', b'"Eve"'))
    found = last(tmp_path)
    assert found is not None
    assert (found.damaged, found.found) == (True, ())


def test_a_torn_file_is_nobodys_and_hides_nothing(tmp_path: Path, write: Write) -> None:
    write(SKIN)
    path = write(PAIN)
    path.write_bytes(b"torn\n")
    found = last(tmp_path)
    assert found is not None
    assert found.found == (SKIN,)
    half = write(PAIN)
    half.write_bytes(half.read_bytes().replace(b'"Observed"', b'"Observed"!'))
    assert glimpse(half) == Glimpse(False), "up to the first line that is none of ours"


@bundled(
    ("one", "bad"),
    [
        (e.Observed(e.Finding.SKIN, IRRITATED, "", "1"), True),
        (e.Observed(e.Finding.SKIN, IRRITATED - 1, "", "1"), False),
        (e.Observed(e.Finding.SKIN, None, "pads stay on", "1"), False),
        (e.Observed(e.Finding.NRS, STRONG_PAIN), True),
        (e.Observed(e.Finding.NRS, STRONG_PAIN - 1), False),
        (e.Observed(e.Finding.ADVERSE, 1, "fainted"), True),
        (e.Observed(e.Finding.ADVERSE, 0), False),
        (e.Observed(e.Finding.NOTE, None, "x"), False),
    ],
)
def test_what_the_next_therapist_must_know(one: e.Observed, bad: bool) -> None:
    assert alarming((one,)) == ((one,) if bad else ())


def given(folder: Path) -> Sitting:
    """A treatment that was given to its end."""
    sitting = Sitting(folder)
    sitting.screened()
    sitting.placed()
    sitting.level(1_000)
    sitting.started()
    sitting.over()
    return sitting


def test_out_of_a_real_session(tmp_path: Path) -> None:
    sitting = given(tmp_path)
    sitting.do(e.Observed(e.Finding.SKIN, 2, "", "1"), e.Observed(e.Finding.NRS, 8), e.Observed(e.Finding.ADVERSE, 0))
    sitting.do(e.Signed("Dr Adams", "later"))
    found = last_time(tmp_path, Kind.SIMULATION, WHO)
    assert found is not None
    assert not found.damaged
    assert [(one.finding, one.value) for one in found.alarming] == [(e.Finding.SKIN, 2), (e.Finding.NRS, 8)]
    assert glimpse(sitting.record).gave


def test_what_was_written_about_an_adverse_event_is_told_and_an_erased_one_is_still_one(tmp_path: Path) -> None:
    sitting = given(tmp_path)
    refused_skin = e.Observed(e.Finding.SKIN, None, "would not show it", "1")
    happened = e.Observed(e.Finding.ADVERSE, 1, "fainted on standing up")
    sitting.do(e.Observed(e.Finding.SKIN, 2, "", "1"), refused_skin, e.Observed(e.Finding.NRS, 2), happened)
    sitting.do(e.Signed("Dr Adams", "later"))
    found = last_time(tmp_path, Kind.SIMULATION, WHO)
    assert found is not None
    assert found.alarming == (happened,)
    assert refused_skin in found.found, "the last of each thing, a reason too"
    author = Author("Ada", "here", system_clocks(), station_key(tmp_path))
    erase(tmp_path, Kind.SIMULATION, [held(tmp_path, sitting.record)], "the patient asked", author)
    found = last_time(tmp_path, Kind.SIMULATION, WHO)
    assert found is not None
    assert not found.damaged
    assert found.alarming == (replace(happened, text=ERASED),)
