"""Whatever the program writes about people is for its owner only, even where the system would let everybody read it.

The mode of every file is asked for by the program itself: all of this runs with a umask of 0.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import Nmes, Result, records

from helpers.waiting import until
from nmes.cli.exits import crashed
from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.link.lock import DeviceLock
from nmes.record import names
from nmes.runtime import settings
from nmes.runtime.library import Library
from nmes.trial.hand_turned import HandTurned

CHEAP = 1 << 4
"""The work of a guess at the names; what it costs is not what is asked here."""


@pytest.fixture(autouse=True)
def nothing_is_masked() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """Everything in a folder that anybody but its owner may read, write or enter."""
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in (folder, *folder.rglob("*"))}
    return {str(path.relative_to(folder.parent)): oct(mode) for path, mode in found.items() if mode & 0o077}


def a_session(home: Path) -> None:
    """With a free text, a key and a signed end."""
    live = HandTurned(Library().load("tens_conventional"), home, Who("P-017", "left"))
    live.post(e.Mark("note", "was tired"))
    live.finish()


def good(result: Result) -> Result:
    assert result.code == 0, result.err
    return result


@pytest.mark.thorough
@pytest.mark.covers("TH-05")
def test_all_that_is_kept_in_a_home_is_for_its_owner_only(nmes: Nmes, home: Path, tmp_path: Path) -> None:
    a_session(home)
    settings.save(home, settings.Settings(therapists=("Anna Berg",)))
    names.write(home, {"P-017": "Erika Muster"}, "a passphrase", cost=CHEAP)
    crashed(RuntimeError("what was typed"))
    good(nmes("audit", "report", "1", "--simulation"))
    good(nmes("audit", "erase", "1", "--simulation", "--by", "Anna Berg", "--reason", "asked for", "--yes"))
    good(nmes("care", "new", "--simulation", "--by", "Anna Berg"))
    good(nmes("protocols", "copy", "tens_conventional", "own_tens"))
    until(lambda: good(nmes("audit", "index", "rebuild")) and (home / "index.sqlite").exists())
    kinds = {path.name.partition(".")[0] if path.is_dir() else path.suffix for path in home.rglob("*")}
    assert {"keys", "simulation", "reports", "crash", "protocols", ".jsonl", ".texts", ".pem", ".yaml"} <= kinds
    assert open_to_others(home) == {}


@pytest.mark.covers("TH-05")
def test_what_leaves_a_home_is_for_its_owner_only_wherever_it_goes(nmes: Nmes, home: Path, tmp_path: Path) -> None:
    a_session(home)
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    good(nmes("audit", "archive", str(out / "kept.zip"), "--simulation"))
    good(nmes("audit", "export", "1", "--simulation", "--to", str(out / "session.jsonl")))
    good(nmes("audit", "report", "1", "--simulation", "--form", "audit"))
    good(nmes("audit", "key", "export", "--to", str(out / "station.pub")))
    assert {path.name for path in out.iterdir()} == {"kept.zip", "session.jsonl", "station.pub"}
    assert open_to_others(out) == {}


@pytest.mark.covers("TH-05")
def test_what_is_restored_is_for_its_owner_only(
    nmes: Nmes, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_session(home)
    good(nmes("audit", "archive", str(tmp_path / "kept.zip"), "--simulation"))
    monkeypatch.setenv("NMES_HOME", str(tmp_path / "restored"))
    good(nmes("audit", "restore", str(tmp_path / "kept.zip")))
    assert [path.name for path in records(tmp_path / "restored")] == [path.name for path in records(home)]
    assert open_to_others(tmp_path / "restored") == {}


def test_the_lock_of_a_device_is_for_its_owner_only(tmp_path: Path) -> None:
    lock = DeviceLock("/dev/ttyUSB0", tmp_path / "locks")
    lock.acquire()
    lock.release()
    assert open_to_others(tmp_path / "locks") == {}


def test_a_file_that_is_open_to_others_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "closed").touch(0o600)
    (folder / "open").touch(0o640)
    assert open_to_others(folder) == {"home/open": "0o640"}
