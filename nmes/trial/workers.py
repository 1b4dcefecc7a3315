"""Processes that work for one population and end with it, also when somebody presses Ctrl+C.

Separate because it is all that knows of processes. They are started afresh (spawn), so that nothing of the parent's
threads is copied; they leave Ctrl+C to the parent, which asks them to stop.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import ParamSpec, Self, TypeVar

from nmes.trial.replay import GivenUp

P = ParamSpec("P")
R = TypeVar("R")

_stop: list[Event] = []
"""In a worker: set when the parent has given up."""


def _begin(stop: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _stop.append(stop)


@contextmanager
def _held_back() -> Iterator[None]:
    """Ctrl+C waits: a process started in here begins with it held back, so that it cannot die of it at birth."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def asked_to_stop(*_: object) -> bool:
    """Whether the parent has given up; in the parent itself, never."""
    return bool(_stop) and _stop[0].is_set()


def stop_if_asked(*_: object) -> None:
    """The same for who only tells how far it has come: GivenUp ends the work."""
    if asked_to_stop():
        raise GivenUp


class Workers:
    """A pool as a context. Leaving it by an exception drops what waits and stops what runs."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        with _held_back():
            self._stop = context.Event()
        self._pool = ProcessPoolExecutor(count, context, _begin, (self._stop,))

    @property
    def asked(self) -> bool:
        """Whether the workers have been asked to stop."""
        return self._stop.is_set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)

    def submit(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        with _held_back():  # a worker is started by the first work there is for it
            return self._pool.submit(work, *args, **kwargs)
