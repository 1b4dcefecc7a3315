"""Rules of origin: every number, and what else makes up the dose, says where it comes from; and only what was read is
called evidence.

Separate, because this is the promise of the library: a value without an origin, or a source without a document, is
refused, and grade A is given by the tags and not by the author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nmes.core.problems import Problem
from nmes.core.protocol_meaning import MEANINGS, key_of
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import Path, Tree, dotted

Found = Iterator[Problem]

_UNSOURCED = {"provenance", "citations", "version", "changes"}
_BY_RULE = {*_UNSOURCED, "progress"}
"""Where a number needs no origin of its own; a rule of `progress` states one for all of its numbers."""
_STATED: tuple[Path, ...] = (
    ("position",),
    ("channels", 0, "sites"),
    ("channels", 0, "body_sites"),
    ("channels", 0, "polarity"),
    ("channels", 0, "waveform", "shape"),
    ("stages", 0, "on_includes_ramps"),
    ("intensity", "target"),
    ("assessment", "measures"),
    ("first_session",),
    ("progression",),
    ("deload",),
    ("progress", "advance"),
    ("progress", "share"),
    ("progress", "retest"),
    ("progress", "deload"),
    ("progress", "booster"),
    ("patient_instructions",),
    ("stop_rules",),
    ("outcomes",),
)
"""What is no number and is part of the dose all the same; 0 stands for any."""

GRADED = re.compile(
    r"stages\.\d+\.(frequency_hz(\.(?!sweep_s|each_s)\w+)?|on_s|off_s|minutes|train_pulses|burst\.per_second"
    r"|phase_sweep\.(low|high)_us)|channels\.\d+\.waveform\.phase_us|schedule\.(sessions_per_week|weeks_low|weeks_high)"
)
"""The numbers that grade A speaks of: frequency, phase, on and off (or minutes) and schedule. What only the form needs
(how fast a sweep is, how many pulses a burst has) does not count. [design]"""


def source_rules(tree: Tree) -> Found:
    yield from _citations(tree)
    yield from _provenance(tree)
    yield from _grade(tree)


def texts(tree: Tree, path: Path) -> list[tuple[Path, str]]:
    """The texts of a list with their paths; what is not a text is reported elsewhere."""
    many = tree.get(path)
    entries = enumerate(many) if isinstance(many, list) else ()
    return [((*path, index), text) for index, text in entries if isinstance(text, str)]


def _citations(tree: Tree) -> Found:
    keys: set[str] = set()
    many = tree.get(("citations",))
    for index in range(len(many) if isinstance(many, list) else 0):
        key = tree.get(("citations", index, "key"))
        if isinstance(key, str) and key in keys:
            yield tree.problem(("citations", index, "key"), "this key is used twice", "give each citation its own key")
        keys.add(str(key))
    for path in _citing(tree):
        cites = texts(tree, (*path, "cite"))
        needs = path[0] != "provenance" or tree.word((*path, "tag")) == "source"
        if needs and not cites:
            yield tree.problem((*path, "cite"), "this is called sourced, and no citation is named", "add cite: [key]")
        for place, key in cites:
            if key not in keys:
                yield tree.problem(place, "no citation has this key", nearest(key, keys) or "add it to citations")


def _citing(tree: Tree) -> Iterator[Path]:
    provenance = tree.get(("provenance",))
    for name in provenance if isinstance(provenance, dict) else ():
        yield ("provenance", name)
    for side in ("evidence_for", "evidence_against"):
        many = tree.get((side,))
        for index in range(len(many) if isinstance(many, list) else 0):
            yield (side, index)


def _provenance(tree: Tree) -> Found:
    """Every number, and what else makes up the dose, has its origin, and every origin its value."""
    provenance = tree.get(("provenance",))
    if not isinstance(provenance, dict):
        return
    numbers = {path for path in tree.numbers() if path[0] not in _BY_RULE and _is_number(dotted(path))}
    for path in tree.values_at:
        stated = tuple(0 if isinstance(part, int) else part for part in path) in _STATED
        if (stated or path in numbers) and dotted(path) not in provenance:
            reason = f"the origin of this {'value' if stated else 'number'} is not stated"
            yield tree.problem(path, reason, f'add "{dotted(path)}: {{tag: …}}" to provenance')
    values = {dotted(path) for path in tree.values_at if path and path[0] not in _UNSOURCED}
    for name in provenance:
        if name not in values:
            known = key_of(name) in MEANINGS
            reason = "the value this speaks of is not in the file" if known else "nothing in the file has this path"
            accepted = "give the value, or remove this" if known else nearest(name, values) or "remove it"
            yield tree.problem(("provenance", name), reason, accepted, at_key=True)


def _is_number(name: str) -> bool:
    """Whether a number belongs there; one that stands elsewhere is told by the model."""
    key = key_of(name)
    return key in MEANINGS and bool(MEANINGS[key].unit)


def _grade(tree: Tree) -> Found:
    """Grade A says that all that matters was read, or chosen within what was read."""
    provenance = tree.get(("provenance",))
    if tree.word(("grade",)) != "A" or not isinstance(provenance, dict):
        return
    unread = [path for path in map(dotted, tree.numbers()) if GRADED.fullmatch(path) and not _read(tree, path)]
    if unread:
        reason = f"grade A needs a source for {', '.join(unread[:4])}{' and others' * (len(unread) > 4)}"
        yield tree.problem(("grade",), reason, "write B (partly sourced) or C (mostly to verify)")


def _read(tree: Tree, name: str) -> bool:
    """Whether a value was read: a source, or our choice inside a range that a document gives.

    That is `design` with the citation of the range, and a note that says what the range is.
    """
    origin = ("provenance", name)
    tag, cites, note = tree.word((*origin, "tag")), texts(tree, (*origin, "cite")), tree.word((*origin, "note"))
    return tag == "source" or (tag == "design" and bool(cites) and bool(note.strip()))
