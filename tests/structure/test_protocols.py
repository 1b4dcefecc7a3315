"""The protocols that are shipped: each has one id, and every one can be used as it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from structure.repository import ROOT, text

from nmes.core.plan import compile as plan_for
from nmes.devices.sciencemode4.p24 import P24
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


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_protocol_can_be_delivered(file: Path) -> None:
    assert plan_for(load_file(file).protocol, P24).duration_ms > 0


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_documents_say_where_a_shipped_protocols_numbers_come_from(file: Path) -> None:
    page = text(ROOT / "docs" / "reference" / "protocols.md")
    loaded = load_file(file).protocol
    assert f"## {loaded.id}, grade {loaded.grade}\n" in page
