"""A keeper for each device without a dead-man, and what the next start is told; the keeper itself is in tests/link."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nmes.link.memory_port import MemoryPort
from nmes.link.port import PortBusy, PortMissing
from nmes.runtime.families import DEFAULT, FAMILIES
from nmes.runtime.keepers import MOST_BYTES, keeper_for, kept, patiently

WITHOUT = replace(DEFAULT, capabilities=replace(DEFAULT.capabilities, watchdog_ms=0), halt_answer=(0xC1, 0x81))
GOOD = {"url": "/dev/ttyUSB0", "why": "died", "confirmed": True, "at_utc": "2026-01-02T03:04:05+00:00"}


class Nobody:
    def from_host(self, data: bytes) -> None: ...

    def to_host(self) -> bytes:
        return b""


@pytest.mark.covers("SR-28")
def test_every_family_without_a_dead_man_says_how_its_halt_is_answered() -> None:
    assert [one.key for one in FAMILIES if not one.capabilities.watchdog_ms and one.halt_answer is None] == []
    with pytest.raises(ValueError, match="no answer to its halt"):
        keeper_for(MemoryPort(Nobody()), replace(WITHOUT, halt_answer=None), Path())


@pytest.mark.covers("SR-28")
def test_a_device_that_stops_by_itself_has_no_keeper_and_no_other_goes_without(tmp_path: Path) -> None:
    assert keeper_for(MemoryPort(Nobody()), DEFAULT, tmp_path) is None
    with pytest.raises(PortMissing, match="cannot be given to a second process"):
        keeper_for(MemoryPort(Nobody()), WITHOUT, tmp_path)


def test_a_line_that_an_earlier_keeper_still_holds_is_waited_for() -> None:
    tried: list[int] = []

    def opens() -> MemoryPort:
        tried.append(1)
        if len(tried) < 3:
            raise PortBusy("not yet")
        return MemoryPort(Nobody())

    patiently(opens, WITHOUT)
    assert len(tried) == 3
    tried.clear()
    with pytest.raises(PortBusy):
        patiently(opens, DEFAULT)
    assert len(tried) == 1, "no keeper ever holds the line of a device that stops by itself"


@pytest.mark.covers("SR-28")
def test_each_note_is_told_once_with_whether_the_halt_was_confirmed(tmp_path: Path) -> None:
    said = {}
    for why in ("died", "stalled", "given_up"):
        for confirmed in (True, False):
            (tmp_path / "keeper-0.json").write_text(json.dumps({**GOOD, "why": why, "confirmed": confirmed}))
            [said[why, confirmed]] = kept(tmp_path)
            assert kept(tmp_path) == []
    assert len(set(said.values())) == 6
    for (_why, confirmed), sentence in said.items():
        assert ("COULD NOT CONFIRM" in sentence) is not confirmed
        assert "/dev/ttyUSB0" in sentence


Maker = Callable[[Path], object]
STRANGE: dict[str, Maker] = {
    "no JSON": lambda path: path.write_text("{"),
    "deep": lambda path: path.write_text("[" * 2000),
    "a list": lambda path: path.write_text("[]"),
    "another why": lambda path: path.write_text(json.dumps({**GOOD, "why": "x"})),
    "no bool": lambda path: path.write_text(json.dumps({**GOOD, "confirmed": 1})),
    "escapes": lambda path: path.write_text(json.dumps({**GOOD, "url": "\x1b[2J"})),
    "long": lambda path: path.write_text(json.dumps({**GOOD, "url": "x" * 300})),
}
NOTHING: dict[str, Maker] = {
    "empty": lambda path: path.write_text(""),
    "endless": lambda path: path.write_text(" " * (MOST_BYTES + 1)),
    "a FIFO": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a link": lambda path: path.symlink_to(path.with_name("elsewhere")),
}


@pytest.mark.covers("SR-28")
def test_whatever_stands_in_a_notes_place_is_read_within_bounds_and_believed_only_if_it_is_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(json.dumps(GOOD))
    wrong = []
    for kinds, expected in ((STRANGE, ["cannot be read"]), (NOTHING, [])):
        for name, make in kinds.items():
            path = tmp_path / "keeper-1.json"
            make(path)
            said = kept(tmp_path)
            if len(said) != len(expected) or not all(part in one for part, one in zip(expected, said, strict=True)):
                wrong.append((name, said))
            if path.is_dir():
                path.rmdir()
    assert wrong == []
    os.mkfifo(tmp_path / "keeper-1.json")
    full = os.open(tmp_path / "keeper-1.json", os.O_RDWR)
    os.write(full, json.dumps(GOOD).encode())
    assert kept(tmp_path) == [], "no plain file, whatever comes out of it"
    os.close(full)
    assert kept(tmp_path / "nowhere") == []
