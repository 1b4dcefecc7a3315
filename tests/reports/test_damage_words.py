"""Every kind of damage has its words."""

from __future__ import annotations

import pytest

from nmes.record.chain import Damage
from nmes.reports.damage_words import DAMAGES

pytestmark = pytest.mark.thorough


def test_every_kind_of_damage_has_a_sentence_of_its_own() -> None:
    assert DAMAGES.keys() == set(Damage)
    assert len(set(DAMAGES.values())) == len(DAMAGES)
