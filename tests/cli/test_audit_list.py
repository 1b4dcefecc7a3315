"""`nmes audit list`: which sessions there are, chosen by whom, what, when and how they ended."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from cli.conftest import Nmes

from helpers.chain import Station
from nmes.cli.audit_list import Filters, show
from nmes.record.files import Kind
from nmes.record.index import path as index_path
from nmes.ui.ending_words import Ended


@pytest.fixture
def kept(home: Path) -> list[Path]:
    """Seven sessions, one in each way that can be made here, and a simulated one."""
    home.mkdir()
    station = Station(home)
    return [
        station.session("2026-11-19T09:00:00Z", "complete"),
        station.session("2026-11-20T09:00:00Z", "ended_early", patient="P-071", side="right"),
        station.session("2026-11-20T10:00:00Z", "stop:key", protocol="quads"),
        station.session("2026-11-21T09:00:00Z", "", patient="", side=""),
        station.session("2026-11-21T10:00:00Z", "assessed", protocol="assess_ctf_calf"),
        station.session("2026-11-22T09:00:00Z", "guard:rate", about="care"),
        station.session("2026-11-22T23:30:00Z", "guard:rate"),
        station.session("2026-11-21T10:00:00Z", "complete", Kind.SIMULATION, patient="P-9"),
    ]


def numbers(told: str) -> list[int]:
    return [int(line.split()[0]) for line in told.splitlines() if line.startswith("  ")]


def test_no_records_are_no_error(nmes: Nmes) -> None:
    told = nmes("audit", "list")
    assert (told.code, told.err) == (0, "")
    assert "Patients: 0 sessions" in told.out
    assert "Simulation: 0 sessions" in told.out


def test_each_session_is_one_line_with_whose_what_when_and_how_it_ended(
    nmes: Nmes, kept: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert show((Kind.PATIENT,), Filters(), as_json=False, zone=UTC) == 0
    heading, *lines, read = capsys.readouterr().out.splitlines()
    assert heading == f"Patients: 6 sessions, {kept[0].parent}"
    assert lines == [
        "  1  2026-11-19 09:00  P-017 left   complete       calf",
        "  2  2026-11-20 09:00  P-071 right  ended early    calf",
        "  3  2026-11-20 10:00  P-017 left   stopped        quads",
        "  4  2026-11-21 09:00  - -          ! INTERRUPTED  calf",
        "  5  2026-11-21 10:00  P-017 left   measured       assess_ctf_calf",
        "  7  2026-11-22 23:30  P-017 left   ✖ fault        calf",
    ], "entries of the course of care are no sessions"
    assert read == "Only first and last entries were read; nmes audit verify reads all."


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--patient", "P-071"), [2]),
        (("--patient", "p-071"), []),
        (("--protocol", "quads"), [3]),
        (("--since", "2026-11-20", "--until", "2026-11-20"), [2, 3]),
        (("--until", "2026-11-19"), [1]),
        (("--ended", "stopped", "--ended", "fault"), [3, 7]),
        (("--ended", "interrupted"), [4]),
        (("--patient", "P-017", "--ended", "complete", "--since", "2026-11-20"), []),
    ],
)
def test_sessions_are_chosen_and_all_filters_have_to_fit(
    nmes: Nmes, kept: list[Path], options: tuple[str, ...], found: list[int]
) -> None:
    told = nmes("audit", "list", "--patients", *options)
    assert told.code == 0
    assert numbers(told.out) == found
    assert f"Patients: {len(found)} of 6 sessions" in told.out


def test_a_day_is_one_of_this_place(kept: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    vienna = timezone(timedelta(hours=1))
    show((Kind.PATIENT,), Filters(since="2026-11-23"), as_json=False, zone=vienna)
    assert "  7  2026-11-23 00:30  P-017" in capsys.readouterr().out
    show((Kind.PATIENT,), Filters(since="2026-11-23"), as_json=False, zone=UTC)
    assert numbers(capsys.readouterr().out) == []


def test_a_chain_can_be_chosen(nmes: Nmes, kept: list[Path]) -> None:
    assert "Simulation" not in nmes("audit", "list", "--patients").out
    assert numbers(nmes("audit", "list", "--simulation").out) == [1]
    assert len(numbers(nmes("audit", "list", "--patients", "--simulation").out)) == 7


def test_where_nothing_is_found_the_nearest_on_record_is_named(nmes: Nmes, kept: list[Path]) -> None:
    assert 'No session of "P-107". Like it on record: P-071, P-017.' in nmes("audit", "list", "--patient", "P-107").out
    assert 'No session of "qads". Like it on record: quads.' in nmes("audit", "list", "--protocol", "qads").out
    assert 'No session of "xyz".' in nmes("audit", "list", "--protocol", "xyz").out
    assert "No session" not in nmes("audit", "list", "--patient", "P-071", "--protocol", "quads").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "2026-02-30"), '--since "2026-02-30" is no day; write it as 2026-11-21'),
        (("--until", "yesterday"), '--until "yesterday" is no day'),
        (("--since", "2026-11-21", "--until", "2026-11-20"), "--since 2026-11-21 is after --until 2026-11-20"),
        (("--ended", "well"), '--ended "well": give complete, measured, not-measured, early, first, stopped, fault,'),
    ],
)
def test_what_is_no_filter_is_one_error(nmes: Nmes, kept: list[Path], options: tuple[str, ...], said: str) -> None:
    told = nmes("audit", "list", *options)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert len(told.err.splitlines()) == 1


def test_a_first_session_that_ended_as_planned_is_called_so(
    nmes: Nmes, kept: list[Path], capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    Station(home).session("2026-11-23T09:00:00Z", "ended_early", ending={"first_given": True})
    show((Kind.PATIENT,), Filters(ended=("early", "first")), as_json=False, zone=UTC)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  2  2026-11-20 09:00  P-071 right  ended early       calf",
        "  8  2026-11-23 09:00  P-017 left   first as planned  calf",
        "Only first and last entries were read; nmes audit verify reads all.",
    ]
    [one] = json.loads(nmes("audit", "list", "--json", "--ended", "first").out)
    assert (one["ended"], one["why"]) == ("first", "ended_early")
    assert "closed: First session, ended as planned." in nmes("audit", "show", "8").out


def test_json_is_json_and_nothing_else(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "list", "--json", "--ended", "stopped", "--ended", "interrupted")
    stopped, interrupted = json.loads(told.out)
    assert stopped == {
        "kind": "records",
        "number": 3,
        "session": kept[2].stem,
        "started_utc": stopped["started_utc"],
        "patient": "P-017",
        "side": "left",
        "protocol": "quads",
        "protocol_version": "3",
        "ended": "stopped",
        "why": "stop:key",
        "file": str(kept[2]),
    }
    assert (interrupted["ended"], interrupted["why"]) == ("interrupted", "")
    assert json.loads(nmes("audit", "list", "--json", "--patient", "none").out) == []


def test_a_damaged_session_is_listed_and_hides_no_other(nmes: Nmes, kept: list[Path]) -> None:
    nmes("audit", "list")
    kept[1].write_bytes(b"garbage\n")
    told = nmes("audit", "list", "--patients")
    assert numbers(told.out) == [1, 2, 3, 4, 5, 7]
    assert "✖ damaged" in told.out
    [one] = json.loads(nmes("audit", "list", "--json", "--ended", "damaged").out)
    assert one["session"] == kept[1].stem
    assert numbers(nmes("audit", "list", "--patients", "--since", "2026-11-20", "--until", "2026-11-20").out) == [3]
    assert numbers(nmes("audit", "list", "--patients", "--until", "2026-11-20").out) == [1, 3], "it tells no day"


def test_a_folder_that_cannot_be_read_is_one_error(nmes: Nmes, home: Path) -> None:
    home.mkdir()
    (home / "records").write_bytes(b"")
    told = nmes("audit", "list")
    assert told.code == 1
    assert f"the records in {home / 'records'} cannot be read: Not a directory" in told.err


def test_in_a_terminal_a_line_is_never_wider_than_it(
    nmes: Nmes, kept: list[Path], capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    Station(home).session(protocol="a_protocol_with_a_name_that_is_longer_than_any")
    assert "longer_than_any" in nmes("audit", "list").out, "whole, for a pipe"
    show((Kind.PATIENT,), Filters(), as_json=False, room=59)
    told = capsys.readouterr().out.splitlines()[1:]
    assert max(map(len, told)) == 59
    assert told[-2].endswith("  a_proto…")


def test_the_index_can_be_made_anew(nmes: Nmes, kept: list[Path], home: Path) -> None:
    index_path(home).write_bytes(b"no index")
    told = nmes("audit", "index", "rebuild")
    assert told.code == 0
    assert told.out.splitlines() == ["Patients: 6 sessions", "Simulation: 1 session", f"Index: {index_path(home)}"]
    index_path(home).unlink(missing_ok=True)
    index_path(home).mkdir()
    told = nmes("audit", "index", "rebuild")
    assert told.code == 1
    assert "index.sqlite: Is a directory" in told.err


def test_every_way_to_end_is_named_in_the_help(nmes: Nmes) -> None:
    told = " ".join(nmes("audit", "list", "--help").out.split())
    assert all(way.value in told for way in Ended)
