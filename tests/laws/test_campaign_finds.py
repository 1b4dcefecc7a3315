"""The campaign finds what it was not written for: known defects in a copy of the program, by random sessions alone.

Not every planted defect shows at the skin: a guard that is left out harms nobody as long as everything else is right.
Those that do are named here, each with how many sessions it may take and with the law that it breaks: another failure
would be an accident.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from planted.planting import COPIED, Defect, copy_of_the_tree, defects, planted

STEP, HALT = ("more than one step", "uA confirmed"), ("us after the halt", "after the halt had arrived")
"""A step is judged where it is decided and at the skin: whichever comes first."""
FOUND: dict[str, tuple[int, tuple[str, ...]]] = {
    "the stimulator's own timer takes ten times as long": (
        50,
        ("after the last renewing frame", "ChannelTotal("),
    ),  # or its dose, first
    "resume at the old level": (100, ("rose ",)),
    "levels outlive a STOP": (100, ("uA confirmed",)),
    "an increase is two steps": (150, STEP),
    "STOP waits for a turn of the loop": (150, HALT),
    "a trip latches and sends nothing": (150, HALT),
    "the view says off for what was only asked for": (200, ("the screen says off",)),
}
"""Within how many sessions, at least twice what it took when it was written down; and the law that it breaks, in the
words of the judge.
"""
SEED = "7000"
FAILED = re.compile(r"seed [0-9]+ on p24: ")


def defect(name: str) -> Defect:
    return next(one for one in defects() if one.name == name)


@pytest.mark.parametrize("name", FOUND)
def test_the_defect_is_still_known(name: str) -> None:
    assert defect(name).file.startswith(COPIED)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", FOUND)
def test_random_sessions_find_a_planted_defect(name: str, tmp_path: Path) -> None:
    tree, one = copy_of_the_tree(tmp_path), defect(name)
    source = tree / one.file
    source.write_text(planted(one, source.read_text("utf-8")), "utf-8")
    sessions, laws = FOUND[name]
    within = ["--device", "p24", "--seed", SEED, "--sessions", str(sessions), "--jobs", "1", "--no-shorten"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (tree, tree / "tests")))}
    run = subprocess.run(
        [sys.executable, "-m", "laws.campaign", *within],
        check=False,
        cwd=tree / "tests",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    [said] = {line for line in run.stdout.splitlines() if FAILED.match(line)}
    assert any(law in said for law in laws), said
