"""A short protocol and what a careful script does with it: for tests of the laboratories' door."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nmes.api import Finding, Loaded, Stimulator, answer_no, load_protocol, open_stimulator
from nmes.api.opening import Opening
from tests.core.protocol_making import CHANNEL, changed, sourced

BY = "A. Berg"
SHORT = (
    ("contractions: 3", "contractions: 1"),
    ("on_s: 6", "on_s: 4"),
    ("off_s: 10", "off_s: 2"),
    ("ramp_up_s: 2", "ramp_up_s: 1"),
)
"""One contraction of 4 s with 2 s after it."""
TWO = CHANNEL + CHANNEL.partition("\n")[2].replace("left", "right")


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The short protocol as a file."""
    file = folder / "good.yaml"
    file.write_text(sourced(changed(*SHORT, *changes)), encoding="utf-8")
    return file


def short(folder: Path, *changes: tuple[str, str]) -> Loaded:
    return load_protocol(written(folder, *changes))


def opening(folder: Path, **more: str) -> Opening:
    """A virtual session of the short protocol, its records in `folder`."""
    return open_stimulator(short(folder), attended_by=BY, home=folder, virtual=True, **more)


def placed(stimulator: Stimulator, loaded: Loaded) -> None:
    stimulator.screen(answer_no(loaded))
    stimulator.place({one.channel: one.pad_mm2 for one in stimulator.plan.channels})


def ready(stimulator: Stimulator, loaded: Loaded, steps: int = 4) -> None:
    """Everything up to the start, each channel at a level of so many steps."""
    placed(stimulator, loaded)
    for one in stimulator.plan.channels:
        stimulator.titrate(one.channel)
        for _ in range(steps):
            stimulator.increase(one.channel)
        stimulator.accept()
        stimulator.felt(one.channel)


def finished(stimulator: Stimulator) -> None:
    """To the end of the plan, somebody being there each second, and signed."""
    while not stimulator.over:
        stimulator.wait(1_000)
        stimulator.attend()
    for one in stimulator.plan.channels:
        stimulator.observe(Finding.SKIN, 0, of=str(one.channel))
    stimulator.observe(Finding.NRS, 1)
    stimulator.observe(Finding.ADVERSE, 0)
    stimulator.sign("nobody measured anything")


@cache
def module_of(name: str) -> object:
    """An example of the documents as a module."""
    import importlib.util
    import sys

    path = Path(__file__).parents[2] / "docs" / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
