"""A patient's newest measured value: of that code, side and muscle only, and never out of a damaged record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nmes.core import commands as c
from nmes.core import events as e
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.measurements import Found, Of, Untrusted, latest, nearby, thresholds
from nmes.record.replay import event_entry

LEFT_CALF = Of("P-017", "left", "gastrocnemius", "ctf")
Write = Callable[..., str]
VALUES: tuple[object, ...] = (None, "measured", 7, [["what", "ctf"], "channel", ["channel"], [1, 2, 3]])
"""Values of a note that no program has written."""


def note(what: str, channel: int, **value: int) -> c.Note:
    return c.Note("measured", (("what", what), ("channel", channel), *value.items()))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes one session and gives its id; each is a day after the one before."""
    count = 0

    def session(
        *notes: c.Note,
        patient: str | None = "P-017",
        side: str = "left",
        muscles: Sequence[str] | None = ("gastrocnemius",),
        assessment: str | None = None,
        kind: Kind = Kind.PATIENT,
    ) -> str:
        nonlocal count
        count += 1
        clocks = Clocks(lambda: 1_800_000_000_000 + count * 86_400_000, lambda: count * 1_000_000, "test")
        bound: dict[str, object] = {"patient": patient, "side": side, "assessment": assessment}
        bound |= {} if muscles is None else {"muscles": list(muscles)}
        journal = Journal.open(chain_folder(tmp_path, kind), "station", bound, clocks)
        journal.append(event_entry(e.Tick(1), (), "program"))
        journal.append(event_entry(e.Cramp(), (c.Halt(), *notes), "Ada"))
        journal.close({"why": "assessed"})
        return journal.path.stem

    return session


def path_of(home: Path, session: str) -> Path:
    [path] = home.rglob(f"{session}.jsonl")
    return path


def find(home: Path, of: Of = LEFT_CALF, kind: Kind = Kind.PATIENT) -> Found | Untrusted | None:
    return latest(home, kind, of)


def test_every_threshold_of_a_side_is_told_by_its_muscle_the_newest_of_each(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=20_000))
    newest = write(note("ctf", 1, value_mhz=18_000), muscles=("Gastrocnemius",))
    write(note("ctf", 1, value_mhz=9_000), side="right")
    write(note("ctf", 1, value_mhz=14_000), muscles=("flexor hallucis brevis",))
    write(note("max_tolerated", 1, value_ua=9_000), muscles=("soleus",))
    write(note("ctf", 1, value_mhz=1_000), muscles=None)
    found = dict(thresholds(tmp_path, Kind.PATIENT, "P-017", "left"))
    assert {muscle: one.value for muscle, one in found.items() if isinstance(one, Found)} == {
        "Gastrocnemius": 18_000,
        "flexor hallucis brevis": 14_000,
    }
    right = {newest: {3: "it was 22 Hz", 2: "another entry"}}
    corrected = dict(thresholds(tmp_path, Kind.PATIENT, "P-017", "left", right))
    told = {muscle: (one.seq, one.right) for muscle, one in corrected.items() if isinstance(one, Found)}
    assert told == {"Gastrocnemius": (3, "it was 22 Hz"), "flexor hallucis brevis": (3, "")}
    path = path_of(tmp_path, newest)
    path.write_bytes(path.read_bytes().replace(b"18000", b"19000"))
    found = dict(thresholds(tmp_path, Kind.PATIENT, "P-017", "left"))
    assert isinstance(found["Gastrocnemius"], Untrusted)


def test_thresholds_of_records_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        thresholds(tmp_path / ("x" * 300), Kind.PATIENT, "P-017", "left")


def test_where_nothing_was_ever_recorded_nothing_is_found(tmp_path: Path) -> None:
    assert find(tmp_path) is None


def test_the_newest_value_is_found_with_its_session_and_date(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=14_000, level_ua=30_000))
    newest = write(note("ctf", 1, value_mhz=18_000, level_ua=32_000))
    write(note("max_tolerated", 1, value_ua=40_000))
    assert find(tmp_path) == Found(18_000, newest, "2027-01-17T08:00:00.000Z")
    assert find(tmp_path, replace(LEFT_CALF, what="max_tolerated")) is not None


def test_the_last_value_of_a_session_counts(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=14_000), note("ctf", 1, value_mhz=16_000))
    assert isinstance(found := find(tmp_path), Found)
    assert found.value == 16_000


def test_a_typed_value_is_found_as_typed_and_a_trains_as_measured(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=22_000, typed=1))
    assert isinstance(found := find(tmp_path), Found)
    assert (found.value, found.typed) == (22_000, True)
    write(note("ctf", 1, value_mhz=16_000, level_ua=30_000))
    assert isinstance(found := find(tmp_path), Found)
    assert (found.value, found.typed) == (16_000, False)


def test_what_comes_without_the_level_of_a_train_does_not_pass_for_measured(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=22_000))
    assert isinstance(found := find(tmp_path), Found)
    assert found.typed


