"""A desk per test: the app over the bench, its records in the test's own folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from ui.bench_live import Desk

from helpers.headless import no_naps, not_drawn, parsed_once


@pytest.fixture(autouse=True)
def headless(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody looks at is not done."""
    no_naps(monkeypatch)
    not_drawn(monkeypatch)
    parsed_once(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
