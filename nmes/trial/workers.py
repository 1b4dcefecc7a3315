"""Processes that work for one population and end with it, also when somebody presses Ctrl+C.

Separate because it is all that knows of processes. They are started afresh (spawn), so that nothing of the parent's
threads is copied; they leave Ctrl+C to the parent, which asks them to stop; and they end with a parent that is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.synchronize import Event
from queue import SimpleQueue
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, Self, TypeVar

from nmes.trial.stopping import Stopped

P = ParamSpec("P")
R = TypeVar("R")


class _Worker:
    """What a worker process is given at birth, because such an event cannot be sent to it later."""

    stop: ClassVar[Event]


def _begin(stop: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _Worker.stop = stop
    threading.Thread(target=_die_with_the_parent, name="parent's death", daemon=True).start()


def _die_with_the_parent() -> None:
    """A parent that is killed asks nobody to stop; without it nobody wants the work, so it ends in the middle."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@dataclass(frozen=True, slots=True)
class _Told(Generic[P, R]):
    """Work that is told, once it is in a worker, how to see that the parent has given up."""

    work: Callable[Concatenate[Stopped, P], R]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.work(_Worker.stop.is_set, *args, **kwargs)


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


class Workers:
    """A pool as a context. Leaving it by an exception drops what waits and stops what runs."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        with _held_back():
            self._stop = context.Event()
        self._pool = ProcessPoolExecutor(count, context, _begin, (self._stop,))
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()

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

    def submit(self, work: Callable[Concatenate[Stopped, P], R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """`work` in a worker; what it is given first says whether the parent has given up."""
        with _held_back():  # a worker is started by the first work there is for it
            future = self._pool.submit(_Told(work), *args, **kwargs)
            future.add_done_callback(self._done.put)
            return future

    def next_done(self) -> Future[Any]:
        """Waits for the next work that is done, and tells of each once.

        It takes no lock of a future: `concurrent.futures.wait` takes those of all, and Ctrl+C in the middle of that
        would keep some for ever, for which the thread that stops the pool then waits.
        """
        return self._done.get()
