"""The user's own protocols: nothing is overwritten, comments stay, and where a copy is from can be read in it."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from nmes.core.problems import ProtocolError
from nmes.core.protocol_file import parse
from nmes.runtime.library import Library, Loaded, is_own, load_file, own_folder, shipped_folder
from nmes.runtime.own import MODELINE, SCHEMA, copied, new_path, write_own
from tests.core.protocol_making import GOOD

SHIPPED = "tens_conventional"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NMES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def shipped() -> Loaded:
    return Library().load(SHIPPED)


def comments(text: str) -> list[str]:
    return [
        line.partition("# ")[2] for line in text.splitlines() if "# " in line and "yaml-language-server" not in line
    ]


def test_a_copy_has_its_own_id_begins_at_version_1_and_names_the_bytes_it_is_from() -> None:
    original = shipped()
    copy = load_file(write_own("my_tens", copied(original, "my_tens"))).protocol
    assert (copy.id, copy.version) == ("my_tens", 1)
    (change,) = copy.changes
    assert change.text == f"Copied from {SHIPPED} version {original.protocol.version}, SHA-256 {original.sha256}"
    assert original.sha256 == sha256(original.path.read_bytes()).hexdigest()
    same = {"id": SHIPPED, "version": original.protocol.version, "changes": original.protocol.changes}
    assert copy.model_copy(update=same) == original.protocol


def test_every_comment_of_the_original_is_in_the_copy_and_the_modeline_is_that_of_the_own_folder() -> None:
    original = shipped()
    text = copied(original, "my_tens")
    assert comments(text) == comments(original.text.decode())
    assert comments(text)
    assert text.startswith(f"{MODELINE}\n")
    assert text.count("yaml-language-server") == 1


@pytest.mark.parametrize(
    "changes", ["", "changes: []\n", "changes: [{version: 1, text: New}]\n", "changes:\n  - {version: 1, text: New}\n"]
)
def test_however_the_original_tells_its_changes_the_copy_tells_its_origin(changes: str, tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD.replace("version: 1\n", f"version: 1\n{changes}"), encoding="utf-8")
    made = copied(load_file(path), "mine")
    assert "\nversion: 1\nchanges:\n  - version: 1\n    text: " in made
    assert "New" not in made
    (change,) = parse(made.encode(), "mine.yaml").changes
    assert change.text.startswith("Copied from good version 1, SHA-256 ")


def test_a_copy_lies_in_the_own_folder_with_the_schema_beside_it_and_is_found_by_its_id(home: Path) -> None:
    path = write_own("my_tens", copied(shipped(), "my_tens"))
    assert path == home / "protocols" / "my_tens.yaml"
    assert is_own(path)
    assert Library().load("my_tens").path == path
    assert (path.parent / SCHEMA).read_bytes() == (shipped_folder() / SCHEMA).read_bytes()


def test_an_old_schema_is_replaced_by_that_of_this_program() -> None:
    own_folder().mkdir(parents=True)
    (own_folder() / SCHEMA).write_text("{}")
    write_own("my_tens", copied(shipped(), "my_tens"))
    assert (own_folder() / SCHEMA).read_bytes() == (shipped_folder() / SCHEMA).read_bytes()
    assert sorted(file.name for file in own_folder().iterdir()) == ["my_tens.yaml", SCHEMA]


@pytest.mark.parametrize("taken", [SHIPPED, "my_tens"])
def test_nothing_is_ever_overwritten(taken: str) -> None:
    path = write_own("my_tens", copied(shipped(), "my_tens"))
    before = path.read_bytes(), shipped().text
    with pytest.raises(ProtocolError, match=r"there is a protocol with this id already .*nothing was written"):
        write_own(taken, "anything")
    assert (path.read_bytes(), shipped().text) == before


@pytest.mark.parametrize(
    "name",
    ["", "../shipped", "My", "1st", "a b", "x" * 65, "a/b", "calf.yaml", "a\nb", "a\n", "x\udcff", "zz: 1\nid: b"],
)
def test_an_id_that_is_no_name_is_refused_in_one_line_before_any_file_is_touched(name: str, home: Path) -> None:
    with pytest.raises(ProtocolError, match="this is not a name") as refused:
        write_own(name, copied(shipped(), name))
    assert len(str(refused.value).splitlines()) == 1
    assert not home.exists()


def test_an_id_that_yaml_would_read_as_something_else_is_a_text_in_the_copy() -> None:
    assert load_file(write_own("null", copied(shipped(), "null"))).protocol.id == "null"


@pytest.mark.parametrize("below", ["", "protocols/pain"])
def test_nothing_of_the_users_is_written_among_the_shipped_protocols(
    below: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A home that is the checkout: refused before anything is written, by way of a link too."""
    package = shipped_folder().parent / below
    (tmp_path / "link").symlink_to(package)
    before = sorted(shipped_folder().rglob("*"))
    for chosen in (package, tmp_path / "link"):
        monkeypatch.setenv("NMES_HOME", str(chosen))
        with pytest.raises(ProtocolError, match="set NMES_HOME to another folder; nothing was written"):
            write_own("my_tens", "anything")
    assert sorted(shipped_folder().rglob("*")) == before


def test_a_file_that_comes_in_between_is_never_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    path = own_folder() / "my_tens.yaml"
    path.parent.mkdir(parents=True)

    def somebody_else(fd: int) -> None:
        path.write_text("theirs")

    monkeypatch.setattr(os, "fsync", somebody_else)
    with pytest.raises(ProtocolError, match="the file cannot be written; File exists"):
        write_own("my_tens", "ours")
    assert sorted(file.name for file in own_folder().iterdir()) == ["my_tens.yaml", SCHEMA]
    assert path.read_text() == "theirs"


def test_a_disk_that_fails_leaves_no_half_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    write_own("first", copied(shipped(), "first"))
    there = sorted(own_folder().iterdir())

    def full(fd: int) -> None:
        if any(own_folder().glob(".my_tens*")):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProtocolError, match="No space left"):
        write_own("my_tens", copied(shipped(), "my_tens"))
    assert sorted(own_folder().iterdir()) == there


def test_a_folder_that_cannot_be_written_is_told_in_one_line(home: Path) -> None:
    home.mkdir()
    (home / "protocols").write_text("a file where the folder should be")
    with pytest.raises(ProtocolError, match="the file cannot be written"):
        write_own("my_tens", "anything")


def test_a_schema_that_cannot_be_replaced_leaves_no_half_file_behind() -> None:
    (own_folder() / SCHEMA / "in the way").mkdir(parents=True)
    with pytest.raises(ProtocolError, match="the file cannot be written"):
        write_own("my_tens", "anything")
    assert [file.name for file in own_folder().iterdir()] == [SCHEMA]


def test_a_new_id_may_not_be_that_of_a_file_which_is_no_protocol_yet() -> None:
    own_folder().mkdir(parents=True)
    (own_folder() / "begun.yaml").write_text("id: begun\n")
    with pytest.raises(ProtocolError, match="this id already"):
        new_path("begun")
