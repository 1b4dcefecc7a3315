"""A bench per test: the panel over a real simulator on a hand-turned clock."""

from __future__ import annotations

import pytest

from firmware_sim.patient import Patient, Site, load_profile
from helpers.headless import no_naps, not_drawn, parsed_once
from helpers.panel_bench import PanelBench


@pytest.fixture(autouse=True)
def headless(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody looks at is not done."""
    no_naps(monkeypatch)
    not_drawn(monkeypatch)
    parsed_once(monkeypatch)


@pytest.fixture
def bench() -> PanelBench:
    return PanelBench()


@pytest.fixture
def calf_bench() -> PanelBench:
    """Channel 1 lies on a calf that cramps easily."""
    patient = Patient(load_profile("cramp_prone_calf"), {1: Site("gastrocnemius", "left", length="shortened")}, seed=1)
    return PanelBench(patient)
