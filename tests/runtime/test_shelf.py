"""The protocols of the app are read once, by whoever asks first, and not before."""

from __future__ import annotations

from threading import Thread

from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.runtime.shelf import Shelf, whole_library

FIRST, SECOND = (Library((shipped_folder(),)).load(name) for name in ("tens_conventional", "tens_burst"))


def test_nothing_is_read_until_somebody_asks_and_then_once() -> None:
    read: list[int] = []

    def both() -> list[Loaded]:
        read.append(1)
        return [FIRST, SECOND]

    shelf = Shelf(both)
    assert not shelf.ready
    assert not read
    askers = [Thread(target=lambda: len(shelf)) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert shelf.ready
    assert read == [1]
    assert list(shelf) == [FIRST, SECOND]
    assert shelf[1] is SECOND
    assert shelf.index(SECOND) == 1


def test_what_is_saved_comes_last() -> None:
    shelf = Shelf(lambda: [FIRST])
    shelf.append(SECOND)
    assert shelf[-1] is SECOND
    assert list(shelf[:1]) == [FIRST]


def test_the_one_that_was_named_is_there_wherever_it_lies() -> None:
    assert FIRST in whole_library(FIRST)
    assert whole_library(FIRST).index(FIRST) == whole_library().index(FIRST), "one of the library stays in its place"
