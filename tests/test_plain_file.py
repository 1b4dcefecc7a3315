"""Whatever stands in a file's place: a plain one is read within bounds, anything else at once refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.plain_file import NotPlain, TooLong, open_plain, read_plain


def next_descriptor() -> int:
    handle = os.open(os.devnull, os.O_RDONLY)
    os.close(handle)
    return handle


def test_a_plain_file_is_read_whole_up_to_the_bound(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_plain(tmp_path / "file", 5) == b"12345"
    with pytest.raises(TooLong, match="File too large"):
        read_plain(tmp_path / "file", 4)
    with pytest.raises(FileNotFoundError):
        read_plain(tmp_path / "missing", 5)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["a FIFO", "a folder"])
def test_what_is_no_plain_file_is_refused_and_not_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "other")
    before = next_descriptor()
    with pytest.raises(NotPlain, match="Not a plain file"):
        read_plain(tmp_path / "other", 5)
    assert next_descriptor() == before, "and nothing is left open"


def test_a_link_is_not_followed_neither_to_read_nor_to_write(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"kept")
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    (tmp_path / "to nothing").symlink_to(tmp_path / "made")
    for name, flags in (
        ("link", os.O_RDONLY),
        ("link", os.O_RDWR | os.O_TRUNC),
        ("to nothing", os.O_RDWR | os.O_CREAT),
    ):
        with pytest.raises(OSError, match="symbolic links"):
            open_plain(tmp_path / name, flags)
    assert (tmp_path / "precious").read_bytes() == b"kept"
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    os.close(open_plain(tmp_path / "new", os.O_RDWR | os.O_CREAT))
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
