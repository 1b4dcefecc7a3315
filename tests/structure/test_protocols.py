"""The protocols that are shipped: each has one id, and every one can be used as it is."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from structure.repository import ROOT, text

from helpers.rows import bundled
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.families import FAMILIES
from nmes.runtime.library import Library, load_file

SHIPPED = sorted((ROOT / "protocols").rglob("*.yaml"))


def test_no_two_protocols_share_an_id() -> None:
    ids = Counter(load_file(file).protocol.id for file in SHIPPED)
    assert [name for name, count in ids.items() if count > 1] == []


def test_there_is_nothing_but_protocols_in_their_folder() -> None:
    others = [file.name for file in (ROOT / "protocols").rglob("*") if file.is_file() and file not in SHIPPED]
    assert others == ["protocol.schema.json"], "what every file names in its first line, for editors"


def test_the_library_offers_every_shipped_protocol() -> None:
    entries = Library((ROOT / "protocols",)).list()
    assert [entry.path.name for entry in entries if entry.loaded is None] == []
    assert {entry.path for entry in entries} == set(SHIPPED)


@bundled("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_protocol_can_be_delivered(file: Path) -> None:
    assert plan_for(load_file(file).protocol, P24).duration_ms > 0


@bundled("file", SHIPPED, ids=lambda file: file.stem)
def test_the_documents_say_where_a_shipped_protocols_numbers_come_from(file: Path) -> None:
    page = text(ROOT / "docs" / "reference" / "protocols.md")
    loaded = load_file(file).protocol
    assert f"## {loaded.id}, grade {loaded.grade}\n" in page


# --- on every stimulator ---

PAGE = ROOT / "docs" / "reference" / "families.md"


def measure() -> ModuleType:
    spec = importlib.util.spec_from_file_location("families_page", ROOT / "docs" / "measure" / "families.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.covers("SR-24")
def test_the_page_is_what_the_protocols_and_the_devices_make_of_it() -> None:
    assert text(PAGE) == measure().page(), "python docs/measure/families.py --write docs/reference/families.md"


@pytest.mark.covers("SR-24")
def test_every_shipped_protocol_is_delivered_or_refused_with_a_listed_reason() -> None:
    page, left_out = text(PAGE), []
    for file in SHIPPED:
        protocol = load_file(file).protocol
        for family in FAMILIES:
            try:
                plan = plan_for(protocol, family.capabilities)
            except PlanError as error:
                listed = [str(problem) in page and bool(problem.accepted) for problem in error.problems]
                if not all(listed):
                    left_out.append(f"{protocol.id} on {family.model}: {error}")
                continue
            if plan.duration_ms <= 0 or not all(plan.ceiling_ua(slot) for slot in plan.slots):
                left_out.append(f"{protocol.id} on {family.model}: nothing could flow")
    assert left_out == []