@pytest.mark.parametrize(
    "other",
    [
        replace(LEFT_CALF, patient="P-018"),
        replace(LEFT_CALF, patient="p-017"),
        replace(LEFT_CALF, patient=""),
        replace(LEFT_CALF, side="right"),
        replace(LEFT_CALF, side="both"),
        replace(LEFT_CALF, muscle="hamstrings"),
        replace(LEFT_CALF, what="motor_threshold"),
    ],
)
def test_nobody_elses_value_is_taken(tmp_path: Path, write: Write, other: Of) -> None:
    write(note("ctf", 1, value_mhz=18_000))
    assert find(tmp_path, other) is None


def test_the_muscle_is_matched_whatever_its_capitals_and_by_its_channel(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 2, value_mhz=18_000), muscles=["hamstrings", "Gastrocnemius"])
    assert isinstance(find(tmp_path), Found)
    assert find(tmp_path, replace(LEFT_CALF, muscle="hamstrings")) is None


def test_patients_and_the_simulator_never_mix(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=18_000), kind=Kind.SIMULATION)
    assert find(tmp_path) is None
    assert isinstance(find(tmp_path, kind=Kind.SIMULATION), Found)


@pytest.mark.parametrize("muscles", [None, []])
def test_a_record_from_before_there_were_codes_belongs_to_nobody(
    tmp_path: Path, write: Write, muscles: list[str] | None
) -> None:
    write(note("ctf", 1, value_mhz=18_000), patient=None, muscles=muscles)
    write(note("ctf", 1, value_mhz=18_000), muscles=muscles)
    assert find(tmp_path) is None


def test_a_test_that_reached_its_cap_ends_what_was_measured_before(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=18_000))
    newest = write(c.Note("not_reached", (("cap_mhz", 40_000),)), assessment="ctf")
    assert find(tmp_path) == Found(None, newest, "2027-01-17T08:00:00.000Z")
    assert find(tmp_path, replace(LEFT_CALF, what="max_tolerated")) is None


def test_a_session_that_measured_nothing_is_passed_over(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=18_000))
    write(c.Note("mark", (("kind", "cramp"), ("text", '"measured"'))))
    assert isinstance(find(tmp_path), Found)


def damaged(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


def test_out_of_an_altered_line_nothing_is_taken_and_nothing_older_either(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=14_000))
    newest = write(note("ctf", 1, value_mhz=18_000))
    damaged(path_of(tmp_path, newest), b"18000", b"28000")
    assert find(tmp_path) == Untrusted(newest, "2027-01-17T08:00:00.000Z")


def test_nor_out_of_a_session_with_a_line_missing(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=14_000))
    newest = write(note("ctf", 1, value_mhz=18_000))
    path = path_of(tmp_path, newest)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((lines[0], *lines[2:])))  # the tick
    assert isinstance(find(tmp_path), Untrusted)


def test_nor_past_a_test_whose_result_was_cut_out(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=14_000))
    newest = write(note("ctf", 1, value_mhz=18_000), assessment="ctf")
    path = path_of(tmp_path, newest)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b'"measured"' not in line))
    assert isinstance(find(tmp_path), Untrusted)


@pytest.mark.parametrize("assessment", [None, "max_tolerated"])
def test_nor_past_any_session_of_theirs_that_does_not_verify(
    tmp_path: Path, write: Write, assessment: str | None
) -> None:
    """A value may be typed in any session: the line that was cut out may have held a newer one."""
    write(note("ctf", 1, value_mhz=14_000))
    newest = write(note("ctf", 1, value_mhz=18_000), assessment=assessment)
    path = path_of(tmp_path, newest)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b'"measured"' not in line))
    assert find(tmp_path) == Untrusted(newest, "2027-01-17T08:00:00.000Z")


def test_a_damaged_session_of_somebody_else_or_an_older_one_changes_nothing(tmp_path: Path, write: Write) -> None:
    oldest = write(note("ctf", 1, value_mhz=12_000))
    write(note("ctf", 1, value_mhz=14_000))
    others = write(note("ctf", 1, value_mhz=18_000), patient="P-018")
    damaged(path_of(tmp_path, oldest), b'"seq":1,', b'"seq":9,')
    damaged(path_of(tmp_path, others), b"18000", b"28000")
    assert isinstance(found := find(tmp_path), Found)
    assert found.value == 14_000


def test_a_newer_session_whose_first_line_is_damaged_may_be_anybodys(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=14_000))
    newest = write(note("ctf", 1, value_mhz=18_000), patient="P-018")
    damaged(path_of(tmp_path, newest), b'"seq":1,', b'"seq":9,')
    assert find(tmp_path) == Untrusted(newest, "")


@pytest.mark.parametrize("left", [0, 40])
def test_one_that_was_never_written_to_is_nobodys(tmp_path: Path, write: Write, left: int) -> None:
    """What a power cut leaves of a session that had not begun: an empty file, or the beginning of its first line."""
    write(note("ctf", 1, value_mhz=14_000))
    path = path_of(tmp_path, write())
    path.write_bytes(path.read_bytes()[:left])
    assert isinstance(find(tmp_path), Found)


