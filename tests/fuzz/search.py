"""Looking for bytes that break a law: by coverage where atheris is installed, else by Hypothesis, deeper first."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import strategies as st

from fuzz.bounded import bounded
from fuzz.targets import Target

CORPUS = Path(__file__).parent / "corpus"
"""A folder for each target: what was once found, a file of hexadecimal digits each."""
LONGEST = 1500
"""Bytes to decide from; what they are made into is longer."""


def found(name: str) -> dict[str, bytes]:
    """What was found for a target, by the file's name."""
    return {path.name: bytes.fromhex(path.read_text()) for path in sorted((CORPUS / name).glob("*.hex"))}


WEIGHED = 8
"""One input in so many has its memory measured where all of them would take too long, always the same ones."""


def run(reader: Target, data: bytes, *, memory: bool = False) -> int:
    """One input, within bounds."""
    with bounded(memory=memory):
        return reader(data)


def weighed(data: bytes) -> bool:
    """Whether this is one of those whose memory is measured all the same."""
    return crc32(data) % WEIGHED == 0


def search(reader: Target, examples: int) -> None:
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
        target(float(run(reader, data, memory=True)), label="depth")

    one()
