"""A desk per test: the app over the bench, its records in the test's own folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from ui.bench_live import Desk

TURNS = 30
"""Turns of the event loop in which everything that a key or a View sets off has been done."""


async def _turns(min_sleep: float = 0, max_sleep: float = 1) -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot waits for turns of the loop, not for the processor to be idle, which takes 20 ms and more each time."""
    monkeypatch.setattr("textual.pilot.wait_for_idle", _turns)
    monkeypatch.setattr("textual.app.wait_for_idle", _turns)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
