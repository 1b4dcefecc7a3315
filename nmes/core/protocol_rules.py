"""Rules that join several values of a protocol file: each yields every problem it sees, and none needs the others.

Rules of parts (a channel, a stage) run on each part that is sound by itself; rules of the whole file (codes, citations,
provenance) run on the raw tree, so that one wrong value does not hide the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nmes.core import limits
from nmes.core.problems import Problem
from nmes.core.protocol import Channel, DerivedFrequency, FrequencyRange, PulseShape, Stage
from nmes.core.screening import CATALOGUE, always_asked
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import Path, Tree, dotted

Found = Iterator[Problem]


def channel_rules(tree: Tree, path: Path, channel: Channel) -> Found:
    """A pulse that gives back what it gave."""
    shape = (*path, "waveform")
    match channel.waveform:
        case PulseShape(shape="symmetric", ratio=int()):
            reason = "a symmetric pulse with a ratio would not return its charge"
            yield tree.problem((*shape, "ratio"), reason, "remove ratio, or write shape: asymmetric")
        case PulseShape(shape="asymmetric", ratio=None):
            reason = "an asymmetric pulse needs a ratio to return its charge"
            yield tree.problem((*shape, "ratio"), reason, "give 2 to 8, or write shape: symmetric")
        case _:
            pass


def stage_rules(tree: Tree, path: Path, stage: Stage) -> Found:
    """A stage that has the keys of its form, and ramps that leave time at full strength."""
    given = {name for name in _TIMED if getattr(stage, name) is not None}
    needed = {"minutes"} if stage.continuous else {"on_s", "off_s", "on_includes_ramps"}
    for name in sorted(needed - given):
        kind = "a continuous stage" if stage.continuous else "a stage with contractions"
        yield tree.problem((*path, name), f"{kind} needs this key", "add it")
    for name in sorted(given - needed if stage.continuous else set()):
        yield tree.problem((*path, name), "a continuous stage has no rests", "remove it, or remove continuous")
    if not stage.continuous:
        yield from _counting(tree, path, stage)
    if stage.on_ms and stage.ramp_up_ms + stage.ramp_down_ms >= stage.on_ms:
        reason = "the ramps are as long as the on time, or longer"
        yield tree.problem(
            (*path, "ramp_up_s"), reason, f"give ramps that together stay under {stage.on_ms / 1000:g} s"
        )
    match stage.frequency_hz:
        case FrequencyRange(low_hz=low, high_hz=high, use_hz=use) if not low <= use <= high:
            yield tree.problem((*path, "frequency_hz", "use_hz"), "this is outside low_hz to high_hz")
        case DerivedFrequency(offset_hz=offset) if offset > limits.MAX_CTF_MHZ // 1000:
            yield tree.problem((*path, "frequency_hz", "offset_hz"), "the offset is too large", "give 40 or less")
        case _:
            pass


_TIMED = ("on_s", "off_s", "on_includes_ramps", "contractions", "sets", "set_rest_s", "minutes")


def _counting(tree: Tree, path: Path, stage: Stage) -> Found:
    if (stage.contractions is None) == (stage.minutes is None):
        accepted = "give contractions or minutes, one of them"
        yield tree.problem((*path, "contractions"), "the length of the stage is not clear", accepted)
    if stage.minutes and stage.on_s and stage.off_s and stage.minutes_ms < stage.on_ms + stage.off_ms:
        yield tree.problem((*path, "minutes"), "not one contraction with its rest fits in", "give more minutes")
    if stage.minutes and (stage.sets or stage.set_rest_s):
        yield tree.problem(
            (*path, "sets"), "sets belong to counted contractions", "give contractions per set, or remove it"
        )
    if (stage.sets or 1) > 1 and stage.set_rest_s is None:
        yield tree.problem((*path, "set_rest_s"), "several sets need the rest between them")
    if stage.set_rest_s and (stage.sets or 1) == 1:
        yield tree.problem(
            (*path, "set_rest_s"), "a rest between sets needs more than one set", "give sets, or remove it"
        )


def joint_rules(tree: Tree, channels: dict[Path, Channel], stages: dict[Path, Stage]) -> Found:
    """What channels and stages must agree on: pulses that fit their period, turns that fit the off time."""
    for stage_path, stage in stages.items():
        frequency_mhz = stage.frequency_mhz(None)
        for path, channel in channels.items():
            shape = channel.waveform
            longest_us = 2 * (shape.ratio or 1) * shape.phase_us + shape.gap_us
            if longest_us * frequency_mhz >= 1_000_000_000:
                place = (*path, "waveform", "phase_us")
                reason = f"at {frequency_mhz / 1000:g} Hz the pulse may last {longest_us} µs, longer than its period"
                accepted = f"keep the pulse under {1_000_000_000 // frequency_mhz} µs, or lower {dotted(stage_path)}"
                yield tree.problem(place, reason, accepted)
    lasts_ms = sum(stage.stage_ms for stage in stages.values() if stage.minutes or stage.contractions)
    if lasts_ms > limits.MAX_TREATMENT_MS:
        yield tree.problem(("stages",), f"the treatment lasts {lasts_ms / 60_000:g} minutes", "give at most 120")
    timing = tree.get(("channel_timing",))
    if timing not in {"alternating", "sequential"}:
        return
    if len(channels) < 2:
        yield tree.problem(("channel_timing",), "taking turns needs two channels or more", "write simultaneous")
        return
    turns = 2 if timing == "alternating" else len(channels)
    for stage_path, stage in stages.items():
        if stage.continuous:
            yield tree.problem(
                (*stage_path, "continuous"), "a continuous stage cannot take turns", "write simultaneous"
            )
        elif stage.on_ms * turns > stage.on_ms + stage.off_ms:
            reason = "the off time is too short for the channels to take turns"
            yield tree.problem((*stage_path, "off_s"), reason, f"give {stage.on_ms * (turns - 1) / 1000:g} or more")


def whole_rules(tree: Tree, stem: str) -> Found:
    """Everything that can be judged without knowing whether the parts are sound."""
    if isinstance(tree.get(("id",)), str) and tree.get(("id",)) != stem:
        yield tree.problem(("id",), "the id is not the name of the file", f'write "{stem}" or rename the file')
    for name, most in (("channels", 8), ("stages", 10)):
        many = tree.get((name,))
        if isinstance(many, list) and not 1 <= len(many) <= most:
            yield tree.problem((name,), f"there are {len(many)} of them", f"give 1 to {most}")
    yield from _intensity(tree)
    yield from _codes(tree)
    yield from _citations(tree)
    yield from _provenance(tree)


def _intensity(tree: Tree) -> Found:
    relative = tree.get(("intensity", "target")) in {"pct_mvic", "pct_max_tolerated"}
    percent = tree.get(("intensity", "percent"))
    if relative and percent is None:
        yield tree.problem(("intensity", "percent"), "this target needs a percentage")
    if not relative and percent is not None:
        yield tree.problem(("intensity", "percent"), "this target has no percentage", "remove it")
    for low, high in pairwise((("intensity", "percent"), ("intensity", "ceiling_percent"))):
        yield from _ordered(tree, low, high)
    yield from _ordered(tree, ("schedule", "weeks_low"), ("schedule", "weeks_high"))


def _ordered(tree: Tree, low: Path, high: Path) -> Found:
    numbers = {*tree.numbers(low), *tree.numbers(high)}
    if numbers == {low, high} and tree.get(low) > tree.get(high):  # type: ignore[operator]  # both are numbers
        yield tree.problem(high, f"this is below {dotted(low)}")


def _texts(tree: Tree, path: Path) -> list[tuple[Path, str]]:
    """The texts of a list with their paths; what is not a text is reported elsewhere."""
    many = tree.get(path)
    entries = enumerate(many) if isinstance(many, list) else ()
    return [((*path, index), text) for index, text in entries if isinstance(text, str)]


def _codes(tree: Tree) -> Found:
    seen: set[str] = set()
    for path, code in (*_texts(tree, ("contraindications",)), *_texts(tree, ("precautions",))):
        if code not in CATALOGUE:
            yield tree.problem(path, "this code is not in the screening catalogue", nearest(code, CATALOGUE))
        if code in seen:
            yield tree.problem(path, "this code is listed twice", "remove one")
        seen.add(code)
    kind = tree.get(("kind",))
    listed = {code for _, code in _texts(tree, ("contraindications",))}
    if kind in {"nmes", "tens"} and isinstance(tree.get(("contraindications",)), list):
        for code in always_asked(str(kind)):
            if code not in listed:
                yield tree.problem(("contraindications",), f"every {kind} protocol has to ask for {code}", "add it")


def _citations(tree: Tree) -> Found:
    keys: set[str] = set()
    many = tree.get(("citations",))
    for index in range(len(many) if isinstance(many, list) else 0):
        key = tree.get(("citations", index, "key"))
        if isinstance(key, str) and key in keys:
            yield tree.problem(("citations", index, "key"), "this key is used twice", "give each citation its own key")
        keys.add(str(key))
    for path in _citing(tree):
        cites = _texts(tree, (*path, "cite"))
        needs = path[0] != "provenance" or tree.get((*path, "tag")) == "source"
        if needs and not cites:
            yield tree.problem((*path, "cite"), "this is called sourced, and no citation is named", "add cite: [key]")
        for place, key in cites:
            if key not in keys:
                yield tree.problem(place, "no citation has this key", nearest(key, keys))


def _citing(tree: Tree) -> Iterator[Path]:
    provenance = tree.get(("provenance",))
    for name in provenance if isinstance(provenance, dict) else ():
        yield ("provenance", name)
    for side in ("evidence_for", "evidence_against"):
        many = tree.get((side,))
        for index in range(len(many) if isinstance(many, list) else 0):
            yield (side, index)


_UNSOURCED = {"provenance", "citations", "version"}
_STATED: tuple[Path, ...] = (
    ("position",),
    ("channels", 0, "sites"),
    ("channels", 0, "polarity"),
    ("channels", 0, "waveform", "shape"),
    ("stages", 0, "on_includes_ramps"),
    ("intensity", "target"),
)
"""What is no number and is part of the dose all the same; 0 stands for any."""


def _provenance(tree: Tree) -> Found:
    """Every number, and what else makes up the dose, has its origin, and every origin its value."""
    provenance = tree.get(("provenance",))
    if not isinstance(provenance, dict):
        return
    numbers = {path for path in tree.numbers() if path[0] not in _UNSOURCED}
    for path in tree.values_at:
        stated = tuple(0 if isinstance(part, int) else part for part in path) in _STATED
        if (stated or path in numbers) and dotted(path) not in provenance:
            reason = f"the origin of this {'value' if stated else 'number'} is not stated"
            yield tree.problem(path, reason, f'add "{dotted(path)}: {{tag: …}}" to provenance')
    values = {dotted(path) for path in tree.values_at if path and path[0] not in _UNSOURCED}
    for name in provenance:
        if name not in values:
            yield tree.problem(
                ("provenance", name), "nothing in the file has this path", nearest(name, values), at_key=True
            )
