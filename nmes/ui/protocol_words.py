"""A protocol and its plan in words: what it will do, how much that is, and how far each number can be trusted.

Only a value tagged `source` is called one; what is still to be verified says so beside the number it belongs to. What
speaks against a treatment stands as loud as what speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from textwrap import wrap
from typing import Final

from textual.content import Content

from nmes.core.body_map import figure
from nmes.core.plan import Plan
from nmes.core.problems import Problem, ProblemsError
from nmes.core.protocol import Evidence, Protocol, Schedule
from nmes.core.protocol_trust import Outdated, unclear
from nmes.language import _
from nmes.reports.citing import cited
from nmes.runtime.trust_words import OUTDATED, TAGS, TO_VERIFY, UNCLEAR, grade_words, tag, word
from nmes.ui.numbers import clock
from nmes.ui.protocol_dose import delivered, dose
from nmes.ui.protocol_parts import pads, stages
from nmes.ui.protocol_plots import envelopes
from nmes.ui.protocol_progress import rules
from nmes.ui.protocol_screening import checklist
from nmes.ui.pulse_plot import pulses
from nmes.ui.words import target_words

Section = tuple[str, Iterable[str]]

_CLEARANCES: Final = {
    "none": "",
    "surgeon": _("Only after the surgeon has cleared it"),
    "medical": _("Only after a doctor has cleared it"),
    "midwife": _("Only under the midwife's or obstetrician's own protocol"),
}
_MEASURES: Final = {
    "ctf": _("the lowest frequency at which the muscle cramps"),
    "motor_threshold": _("the lowest current with a visible twitch"),
    "max_tolerated": _("the most current the patient tolerates"),
}


def card(protocol: Protocol, plan: Plan | ProblemsError, width: int, head: Iterable[str] = ()) -> Content:
    """The whole card, `width` columns wide; `head`: what is to be read before all else, as `protocol_own` gives it."""
    lines = [Content.styled(line, "bold") for text in (protocol.title, *head) for line in _wrapped(text, width)]
    lines.extend(_marked(line) for text in _about(protocol) for line in _wrapped(text, width))
    for heading, texts in _sections(protocol, plan, max(20, width)):
        lines.extend((Content(""), *(Content.styled(line, "bold") for line in _wrapped(heading, width))))
        lines.extend(_marked(line) for text in texts for line in _wrapped(text, width))
    return Content("\n").join(lines)


def _anywhere(problem: Problem) -> Problem:
    """Without its file: whoever chooses wants to know why; who writes the file asks the check for its line."""
    return replace(problem, file="", line=0)


def _sections(protocol: Protocol, plan: Plan | ProblemsError, width: int) -> Iterator[Section]:
    if isinstance(plan, ProblemsError):
        yield _("CANNOT BE USED WITH THIS STIMULATOR"), (f"✖ {_anywhere(problem)}" for problem in plan.problems)
        return
    yield _("WHAT IT WILL DO"), (*stages(protocol), _whole(protocol, clock(plan.duration_ms)))
    yield from _against_each_other(protocol)
    yield _("WHERE THE PADS GO"), pads(protocol)
    drawn = figure([one.body_sites for one in protocol.channels], width)
    yield _("ON THE BODY"), drawn or (_("No drawing: the pads lie where the pain is."),)
    yield _("SHAPE at the most that may be set"), envelopes(plan, width)
    yield _("ONE PULSE at the most that may be set"), pulses(plan, width)
    yield _("INTENSITY"), _intensity(protocol)
    yield _("WHAT THE STIMULATOR MAKES OF IT"), delivered(protocol, plan)
    yield _("DOSE at the most that may be set"), dose(protocol, plan)
    yield from _course(protocol)
    yield _("BEFORE: THE CHECKLIST"), checklist(protocol)
    yield _tagged(_("STOP WHEN"), protocol, "stop_rules"), (f"! {rule}" for rule in protocol.stop_rules)
    told_to = protocol.patient_instructions
    yield _tagged(_("TELL THE PATIENT"), protocol, "patient_instructions"), (f"- {told}" for told in told_to)
    yield _tagged(_("MEASURE"), protocol, "outcomes"), (f"- {told}" for told in protocol.outcomes)
    yield _("HOW FAR TO TRUST THE NUMBERS"), _trust(protocol)
    yield _("SOURCES"), _sources(protocol)
    if protocol.changes:
        yield (
            _("CHANGES"),
            (
                _("Version {version}: {text}").format(version=change.version, text=change.text)
                for change in protocol.changes
            ),
        )


def _whole(protocol: Protocol, time: str) -> str:
    if protocol.kind == "assessment":
        return _("Whole test, at most {time} min").format(time=time)
    return _("Whole treatment {time} min").format(time=time)


def _against_each_other(protocol: Protocol) -> Iterator[Section]:
    """Evidence for and against, and what is only believed, one under the other and under equal headings."""
    for heading, found in (
        (_("EVIDENCE FOR"), protocol.evidence_for),
        (_("EVIDENCE AGAINST"), protocol.evidence_against),
    ):
        yield heading, _evidence(found) or (_("none was read"),)
    if protocol.to_verify:
        yield _("TO VERIFY: believed, not read"), (f"{TO_VERIFY}: {text}" for text in protocol.to_verify)


def _evidence(found: tuple[Evidence, ...]) -> tuple[str, ...]:
    return tuple(f"- {one.text} [{', '.join(one.cite)}]" for one in found)


def _intensity(protocol: Protocol) -> Iterator[str]:
    yield target_words(protocol)
    wanted = protocol.intensity
    parts = [_tagged(_("target"), protocol, "intensity.target")]
    if wanted.percent is not None:
        parts.append(_tagged(f"{wanted.percent} %", protocol, "intensity.percent"))
    if wanted.ceiling_percent is not None:
        never = _("never over {percent} %").format(percent=wanted.ceiling_percent)
        parts.append(_tagged(never, protocol, "intensity.ceiling_percent"))
    yield _("Where that is from: {parts}").format(parts=", ".join(parts))
    limit = _("Pauses if nobody touches a key for {limit} s").format(limit=protocol.operator_absent_limit_s)
    yield _tagged(limit, protocol, "operator_absent_limit_s")


def _tagged(text: str, protocol: Protocol, path: str) -> str:
    """With how far it can be trusted behind it."""
    return f"{text}{tag(protocol, path)}"


def _course(protocol: Protocol) -> Iterator[Section]:
    """How the first session differs, and how to go on from session to session."""
    parts = (
        (_("THE FIRST SESSION"), protocol.first_session, "first_session"),
        (_("GOING ON"), protocol.progression, "progression"),
        (_("DOING LESS"), protocol.deload, "deload"),
    )
    share = protocol.first_session_percent
    for heading, texts, path in parts:
        lines = [f"- {text}" for text in texts]
        if path == "first_session" and share is not None:
            said = _("- The program shows, and asks at, {percent} % of the target and of the contractions.")
            lines.append(_tagged(said.format(percent=share), protocol, "first_session_percent"))
        if lines:
            yield f"{heading}{tag(protocol, path)}", lines
    if protocol.progress:
        yield _("WHAT THE PROGRAM PROPOSES BY (sets nothing)"), rules(protocol)


def _about(protocol: Protocol) -> Iterator[str]:
    yield _("{kind}, {region}, {setting}; version {version}").format(
        kind=protocol.kind.upper(), region=protocol.region, setting=protocol.setting, version=protocol.version
    )
    yield _("{grade} The grade says nothing of how well it works.").format(grade=grade_words(protocol))
    yield _("For: {indication}").format(indication=protocol.indication)
    if protocol.assessment:
        measured = _("Measures: {what}").format(what=_MEASURES[protocol.assessment.measures])
        yield _tagged(measured, protocol, "assessment.measures")
    if _CLEARANCES[protocol.clearance]:
        yield f"! {_CLEARANCES[protocol.clearance]}"
    yield _tagged(_("Position: {position}").format(position=protocol.position), protocol, "position")
    if protocol.schedule:
        yield from _schedule(protocol, protocol.schedule)


def _schedule(protocol: Protocol, schedule: Schedule) -> Iterator[str]:
    often = _("{number} a week").format(number=schedule.sessions_per_week)
    often = _tagged(often, protocol, "schedule.sessions_per_week")
    low = _tagged(str(schedule.weeks_low), protocol, "schedule.weeks_low")
    high = _tagged(str(schedule.weeks_high), protocol, "schedule.weeks_high")
    if low == high:
        yield _("Schedule: {often}, weeks: {weeks}").format(often=often, weeks=low)
    else:
        yield _("Schedule: {often}, weeks: {low} to {high}").format(often=often, low=low, high=high)
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
    yield from (f"{one.key}: {cited(one)}" for one in protocol.citations)


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
