"""Looking for bytes that break a law: by coverage where atheris is installed, else by Hypothesis, deeper first."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import strategies as st

from fuzz.bounded import bounded
from fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
"""A folder for each target: what was once found, a file of hexadecimal digits each."""
LONGEST = 1500
"""Bytes to decide from; what they are made into is longer."""


def found(name: str) -> dict[str, bytes]:
    """What was found for a target, by the file's name."""
    return {path.name: bytes.fromhex(path.read_text()) for path in sorted((CORPUS / name).glob("*.hex"))}


def run(name: str, data: bytes, *, memory: bool = False) -> int:
    """One input, within bounds."""
    with bounded(memory=memory):
        return TARGETS[name](data)


def search(name: str, examples: int) -> None:
    """AssertionError, or whatever escaped, with the shortest bytes that Hypothesis can make of it."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.binary(max_size=LONGEST))
    def one(data: bytes) -> None:
        target(float(run(name, data)), label="depth")

    one()
