"""Records are found by their names alone, for their owner only, in two chains that never mix."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from nmes.record.errors import NoSuchSession
from nmes.record.files import (
    FileEnd,
    Kind,
    chain_folder,
    find_session,
    home,
    number_of,
    place,
    read_end,
    session_files,
    session_name,
    session_names,
)

A = "000001-20261121T091500Z-aaaaaa"
B = "000002-20261121T101500Z-bbbbbb"


def put(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()


def test_home_is_what_nmes_home_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    assert home() == tmp_path


@pytest.mark.parametrize("unset", [True, False])
def test_without_nmes_home_it_is_the_platform_s_place(monkeypatch: pytest.MonkeyPatch, unset: bool) -> None:
    monkeypatch.delenv("NMES_HOME", raising=False) if unset else monkeypatch.setenv("NMES_HOME", "")
    assert home() == Path(platformdirs.user_data_dir("nmes"))


def test_patients_and_simulation_have_folders_of_their_own() -> None:
    assert chain_folder(Path("/h"), Kind.PATIENT) == Path("/h/records")
    assert chain_folder(Path("/h"), Kind.SIMULATION) == Path("/h/simulation")


def test_a_session_s_name_tells_its_number_and_when_it_began() -> None:
    assert session_name(12, 1_795_252_500_123, "3f9a1c") == "000012-20261121T091500Z-3f9a1c"
    assert number_of(Path("000012-20261121T091500Z-3f9a1c.jsonl")) == 12


def test_sessions_are_in_the_order_of_their_numbers_also_past_a_million(tmp_path: Path) -> None:
    names = [f"{session_name(n, 0, 'abcdef')}.jsonl" for n in (1_000_000, 2, 999_999, 1)]
    put(tmp_path, *names)
    assert [number_of(path) for path in session_files(tmp_path)] == [1, 2, 999_999, 1_000_000]
    seven_digits, twin = f"0{names[1]}", f"{session_name(2, 0, 'abcdee')}.jsonl"
    put(tmp_path, seven_digits, twin)
    order = [names[3], seven_digits, twin, names[1], names[2], names[0]]
    assert order == sorted(order, key=place)
    assert [path.name for path in session_files(tmp_path)] == session_names(tmp_path) == order


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "lock", f"{A}.torn", f"{A}.jsonl.bak", f"x{A}.jsonl", "notes.jsonl", f"{A}.jsonl")
    assert [path.stem for path in session_files(tmp_path)] == [A]


def test_a_chain_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    assert session_files(tmp_path / "none") == []


def test_a_session_is_found_by_the_beginning_of_its_name_in_either_chain(tmp_path: Path) -> None:
    put(tmp_path / "records", f"{A}.jsonl")
    put(tmp_path / "simulation", f"{B}.jsonl")
    assert find_session(tmp_path, "000001") == (Kind.PATIENT, tmp_path / "records" / f"{A}.jsonl")
    assert find_session(tmp_path, B) == (Kind.SIMULATION, tmp_path / "simulation" / f"{B}.jsonl")


def test_a_name_of_no_session_or_of_several_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "records", f"{A}.jsonl", f"{B}.jsonl")
    with pytest.raises(NoSuchSession, match="there is no session '7'"):
        find_session(tmp_path, "7")
    with pytest.raises(NoSuchSession, match=f"'00000' could be {A}, {B}"):
        find_session(tmp_path, "00000")


@pytest.mark.parametrize("length", [10, 65_535, 65_536, 70_000, 300_000])
def test_the_end_of_a_file_is_read_whatever_its_length(tmp_path: Path, length: int) -> None:
    path, line = tmp_path / "f", b"x" * (length - 1) + b"\n"
    for before in (b"", b"first\n"):
        for tail in (b"", b"torn", b"y" * 100_000):
            path.write_bytes(before + line + tail)
            assert read_end(path) == FileEnd(line, len(before) + length, tail, before)


@pytest.mark.parametrize("length", [10, 65_535, 65_536, 300_000])
def test_the_line_before_the_last_is_read_too_whatever_its_length(tmp_path: Path, length: int) -> None:
    path, line = tmp_path / "f", b"x" * (length - 1) + b"\n"
    path.write_bytes(b"first\n" + line + b"last\n" + b"torn")
    assert read_end(path) == FileEnd(b"last\n", 6 + length + 5, b"torn", line)


def test_the_end_of_a_file_without_a_line(tmp_path: Path) -> None:
    path = tmp_path / "f"
    for tail in (b"", b"torn", b"y" * 100_000):
        path.write_bytes(tail)
        assert read_end(path) == FileEnd(b"", 0, tail)
