"""The report of one session, from its story. Pure: no file, no clock; the same story gives the same report."""

from __future__ import annotations

from nmes import __version__
from nmes.language import _
from nmes.record.files import Kind
from nmes.record.story import Signature, Story
from nmes.reports import about, afterwards, caught, given, trust
from nmes.reports.document import Report
from nmes.reports.planned import planned
from nmes.reports.told import Told
from nmes.reports.wording import Wording


def report_of(story: Story, words: Wording) -> Report:
    """What is told, in the order in which it is asked for."""
    told = Told(story, words, planned(story.opened) if story.opened else None, words.end_of(story.path))
    signed = afterwards.signature(told).lines[0]
    attended = story.opened is not None and story.opened.attended
    unsigned = attended and story.flowed and not isinstance(story.signature, Signature)
    return Report(
        _("Session report {session}").format(session=story.session),
        _("Report from a record. SIMULATION: no patient was connected.")
        if story.kind is Kind.SIMULATION
        else _("Report from a record of a patient's session."),
        (trust.ending(told), trust.verdict(story), (signed, unsigned), *about.identity(told)),
        (
            about.session(told),
            *given.measured(told),
            given.given(told),
            caught.caught(told),
            afterwards.findings(told),
            afterwards.signature(told),
            about.screening(told),
            about.electrodes(told),
            given.levels(told),
            given.events(told),
            trust.record(told),
            trust.sources(told),
            trust.limits(told),
        ),
        given.curves(told),
        words.clock(story.end_ms),
        f"nmes {__version__}",
    )
