"""A page's figures, which a program measured: they stand between two marks, and nobody types them.

A page may have several places, each with a name of its own; "" is the one without.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_NAME: Final = "figures"


def _made(name: str) -> re.Pattern[str]:
    mark = re.escape(f"{_NAME} {name}".strip())
    return re.compile(rf"(<!-- made: {mark} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def figures_of(page: str, name: str = "") -> str:
    """What stands between the marks. ValueError where the page has none."""
    found = _made(name).search(page)
    if found is None:
        raise ValueError(f"the page has no place for {_NAME} {name}".strip())
    return found[2]


def with_figures(page: str, figures: str, name: str = "") -> str:
    """The page with these figures for those that stand there. ValueError where it has no place for them."""
    figures_of(page, name)
    return _made(name).sub(lambda found: f"{found[1]}{figures}{found[3]}", page, count=1)


def write_figures(file: Path, said: str, name: str = "") -> None:
    """Puts lines of text into the page, as they are."""
    page = file.read_text(encoding="utf-8")
    file.write_text(with_figures(page, f"```\n{said.strip()}\n```\n", name), encoding="utf-8")
