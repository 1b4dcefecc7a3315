"""Files in the folder of the records that are none, or were spoiled: each is told in words, and no reader fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.mistakes import Sitting
from nmes.core import events as e
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.verify import Intact, Verdict
from nmes.runtime.records import chain_of


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A whole record."""
    sitting = Sitting(tmp_path_factory.mktemp("good"))
    sitting.do(e.End())
    return sitting.record.read_bytes().splitlines(keepends=True)


def _spoilt(*replaced: bytes, at: int = 3) -> Callable[[Path, list[bytes]], object]:
    return lambda path, lines: path.write_bytes(b"".join((*lines[:at], *replaced, *lines[at + 1 :])))


HOSTILE: dict[str, Callable[[Path, list[bytes]], object]] = {
    "cut off": lambda path, lines: path.write_bytes(b"".join(lines)[:-200]),
    "nul": lambda path, _lines: path.write_bytes(bytes(4096)),
    "bytes": lambda path, _lines: path.write_bytes(bytes(range(256)) * 64),
    "half a character": _spoilt(b'{"entry":{"v":1,"seq"\xff\xfe\n'),
    "a huge line": _spoilt(b'{"entry":"' + b"a" * 2_000_000 + b'"}\n'),
    "a deep line": _spoilt(b'{"entry":' + b"[" * 100_000 + b"\n"),
    "a deep first line": _spoilt(b'{"entry":' + b"[" * 100_000 + b"\n", at=0),
    "a huge number": _spoilt(b'{"entry":{"seq":' + b"9" * 10_000 + b'},"hash":""}\n'),
    "a steering first line": _spoilt(b"\x1b[2J\x9b\xe2\x80\xae\n", at=0),
    "a folder": lambda path, _lines: path.mkdir(),
    "a link to nothing": lambda path, _lines: path.symlink_to(path.with_name("nowhere")),
    "a link to itself": lambda path, _lines: path.symlink_to(path),
}


@pytest.mark.covers("TH-02")
@pytest.mark.skipif(os.name == "nt", reason="links")
@pytest.mark.parametrize("how", HOSTILE)
def test_a_spoilt_record_is_told_in_words(how: str, lines: list[bytes], tmp_path: Path) -> None:
    folder = chain_folder(tmp_path, Kind.SIMULATION)
    folder.mkdir(parents=True)
    HOSTILE[how](folder / "000001-20260101T000001Z-64f029.jsonl", lines)
    chain = chain_of(tmp_path, Kind.SIMULATION)
    (listed,) = chain.sessions()
    asked: tuple[Callable[[], list[Verdict]], ...] = (
        lambda: [found.verdict for found in chain.verify_all()],
        lambda: [chain.verify(listed).verdict],
        lambda: [chain.replay(listed).story.verdict],
    )
    for ask in asked:
        try:
            (verdict,) = ask()
        except RecordError as error:
            assert "Errno" not in str(error)
            assert "000001" in str(error)
        else:
            assert not isinstance(verdict, Intact)
