"""The encrypted names: read with the passphrase only, written whole or not at all, and never in a record."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.record import names
from nmes.record.disk import Disk
from nmes.record.errors import RecordError

PHRASE = "correct horse battery"
CHEAP = 1 << 4
"""The work of a guess, kept small: what it costs is no promise of the code."""
KNOWN = {"P-017": "Änne Müller", "P-018": "Bo Ek"}


def keep(home: Path, known: dict[str, str] = KNOWN, disk: Disk | None = None) -> None:
    names.write(home, known, PHRASE, disk, CHEAP)


def test_names_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert names.read(tmp_path, PHRASE) == {}
    keep(tmp_path / "home")
    assert names.read(tmp_path / "home", PHRASE) == KNOWN
    keep(tmp_path / "home", {})
    assert names.read(tmp_path / "home", PHRASE) == {}


def test_no_name_stands_in_the_file_and_it_is_its_owners_only(tmp_path: Path) -> None:
    keep(tmp_path)
    data = names.path_of(tmp_path).read_bytes()
    assert b"ller" not in data
    assert b"P-017" not in data
    assert names.path_of(tmp_path).stat().st_mode & 0o777 == 0o600


def test_the_same_names_are_never_the_same_file(tmp_path: Path) -> None:
    keep(tmp_path)
    before = names.path_of(tmp_path).read_bytes()
    keep(tmp_path)
    assert names.path_of(tmp_path).read_bytes() != before


def test_another_passphrase_opens_nothing(tmp_path: Path) -> None:
    keep(tmp_path)
    with pytest.raises(names.WrongPassphrase, match="nothing was read or written"):
        names.read(tmp_path, PHRASE + "x")


@pytest.mark.thorough
@pytest.mark.parametrize("at", range(0, 400, 7))
def test_no_changed_byte_gives_other_names(tmp_path: Path, at: int) -> None:
    keep(tmp_path)
    path = names.path_of(tmp_path)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(data)
    with contextlib.suppress(RecordError):
        assert names.read(tmp_path, PHRASE) == KNOWN, "a change that says the same"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"v":2,"scrypt":16,"salt":"AAAA","names":"x"}',
        '{"v":1,"scrypt":15,"salt":"AAAA","names":"x"}',
        '{"v":1,"scrypt":1,"salt":"AAAA","names":"x"}',
        '{"v":1,"scrypt":2097152,"salt":"AAAA","names":"x"}',
        '{"v":1,"scrypt":"16","salt":"AAAA","names":"x"}',
        '{"v":1,"scrypt":16,"salt":"A","names":"x"}',
        '{"v":1,"scrypt":16,"salt":"AAAA","names":7}',
    ],
)
def test_what_is_no_file_of_names_is_said(tmp_path: Path, text: str) -> None:
    names.path_of(tmp_path).write_text(text)
    with pytest.raises(RecordError, match="no file of names"):
        names.read(tmp_path, PHRASE)


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    names.path_of(tmp_path).mkdir()
    with pytest.raises(RecordError, match="cannot be read"):
        names.read(tmp_path, PHRASE)


def _fails(*_arguments: object) -> int:
    raise OSError(28, os.strerror(28))


@pytest.mark.parametrize("disk", [Disk(write=_fails), Disk(sync=_fails)], ids=["write", "sync"])
def test_a_failure_keeps_the_old_names_and_leaves_nothing(tmp_path: Path, disk: Disk) -> None:
    keep(tmp_path)
    with pytest.raises(RecordError, match="No space left"):
        keep(tmp_path, {"P-019": "Cy"}, disk)
    assert names.read(tmp_path, PHRASE) == KNOWN
    assert [path.name for path in tmp_path.iterdir()] == [names.FILE]


def test_a_crash_at_any_write_leaves_the_old_names_or_the_new(tmp_path: Path) -> None:
    new = {"P-019": "Cy"}
    for until in range(6):
        keep(tmp_path)
        disk = _crashing_after(until)
        try:
            keep(tmp_path, new, disk)
        except _Crash:
            assert names.read(tmp_path, PHRASE) in (KNOWN, new)


class _Crash(BaseException):
    """The computer is off."""


def _crashing_after(calls: int) -> Disk:
    left = [calls]

    def guarded(real: Callable[..., int | None]) -> Callable[..., int]:
        def call(*arguments: object) -> int:
            if not left[0]:
                raise _Crash
            left[0] -= 1
            return real(*arguments) or 0

        return call

    sound = Disk()
    return Disk(write=guarded(sound.write), sync=guarded(sound.sync))


def test_the_cost_of_a_guess_is_in_the_file_and_high_by_itself(tmp_path: Path) -> None:
    keep(tmp_path)
    assert json.loads(names.path_of(tmp_path).read_bytes())["scrypt"] == CHEAP
    assert names.COST == 1 << 17