@pytest.mark.parametrize("value", [{}, {"value_mhz": "18"}, {"value_mhz": True}, {"level_ua": 30_000}])
def test_a_value_that_is_no_number_is_not_taken_for_a_test_without_a_cramp(
    tmp_path: Path, write: Write, value: dict[str, Any]
) -> None:
    write(note("ctf", 1, value_mhz=14_000))
    newest = write(note("ctf", 1, **value))
    assert find(tmp_path) == Untrusted(newest, "2027-01-17T08:00:00.000Z")


def test_a_test_that_was_not_given_to_its_cap_leaves_the_older_value_in_force(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=18_000))
    write(c.Note("test_incomplete", (("cap_mhz", 40_000),)), assessment="ctf")
    assert isinstance(found := find(tmp_path), Found)
    assert found.value == 18_000


def test_a_last_line_that_was_cut_off_while_it_was_written_tells_nothing(tmp_path: Path, write: Write) -> None:
    newest = write(note("ctf", 1, value_mhz=18_000))
    path = path_of(tmp_path, newest)
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"measured"' in line)
    path.write_bytes(b"".join(lines[:at]) + lines[at][:-20])
    assert find(tmp_path) is None


def test_a_line_with_commands_of_another_form_tells_nothing(tmp_path: Path) -> None:
    clocks = Clocks(lambda: 1_800_000_000_000, lambda: 1, "test")
    bound = {"patient": "P-017", "side": "left", "muscles": ["gastrocnemius"], "assessment": None}
    journal = Journal.open(chain_folder(tmp_path, Kind.PATIENT), "station", bound, clocks)
    strange = [
        {"type": "Halt", "code": "measured"},
        *({"type": "Note", "code": "measured", "values": v} for v in VALUES),
    ]
    bodies: list[object] = ["measured", ["measured", *strange]]
    for body in bodies:
        journal.append(NewEntry("event", {"commands": body}, "x"))
    journal.append(event_entry(e.Cramp(), (note("ctf", 7, value_mhz=1),), "x"))
    journal.close({"why": "assessed"})
    assert find(tmp_path) is None


def test_records_that_cannot_be_read_are_an_error_not_a_silence(tmp_path: Path) -> None:
    folder = chain_folder(tmp_path, Kind.PATIENT)
    (folder / "000001-20270115T080000Z-ab.jsonl").mkdir(parents=True)
    with pytest.raises(RecordError, match="cannot be read"):
        find(tmp_path)


def test_another_side_and_another_spelling_are_found_to_be_told_of_and_nobody_else(
    tmp_path: Path, write: Write
) -> None:
    write(note("ctf", 1, value_mhz=18_000), side="right")
    write(note("ctf", 1, value_mhz=18_000), patient="p-017")
    write(note("ctf", 1, value_mhz=18_000), patient="p-017")
    write(note("ctf", 1, value_mhz=18_000))
    write(note("ctf", 1, value_mhz=18_000), patient="P-0170")
    write(note("ctf", 1, value_mhz=18_000), side="both", muscles=["soleus"])
    write(note("max_tolerated", 1, value_ua=9000), patient="P-017", side="both")
    write(note("ctf", 1, value_mhz=18_000), patient=None)
    write(note("ctf", 1, value_mhz=18_000), side="both", kind=Kind.SIMULATION)
    assert nearby(tmp_path, Kind.PATIENT, LEFT_CALF) == (
        replace(LEFT_CALF, side="right"),
        replace(LEFT_CALF, patient="p-017"),
    )
    assert nearby(tmp_path, Kind.SIMULATION, LEFT_CALF) == (replace(LEFT_CALF, side="both"),)


def test_a_value_that_would_not_count_or_is_not_trusted_is_not_told_of(tmp_path: Path, write: Write) -> None:
    write(note("ctf", 1, value_mhz=18_000), side="right")
    write(c.Note("not_reached", (("cap_mhz", 40_000),)), side="right", assessment="ctf")
    altered = write(note("ctf", 1, value_mhz=18_000), side="both")
    damaged(path_of(tmp_path, altered), b"18000", b"28000")
    torn = write(note("ctf", 1, value_mhz=18_000), patient="p-017")
    damaged(path_of(tmp_path, torn), b'"seq":1,', b'"seq":9,')
    assert nearby(tmp_path, Kind.PATIENT, LEFT_CALF) == ()


def test_records_that_cannot_be_read_are_an_error_for_what_is_nearby_too(tmp_path: Path) -> None:
    (chain_folder(tmp_path, Kind.PATIENT) / "000001-20270115T080000Z-ab.jsonl").mkdir(parents=True)
    with pytest.raises(RecordError, match="cannot be read"):
        nearby(tmp_path, Kind.PATIENT, LEFT_CALF)
