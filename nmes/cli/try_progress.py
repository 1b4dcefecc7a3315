"""The progress of a try on stderr, only where a person watches it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

EVERY = 64
"""Steps between two looks: a look costs more than a step."""


def watched() -> bool:
    """Whether stderr is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def treatment(name: str) -> Iterator[Callable[[float], None]]:
    """A bar for one treatment. What it gives is told how much is done, 0 to 1; below 0: the level is being found."""
    if not watched():
        yield lambda _: None
        return
    with _bar() as bar:
        task, count = bar.add_task(f"{name}: finding the level", total=1.0), 0

        def tell(done: float) -> None:
            nonlocal count
            count += 1
            if count % EVERY == 0:
                said = f"{name}: finding the level" if done < 0 else f"{name}: treatment"
                bar.update(task, completed=max(0.0, done), description=said)

        yield tell


@contextmanager
def people(name: str, count: int) -> Iterator[Callable[[float, int], None]]:
    """A bar for a population."""
    if not watched():
        yield lambda *_: None
        return
    with _bar() as bar:
        task = bar.add_task(f"{name}: asking {count} people", total=1.0)

        def tell(share: float, done: int) -> None:
            bar.update(task, completed=share, description=f"{name}: {done} of {count} people")

        yield tell


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    return Progress(*columns, console=console, transient=True)
