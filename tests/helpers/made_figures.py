"""A page's figures, which a program measured: they stand between two marks, and nobody types them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_MADE: Final = re.compile(r"(<!-- made: figures -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def figures_of(page: str) -> str:
    """What stands between the marks. ValueError where the page has none."""
    found = _MADE.search(page)
    if found is None:
        raise ValueError("the page has no place for figures")
    return found[2]


def with_figures(page: str, figures: str) -> str:
    """The page with these figures for those that stand there. ValueError where it has no place for them."""
    figures_of(page)
    return _MADE.sub(lambda found: f"{found[1]}{figures}{found[3]}", page, count=1)


def write_figures(file: Path, said: str) -> None:
    """Puts lines of text into the page, as they are."""
    page = file.read_text(encoding="utf-8")
    file.write_text(with_figures(page, f"```\n{said.strip()}\n```\n"), encoding="utf-8")
