"""Versions: known, not known, not told; each said truly. What is too old, the drivers refuse."""

from __future__ import annotations

from nmes.runtime.device_versions import KNOWN, judge
from nmes.runtime.families import KEYS

ROWS = [
    ("p24", "0.1.0 (ScienceMode 4.0.0)", True, "those that the documents describe"),
    ("p24", "9.9.9 (ScienceMode 4.7.0)", False, "protocol version 4.7.0 is not known to this program (known: 4.0)"),
    ("rehamove3", "2.1.16 (ScienceMode 3.2.4)", True, "those that the documents describe"),
    ("rehamove3", "2.2.0 (ScienceMode 3.2.4)", False, "firmware 2.2.0 is not known to this program (known: 2.1.16)"),
    ("rehamove3", "2.1.16 (ScienceMode 3.3.0)", False, "protocol version 3.3.0 is not known"),
    ("rehamove3", "? (ScienceMode 3.2.4)", False, "firmware ? is not known"),
    ("rehastim2", "unknown (ScienceMode2 protocol 1)", True, "those that the documents describe"),
    ("rehastim2", "unknown (ScienceMode2 protocol 2)", False, "protocol version 2 is not known"),
    ("rehastim1", "", False, "tells no version"),
    ("p24", "something else", False, 'cannot be read from "something else"'),
    ("p24", "1.0.0 (ScienceMode " + "9" * 5000 + ")", False, "is not known"),
]


def test_what_nobody_knows_is_told() -> None:
    wrong = []
    for family, firmware, known, words in ROWS:
        verdict = judge(family, firmware)
        if verdict.known is not known or words not in verdict.said:
            wrong.append((family, firmware[:40], verdict))
    assert wrong == []


def test_every_family_that_tells_a_version_has_its_row() -> None:
    assert set(KEYS) - {"rehastim1"} <= KNOWN.keys()
