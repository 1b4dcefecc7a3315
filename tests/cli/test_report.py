"""`nmes report`: one session as text, and as a page; what is wrong is one line, and a bad record is an exit code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli.conftest import Nmes, records

from helpers.mistakes import Sitting, five_mistakes


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the session of the five mistakes, and one without an end."""
    folder = tmp_path_factory.mktemp("home")
    five_mistakes(folder)
    Sitting(folder).interrupted()
    return folder


@pytest.fixture
def kept(home: Path, two: Path) -> list[Path]:
    """The same two records, to be damaged."""
    shutil.copytree(two, home)
    return records(home)


@pytest.mark.thorough
def test_a_session_is_told_as_text(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("report", "1")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"Audit report {kept[0].stem}\n")
    for said in (
        "Signed by Dr Adams",
        "Wrong patient",
        "Wrong side",
        "Felt at another place",
        "+ held down",
        "Nobody at",
    ):
        assert said in told.out
    assert "Not in this record" not in told.out


@pytest.mark.thorough
def test_a_session_without_an_end_is_told_as_one(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("report", kept[1].stem)
    assert told.code == 3, "its record holds as far as it goes, and nothing vouches for its end yet"
    assert "NOT CLOSED" in told.out
    assert "Complete" not in told.out


@pytest.mark.thorough
def test_the_page_is_written_and_never_over_another_file_unasked(nmes: Nmes, kept: list[Path], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert nmes("report", "1", "--html", str(page)).code == 0
    first = page.read_text()
    assert first.startswith("<!doctype html>")
    refused = nmes("report", "1", "--html", str(page))
    assert (refused.code, page.read_text()) == (2, first)
    assert "--force" in refused.err
    assert nmes("report", "1", "--html", str(page), "--force").code == 0
    assert nmes("report", "1", "--html", str(tmp_path)).code == 2
    assert nmes("report", "9").code == 2


@pytest.mark.thorough
def test_a_damaged_record_is_an_exit_code_and_the_first_thing_told(nmes: Nmes, kept: list[Path]) -> None:
    whole = kept[0].read_bytes()
    entry = whole[: whole.index(b'"wanted","P-017"')].count(b"\n") + 1
    kept[0].write_bytes(whole.replace(b'"wanted","P-017"', b'"wanted","P-071"'))
    told = nmes("report", "1")
    assert told.code == 1
    assert f"! RECORD DAMAGED at entry {entry}:" in told.out


@pytest.mark.thorough
def test_a_record_ends_it_with_the_code_of_the_other_commands(nmes: Nmes, kept: list[Path], home: Path) -> None:
    def codes(session: str) -> set[int]:
        return {nmes(*command, session).code for command in (("report",), ("audit", "show"), ("audit", "report"))}

    kept[1].write_bytes(kept[1].read_bytes()[:-7])
    assert codes("2") == {3}, "torn"
    for key in (home / "keys").glob("*.pub"):
        key.unlink()
    assert codes("1") == {4}, "nobody knows the key"
    kept[1].with_suffix(".broken").write_text("disk full")
    assert nmes("report", "2").code == 1, "the rest could not be written"


@pytest.mark.thorough
def test_a_record_that_cannot_be_opened_is_one_line(nmes: Nmes, kept: list[Path]) -> None:
    kept[0].unlink()
    kept[0].mkdir()
    told = nmes("report", "1")
    assert told.code == 1
    assert "the record cannot be read" in told.err
    assert "Traceback" not in told.err


@pytest.mark.covers("TH-02")
def test_the_audit_of_hostile_texts_cannot_steer_the_terminal(nmes: Nmes, home: Path) -> None:
    from nmes.core import events as e
    from nmes.record.clocks import Clocks
    from nmes.record.journal import Journal
    from nmes.record.replay import event_entry

    bound = {"protocol": "\x1b[2J", "patient": "\x9b2J", "side": "\u202e"}
    journal = Journal.open(home / "records", "\x1b[1m", bound, Clocks(lambda: 0, lambda: 0, "b"))
    journal.append(event_entry(e.Mark("note", "\x1b]0;title\x07"), [], "\x1b[31m"))
    journal.close({"why": "\x1b[0m"})
    for command in (("audit", "list"), ("audit", "show", "1"), ("audit", "show", "1", "--all"), ("report", "1")):
        told = nmes(*command)
        assert told.code == 0
        assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(told.out), command
