"""Rules of pads and people: where pads may lie, and what must be asked before they do.

In which of its lists a file has a code changes nothing: what an answer leads to is decided by the catalogue alone.

Separate, because what is asked depends on where the pads lie: both are judged here, against the body map and the
screening catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.body_map import REGIONS, SITES, regional_codes, why_forbidden
from nmes.core.problems import Problem
from nmes.core.protocol_sources import texts
from nmes.core.screening import CATALOGUE, Group, always_asked
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import Path, Tree

Found = Iterator[Problem]

LISTS = ("contraindications", "precautions", "causes")
_CLEARED_BY = {
    "surgeon": "surgeon_clearance_missing",
    "medical": "medical_clearance_missing",
    "midwife": "midwife_protocol_missing",
}

_LIST_OF = {
    Group.CONTRAINDICATION: "contraindications",
    Group.LOCAL: "contraindications",
    Group.PRECAUTION: "precautions",
    Group.CAUSE: "causes",
}


def code_rules(tree: Tree) -> Found:
    """Codes that the catalogue knows, each once, and those that may not be left out."""
    listed: dict[str, Path] = {}
    for path, code in (found for name in LISTS for found in texts(tree, (name,))):
        if code not in CATALOGUE:
            accepted = nearest(code, CATALOGUE) or "use a code of the catalogue"
            yield tree.problem(path, "this code is not in the screening catalogue", accepted)
        if code in listed:
            yield tree.problem(path, "this code is listed twice", "remove one")
        listed[code] = path
    kind, clearance = tree.word(("kind",)), tree.word(("clearance",)) or "none"
    if all(isinstance(tree.get((name,)), list) for name in LISTS[:2]):
        if kind in {"nmes", "tens", "assessment"}:
            for code in always_asked(kind, clearance):
                if code not in listed:
                    reason = f"every {kind} protocol has to ask for {code}"
                    yield tree.problem(("contraindications",), reason, f"add it to {list_of(code, kind)}", at_key=True)
        needed = _CLEARED_BY.get(clearance)
        if needed and needed not in listed:
            reason = f"whether the clearance is there has to be asked: {needed}"
            yield tree.problem(("clearance",), reason, f"add {needed} to contraindications")


def list_of(code: str, kind: str) -> str:
    """The list whose name says what the catalogue does with a code for this kind."""
    return _LIST_OF[CATALOGUE[code].group(kind)]


def pad_rules(tree: Tree) -> Found:
    """Pads on places of the body map, in the regions that the file names, with the questions these places ask for."""
    many = tree.get(("channels",))
    paths: list[Path] = [
        ("channels", index, "body_sites") for index in range(len(many) if isinstance(many, list) else 0)
    ]
    for path in paths:
        yield from _pads(tree, path)
    sites = dict.fromkeys(code for path in paths for _, code in texts(tree, path) if code in SITES)
    if sites and all(isinstance(tree.get((name,)), list) for name in LISTS[:2]):
        listed = {code for name in LISTS for _, code in texts(tree, (name,))}
        for code in regional_codes(tuple(sites)):
            if code not in listed:
                reason = f"pads in this region have to ask for {code}"
                accepted = f"add it to {list_of(code, tree.word(('kind',)))}"
                yield tree.problem(("contraindications",), reason, accepted, at_key=True)


def _pads(tree: Tree, path: Path) -> Found:
    entries, regions = tree.get(path), {region for _, region in texts(tree, ("body_regions",))}
    if isinstance(entries, list) and not 2 <= len(entries) <= 8:
        accepted = "name 2 to 8 places, the first for the pad that polarity speaks of first"
        yield tree.problem(path, f"a channel needs two pads or more, and this has {len(entries)}", accepted)
    seen: set[str] = set()
    for place, code in texts(tree, path):
        if code in seen:
            yield tree.problem(place, "two pads of a channel cannot lie on one place", "name another place")
        seen.add(code)
        if code not in SITES:
            yield _no_place(tree, place, code)
        elif regions and regions <= set(REGIONS) and SITES[code].regions and not regions & set(SITES[code].regions):
            reason = "this place lies in no region of body_regions"
            yield tree.problem(place, reason, f"add {SITES[code].regions[0]} to body_regions, or name another place")


def _no_place(tree: Tree, place: Path, code: str) -> Problem:
    why = why_forbidden(code)
    if why:
        return tree.problem(place, f"no pad may lie here: {why}", "this is not supported; choose another place")
    return tree.problem(
        place, "this place is not on the body map", nearest(code, SITES) or "use a place of the body map"
    )
