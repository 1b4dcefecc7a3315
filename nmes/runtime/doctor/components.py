"""The versions of Python and of every library against what the package asks for."""

from __future__ import annotations

import re
from typing import Final

from nmes.language import _
from nmes.runtime.doctor.finding import Finding, Grade
from nmes.runtime.doctor.world import Component

TOLD: Final = ("nmes", "Python", "textual", "pyserial")
"""These are told even if nothing is wrong with them; the others together."""
_CLAUSE: Final = re.compile(r"\s*(>=|<=|==|<|>|!=|~=)\s*([0-9][0-9.]*)")


def of_components(components: tuple[Component, ...]) -> tuple[Finding, ...]:
    """One finding for each that is told or not as wanted, one for all others."""
    findings = [_component(one) for one in components if one.name in TOLD or not fits(one.found, one.wanted)]
    others = [one for one in components if one.name not in TOLD and fits(one.found, one.wanted)]
    if others:
        said = _("{number} other libraries are as wanted").format(number=len(others))
        findings.append(Finding("versions", Grade.GOOD, said))
    return tuple(findings)


def fits(found: str, wanted: str) -> bool:
    """Whether a version is within the clauses of `wanted` (">=8,<9"); an empty one is none."""
    return bool(found) and all(_holds(found, *clause) for clause in _CLAUSE.findall(wanted))


def _component(one: Component) -> Finding:
    if not one.found:
        said = _("{name} is not installed").format(name=one.name)
        return Finding("versions", Grade.BAD, said, _("install nmes again: pip install ."))
    if not fits(one.found, one.wanted):
        said = _("{name} is {found}; {wanted} is wanted").format(name=one.name, found=one.found, wanted=one.wanted)
        return Finding(
            "versions",
            Grade.DOUBTFUL,
            said,
            _("install the versions that were tested: pip install -c constraints.txt ."),
        )
    said = _("{name} is {found}").format(name=one.name, found=one.found)
    return Finding("versions", Grade.GOOD, said)


def _holds(found: str, sign: str, wanted: str) -> bool:
    """Of final versions: what comes before a release (8.0rc1) counts as that release."""
    ours, theirs = _numbers(found), _numbers(wanted)
    width = max(len(ours), len(theirs))
    left, right = _padded(ours, width), _padded(theirs, width)
    match sign:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case "<":
            return left < right
        case ">":
            return left > right
        case "!=":
            return left != right
        case "~=":
            return left >= right and ours[: len(theirs) - 1] == theirs[:-1]
        case _:
            return left == right


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part[:9]) for part in match[0].split(".")) if match else ()


def _padded(numbers: tuple[int, ...], width: int) -> tuple[int, ...]:
    return numbers + (0,) * (width - len(numbers))
