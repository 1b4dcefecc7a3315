"""A terminal pair for the app: what is written at its near end the app reads as keys and mouse, in its own thread."""

from __future__ import annotations

import os
import pty
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The near end of a terminal pair whose far end is the program's terminal; its output is read and dropped."""
    near, far = pty.openpty()
    monkeypatch.setattr(sys, "__stdin__", os.fdopen(os.dup(far), "r"))
    monkeypatch.setattr(sys, "__stderr__", os.fdopen(os.dup(far), "w"))
    drain = threading.Thread(target=_drain, args=(near,), daemon=True)
    drain.start()
    try:
        yield near
    finally:
        sys.__stdin__.close()
        sys.__stderr__.close()
        os.close(far)
        drain.join(5)
        os.close(near)


def _drain(near: int) -> None:
    try:
        while os.read(near, 65536):
            pass
    except OSError:
        pass
