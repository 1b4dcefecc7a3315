"""Faults that no simulator can inject: of the computer, the terminal, the disk, the files, the patient's button.

The rows are data, in `fault_elsewhere.toml`; each names the tests that show it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nmes.core.alarm import Level

AGAIN: Final = "find the level again, from 0"
NEW: Final = "a new session, from 0"
PHYSICAL: Final = "the physical measure; then a new session, from 0"
NOTHING: Final = "nothing of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """`alarm` None: there is none, or nobody is left to see one; `also` says why, or when it is another."""

    group: str
    fault: str
    deadline: str
    state: str
    alarm: Level | None
    also: str = ""
    record: str
    resume: str
    unknowable: str
    tests: tuple[str, ...]


def _row(given: dict[str, Any]) -> Elsewhere:
    alarm = None if given["alarm"] == "none" else Level(given["alarm"])
    return Elsewhere(**{**given, "alarm": alarm, "tests": tuple(given["tests"])})


def _rows() -> tuple[Elsewhere, ...]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tuple(_row(one) for one in tomllib.loads(text)["row"])


ROWS: Final = _rows()
