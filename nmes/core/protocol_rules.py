"""Rules of a whole protocol file: what must agree between keys that lie far apart. Each yields every problem it sees.

They run on the raw tree, so that one wrong value does not hide the rest. The rules of time and pulses are in
`protocol_stage_rules`, those of origins and citations in `protocol_sources`, those of pads and codes in
`protocol_screening_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from nmes.core.problems import Problem
from nmes.core.protocol import Purpose
from nmes.core.protocol_progress_rules import progress_rules
from nmes.core.protocol_screening_rules import code_rules, pad_rules
from nmes.core.protocol_sources import source_rules
from nmes.core.sides import says_what_it_is_not
from nmes.core.yaml_tree import Path, Tree, dotted

Found = Iterator[Problem]

HOW_MANY: dict[str, tuple[int, int]] = {
    "channels": (1, 8),
    "stages": (1, 10),
    "body_regions": (1, 12),
    "stop_rules": (1, 40),
}
"""The lists that may not be empty, and the most they may hold. [design]"""


def whole_rules(tree: Tree, stem: str, folder: str) -> Found:
    """Everything that can be judged without knowing whether the parts are sound. `stem`: the file's name."""
    if tree.word(("id",)) not in {"", stem}:
        yield tree.problem(("id",), "the id is not the name of the file", f'write "{stem}" or rename the file')
    purpose = tree.word(("purpose",))
    if folder in get_args(Purpose) and purpose in get_args(Purpose) and purpose != folder:
        yield tree.problem(("purpose",), f"the file lies in the folder {folder}", f"write {folder}, or move the file")
    for many, (least, most) in HOW_MANY.items():
        entries = tree.get((many,))
        if isinstance(entries, list) and not least <= len(entries) <= most:
            reason = f"there are {len(entries)} of them" if entries else "the list is empty"
            yield tree.problem((many,), reason, f"give {least} to {most}")
    yield from _changes(tree)
    yield from _intensity(tree)
    yield from _first_session(tree)
    yield from _assessment(tree)
    yield from _sides(tree)
    yield from progress_rules(tree)
    yield from code_rules(tree)
    yield from pad_rules(tree)
    yield from source_rules(tree)


def _sides(tree: Tree) -> Found:
    channels = tree.get(("channels",))
    for index in range(len(channels) if isinstance(channels, list) else 0):
        path: Path = ("channels", index, "side")
        if says_what_it_is_not(tree.word(path)):
            reason = "this says which side it is not, so nobody can compare the side with it"
            yield tree.problem(path, reason, "write left, right, both, or words such as affected leg")


def _changes(tree: Tree) -> Found:
    """Every version after the first says what is new in it, in as many entries as it takes."""
    version, many = tree.get(("version",)), tree.get(("changes",))
    told: set[int] = set()
    for index in range(len(many) if isinstance(many, list) else 0):
        path = ("changes", index, "version")
        one = tree.get(path)
        if not isinstance(one, int):
            continue  # told by the model
        if isinstance(version, int) and one > version:
            yield tree.problem(path, f"the file is only version {version}", "raise version, or correct this")
        told.add(one)
    if isinstance(version, int) and version > 1 and version not in told and isinstance(many, (list, type(None))):
        reason = f"what is new in version {version} is not told"
        yield tree.problem(("version",), reason, f"add {{version: {version}, text: …}} to changes")


def _intensity(tree: Tree) -> Found:
    target = tree.word(("intensity", "target"))
    relative = target in {"pct_mvic", "pct_max_tolerated"}
    percent = tree.get(("intensity", "percent"))
    if relative and percent is None:
        yield tree.problem(("intensity", "percent"), "this target needs a percentage", "add percent: 55, for example")
    for key in ("percent", "ceiling_percent"):
        if target and not relative and tree.get(("intensity", key)) is not None:
            accepted = "remove it, or write target: pct_max_tolerated or pct_mvic"
            yield tree.problem(("intensity", key), "this target has no percentage", accepted)
    yield from _ordered(tree, ("intensity", "percent"), ("intensity", "ceiling_percent"))
    yield from _ordered(tree, ("schedule", "weeks_low"), ("schedule", "weeks_high"))


def _first_session(tree: Tree) -> Found:
    """What the screen halves has to be said in words too, and a test has nothing to halve."""
    path = ("first_session_percent",)
    if tree.get(path) is None:
        return
    if not tree.get(("first_session",)):
        yield tree.problem(path, "no rule of the first session says it in words", "add first_session: [...]")
    if tree.word(("kind",)) == "assessment":
        yield tree.problem(path, "a test is the same the first time", "remove it")


def _ordered(tree: Tree, low: Path, high: Path) -> Found:
    numbers = {*tree.numbers(low), *tree.numbers(high)}
    if numbers == {low, high} and tree.get(low) > tree.get(high):  # type: ignore[operator]  # both are numbers
        yield tree.problem(high, f"this is below {dotted(low)}", "exchange the two, or correct one")


def _assessment(tree: Tree) -> Found:
    """A test says what it measures, and has one stage, named test; nothing else has such a stage."""
    kind, many = tree.word(("kind",)), tree.get(("stages",))
    if not kind:
        return  # told by the model
    is_test = kind == "assessment"
    if is_test and tree.get(("assessment",)) is None:
        yield tree.problem(("kind",), "what this test measures is not said", "add assessment: {measures: ctf}")
    if not is_test and isinstance(tree.get(("assessment",)), dict):
        yield tree.problem(("assessment",), "only a test has this key", "write kind: assessment, or remove it")
    count = len(many) if isinstance(many, list) else 0
    if is_test and count > 1:
        yield tree.problem(("stages", 1), "a test has one stage", "remove the others")
    for index in range(count):
        path = ("stages", index, "name")
        name = tree.word(path)
        if is_test and name not in {"", "test"}:
            yield tree.problem(path, "the stage of a test is named test", "write test")
        if not is_test and name == "test":
            yield tree.problem(path, "only an assessment has a stage of this name", "write work, or kind: assessment")
    if is_test and tree.word(("assessment", "measures")) == "ctf":
        yield from _threshold_test(tree)


def _threshold_test(tree: Tree) -> Found:
    frequency, channels = tree.get(("stages", 0, "frequency_hz")), tree.get(("channels",))
    if frequency is not None and not (isinstance(frequency, dict) and "start_hz" in frequency):
        accepted = "write {start_hz: 4, step_hz: 2, cap_hz: 40}"
        path = ("stages", 0, "frequency_hz")
        yield tree.problem(path, "the cramp threshold is found by rising steps of frequency", accepted)
    if isinstance(channels, list) and len(channels) > 1:
        yield tree.problem(("channels", 1), "the cramp threshold is that of one muscle", "give one channel")
