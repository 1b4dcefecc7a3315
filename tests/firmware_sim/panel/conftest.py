"""A bench per test: the panel over a real simulator on a hand-turned clock."""

from __future__ import annotations

import pytest

from firmware_sim.patient import Patient, Site, load_profile
from helpers.panel_bench import PanelBench, no_naps


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    no_naps(monkeypatch)


@pytest.fixture
def bench() -> PanelBench:
    return PanelBench()


@pytest.fixture
def calf_bench() -> PanelBench:
    """Channel 1 lies on a calf that cramps easily."""
    patient = Patient(load_profile("cramp_prone_calf"), {1: Site("gastrocnemius", "left", length="shortened")}, seed=1)
    return PanelBench(patient)
