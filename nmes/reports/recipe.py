"""The protocol of a session as its record holds it: what for, what it does, and where each value of it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from nmes.core.protocol import Protocol
from nmes.core.protocol_trust import UNCLEAR, unclear, word
from nmes.core.yaml_tree import Tree, read, shown
from nmes.language import _, many
from nmes.reports.citing import cited
from nmes.reports.document import Section, Table
from nmes.reports.told import Told

_FEW: Final = 4
"""So many keys of a group still read as one line [design]."""


def protocol(told: Told) -> Section:
    """What for, how far its numbers are known, what it does; the frequencies as they were for this person."""
    bound = told.story.opened.bound if told.story.opened else {}
    derived = tuple(told.words.where_from(bound))
    if told.planned is None:
        unknown = _("The protocol in this record cannot be read by this version: nothing is told from it.")
        return Section(_("Protocol"), (unknown,), after=derived)
    of = told.planned.protocol
    facts = (
        (_("Name"), _("{title} ({id}, version {version})").format(title=of.title, id=of.id, version=of.version)),
        (_("What for"), of.indication),
        (_("Grade"), told.words.grade(of)),
        (_("Intensity looked for"), told.words.target(of)),
        *_stages(told.words.stages(of)),
        *_schedule(of),
    )
    return Section(_("Protocol"), facts=facts, after=derived)


def _stages(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What the screens tell of each stage in a line of its name and indented ones below it, as one fact a stage."""
    name, said = "", list[str]()
    for line in lines:
        if line.startswith(" "):
            said.append(line.strip())
            continue
        if name:
            yield name, "; ".join(said)
        name, _colon, first = line.partition(": ")
        said = [first]
    if name:
        yield name, "; ".join(said)


def _schedule(of: Protocol) -> Iterator[tuple[str, str]]:
    if (one := of.schedule) is None:
        return
    said = _("Sessions a week: {number}. Weeks: {low} to {high}.")
    if one.weeks_low == one.weeks_high:
        said = _("Sessions a week: {number}. Weeks: {low}.")
    told = said.format(number=one.sessions_per_week, low=one.weeks_low, high=one.weeks_high)
    yield _("Schedule of the card"), told


def provenance(told: Told) -> tuple[Section, ...]:
    """Every value with its origin, the evidence on both sides, the documents. Nothing without a protocol."""
    if told.planned is None or told.story.opened is None:
        return ()
    of, tree = told.planned.protocol, read(told.story.opened.protocol_yaml.encode(), told.story.opened.protocol)
    rows = tuple((path, _value(tree, path), _origin(of, path)) for path in of.provenance)
    head = (_("Value in the protocol's file"), _("As it stands there"), _("Where it comes from"))
    return (
        Section(_("Where the protocol's values come from"), table=Table(head, rows)),
        Section(_("Evidence"), facts=tuple(_evidence(of))),
        Section(_("Documents"), facts=tuple(_documents(of))),
    )


def _value(tree: Tree, path: str) -> str:
    """A value as it stands in the file; of a long list or group only how long it is."""
    value = tree.get(tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
    match value:
        case list():
            return many("{number} entry", "{number} entries", len(value))
        case dict() if len(value) > _FEW:
            return many("a group of {number} key", "a group of {number} keys", len(value))
        case dict():
            return ", ".join(f"{name} {shown(part)}" for name, part in value.items())
        case _:
            return shown(value)


def _origin(of: Protocol, path: str) -> str:
    found = of.provenance[path]
    cited = f" [{', '.join(found.cite)}]" if found.cite else ""
    doubted = _(UNCLEAR) if unclear(of, path) else ""
    return ". ".join(filter(None, (f"{word(found, _)}{cited}", doubted, found.note)))


def _evidence(of: Protocol) -> Iterator[tuple[str, str]]:
    """For and against with equal weight, then what is only believed."""
    for name, found in ((_("For"), of.evidence_for), (_("Against"), of.evidence_against)):
        for one in found:
            yield name, f"{one.text} [{', '.join(one.cite)}]"
        if not found:
            yield name, _("none was read")
    for text in of.to_verify:
        yield _("Only believed"), text


def _documents(of: Protocol) -> Iterator[tuple[str, str]]:
    yield from ((one.key, cited(one)) for one in of.citations)
