"""A protocol and its plan in words: what it will do, how much that is, and how far each number can be trusted.

Only a value tagged `source` is called one; what is still to be verified says so beside the number it belongs to. What
speaks against a treatment stands as loud as what speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Final

from textual.content import Content

from nmes.core.body_map import figure
from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.core.protocol import Evidence, Protocol, Schedule
from nmes.core.protocol_grade import grade_words
from nmes.core.protocol_trust import OUTDATED, TAGS, TO_VERIFY, UNCLEAR, Outdated, tag, unclear, word
from nmes.ui.numbers import clock
from nmes.ui.protocol_dose import delivered, dose
from nmes.ui.protocol_parts import pads, stages
from nmes.ui.protocol_plots import envelopes
from nmes.ui.protocol_screening import checklist
from nmes.ui.words import target_words

Section = tuple[str, Iterable[str]]

_CLEARANCES: Final = {
    "none": "",
    "surgeon": "Only after the surgeon has cleared it",
    "medical": "Only after a doctor has cleared it",
    "midwife": "Only under the midwife's or obstetrician's own protocol",
}
_MEASURES: Final = {
    "ctf": "the lowest frequency at which the muscle cramps",
    "motor_threshold": "the lowest current with a visible twitch",
    "max_tolerated": "the most current the patient tolerates",
}


def card(protocol: Protocol, plan: Plan | ProblemsError, width: int, head: Iterable[str] = ()) -> Content:
    """The whole card, `width` columns wide; `head`: what is to be read before all else, as `protocol_own` gives it."""
    lines = [Content.styled(line, "bold") for text in (protocol.title, *head) for line in _wrapped(text, width)]
    lines.extend(_marked(line) for text in _about(protocol) for line in _wrapped(text, width))
    for heading, texts in _sections(protocol, plan, max(20, width)):
        lines.extend((Content(""), *(Content.styled(line, "bold") for line in _wrapped(heading, width))))
        lines.extend(_marked(line) for text in texts for line in _wrapped(text, width))
    return Content("\n").join(lines)


def _sections(protocol: Protocol, plan: Plan | ProblemsError, width: int) -> Iterator[Section]:
    if isinstance(plan, ProblemsError):
        yield "CANNOT BE USED WITH THIS STIMULATOR", (f"✖ {problem}" for problem in plan.problems)
        return
    yield "WHAT IT WILL DO", (*stages(protocol), f"{_whole(protocol)} {clock(plan.duration_ms)} min")
    yield from _against_each_other(protocol)
    yield "WHERE THE PADS GO", pads(protocol)
    drawn = figure([one.body_sites for one in protocol.channels], width)
    yield "ON THE BODY", drawn or ("No drawing: the pads lie where the pain is.",)
    yield "SHAPE at the most that may be set", envelopes(plan, width)
    yield "INTENSITY", _intensity(protocol)
    yield "WHAT THE STIMULATOR MAKES OF IT", delivered(protocol, plan)
    yield "DOSE at the most that may be set", dose(protocol, plan)
    yield from _course(protocol)
    yield "BEFORE: THE CHECKLIST", checklist(protocol)
    yield f"STOP WHEN{tag(protocol, 'stop_rules')}", (f"! {rule}" for rule in protocol.stop_rules)
    told_to = protocol.patient_instructions
    yield f"TELL THE PATIENT{tag(protocol, 'patient_instructions')}", (f"- {told}" for told in told_to)
    yield f"MEASURE{tag(protocol, 'outcomes')}", (f"- {told}" for told in protocol.outcomes)
    yield "HOW FAR TO TRUST THE NUMBERS", _trust(protocol)
    yield "SOURCES", _sources(protocol)
    if protocol.changes:
        yield "CHANGES", (f"Version {change.version}: {change.text}" for change in protocol.changes)


def _whole(protocol: Protocol) -> str:
    return "Whole test, at most" if protocol.kind == "assessment" else "Whole treatment"


def _against_each_other(protocol: Protocol) -> Iterator[Section]:
    """Evidence for and against, and what is only believed, one under the other and under equal headings."""
    for heading, found in (("EVIDENCE FOR", protocol.evidence_for), ("EVIDENCE AGAINST", protocol.evidence_against)):
        yield heading, _evidence(found) or ("none was read",)
    if protocol.to_verify:
        yield "TO VERIFY: believed, not read", (f"{TO_VERIFY}: {text}" for text in protocol.to_verify)


def _evidence(found: tuple[Evidence, ...]) -> tuple[str, ...]:
    return tuple(f"- {one.text} [{', '.join(one.cite)}]" for one in found)


def _intensity(protocol: Protocol) -> Iterator[str]:
    yield target_words(protocol)
    wanted = protocol.intensity
    parts = [f"target{tag(protocol, 'intensity.target')}"]
    if wanted.percent is not None:
        parts.append(f"{wanted.percent} %{tag(protocol, 'intensity.percent')}")
    if wanted.ceiling_percent is not None:
        parts.append(f"never over {wanted.ceiling_percent} %{tag(protocol, 'intensity.ceiling_percent')}")
    yield f"Where that is from: {', '.join(parts)}"
    limit_s = protocol.operator_absent_limit_s
    yield f"Pauses if nobody touches a key for {limit_s} s{tag(protocol, 'operator_absent_limit_s')}"


def _course(protocol: Protocol) -> Iterator[Section]:
    """How the first session differs, and how to go on from session to session."""
    parts = (
        ("THE FIRST SESSION", protocol.first_session, "first_session"),
        ("GOING ON", protocol.progression, "progression"),
        ("DOING LESS", protocol.deload, "deload"),
    )
    for heading, texts, path in parts:
        if texts:
            yield f"{heading}{tag(protocol, path)}", (f"- {text}" for text in texts)


def _about(protocol: Protocol) -> Iterator[str]:
    yield f"{protocol.kind.upper()}, {protocol.region}, {protocol.setting}; version {protocol.version}"
    yield f"{grade_words(protocol)} The grade says nothing of how well it works."
    yield f"For: {protocol.indication}"
    if protocol.assessment:
        yield f"Measures: {_MEASURES[protocol.assessment.measures]}{tag(protocol, 'assessment.measures')}"
    if _CLEARANCES[protocol.clearance]:
        yield f"! {_CLEARANCES[protocol.clearance]}"
    yield f"Position: {protocol.position}{tag(protocol, 'position')}"
    if protocol.schedule:
        yield from _schedule(protocol, protocol.schedule)


def _schedule(protocol: Protocol, schedule: Schedule) -> Iterator[str]:
    often = f"{schedule.sessions_per_week} a week{tag(protocol, 'schedule.sessions_per_week')}"
    low = f"{schedule.weeks_low}{tag(protocol, 'schedule.weeks_low')}"
    high = f"{schedule.weeks_high}{tag(protocol, 'schedule.weeks_high')}"
    yield f"Schedule: {often}, weeks: {low if low == high else f'{low} to {high}'}"
    if schedule.note:
        yield f"  {schedule.note}{tag(protocol, 'schedule.note')}"


def _trust(protocol: Protocol) -> Iterator[str]:
    tags = [word(found) for found in protocol.provenance.values()]
    yield ", ".join(f"{tags.count(name)} {name}" for name in (*TAGS.values(), OUTDATED) if name in tags)
    for path, found in protocol.provenance.items():
        if found.tag == "verify":
            note = f": {found.note}" if found.note else ""
            yield f"  {TO_VERIFY} {path}{note}"
        if isinstance(found, Outdated):
            yield f"  {path}: {OUTDATED}"
        if unclear(protocol, path):
            yield f"  {path}: {UNCLEAR}"


def _sources(protocol: Protocol) -> Iterator[str]:
    for one in protocol.citations:
        doi = f", doi {one.doi}" if one.doi else ""
        yield f"{one.key}: {one.text}{doi}{' (repeats the original)' if one.secondary else ''}"


def _wrapped(text: str, width: int) -> list[str]:
    """Lines that keep their indent; only spaces are broken at, so that a mark stays whole. Drawings are left alone."""
    if len(text) <= width:
        return [text]
    indent = " " * (len(text) - len(text.lstrip(" ")) + 2)
    return wrap(text, max(20, width), subsequent_indent=indent, break_on_hyphens=False) or [""]


def _marked(text: str) -> Content:
    """A line with every TO VERIFY made to stand out by more than its words."""
    plain = Content(text)
    return plain.highlight_regex(TO_VERIFY, style="bold reverse") if TO_VERIFY in text else plain
