"""A cited document: where to find it, and whether it is the original, as one sentence."""

from __future__ import annotations

import pytest

from nmes.core.protocol import Citation
from nmes.reports.citing import cited

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize(
    ("doi", "secondary", "said"),
    [
        (None, False, "Adams 2014"),
        ("10.1000/xyz", False, "Adams 2014, doi 10.1000/xyz"),
        (None, True, "Adams 2014 (repeats the original)"),
        ("10.1000/xyz", True, "Adams 2014, doi 10.1000/xyz (repeats the original)"),
    ],
)
def test_a_document_is_told_whole(doi: str | None, said: str, *, secondary: bool) -> None:
    assert cited(Citation(key="adams2014", text="Adams 2014", doi=doi, secondary=secondary)) == said
