"""The report of one session, from its story.

What stands in other files than the story's own is looked up first (`told_of`); from then on it is pure: the same values
give the same report. Its forms are of one truth: what the patient's file needs, and all of it for whoever audits.
Neither says what the other would deny; the shorter one only leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from nmes import __version__
from nmes.language import _, spoken
from nmes.record.files import Kind
from nmes.record.story import Signature, Story
from nmes.reports import about, afterwards, caught, given, kept, plotted, recipe, screened, trust
from nmes.reports.document import Report, Section
from nmes.reports.form import Form
from nmes.reports.home_sheet import home_sheet
from nmes.reports.planned import planned
from nmes.reports.told import Told, told_of
from nmes.reports.wording import Wording


def report_of(story: Story, words: Wording, form: Form = Form.AUDIT, zone: tzinfo | None = None) -> Report:
    """Look up what it needs besides its story, and make it. `zone`: of the day on a sheet for home, None = here."""
    if form is Form.HOME:  # it tells what was done, not how much of it
        return home_sheet(Told(story, words, planned(story.opened) if story.opened else None, zone=zone))
    return report_from(told_of(story, words), form)


def report_from(told: Told, form: Form) -> Report:
    """What is told, in the order in which it is asked for. Pure."""
    story = told.story
    return Report(
        _title(form).format(session=story.session),
        _("Report from a record. SIMULATION: no patient was connected.")
        if story.kind is Kind.SIMULATION
        else _("Report from a record of a patient's session."),
        (
            *(trust.ending(told), trust.verdict(story), _signed(told), kept.sealed(story)),
            *(*_corrected(told), *about.identity(told)),
        ),
        tuple(_for_the_file(told) if form is Form.FILE else _for_the_audit(told)),
        kept.foot(story),
        f"nmes {__version__}",
        spoken(),
    )


def _title(form: Form) -> str:
    return _("Session report {session}") if form is Form.FILE else _("Audit report {session}")


def _signed(told: Told) -> tuple[str, bool]:
    """Loud where output flowed in a session that is to be signed, and nobody signed."""
    story = told.story
    attended = story.opened is not None and story.opened.attended
    unsigned = attended and story.flowed and not isinstance(story.signature, Signature)
    return afterwards.signature(told).lines[0], unsigned


def _corrected(told: Told) -> Iterator[tuple[str, bool]]:
    """That entries were corrected since: who reads a value has to know before."""
    if told.corrected:
        said = _("CORRECTED since, entry {entries}: what is right stands beside it and under Course of care.")
        yield said.format(entries=", ".join(map(str, told.corrected))), True


def _for_the_file(told: Told) -> Iterator[Section]:
    yield about.session(told)
    yield recipe.protocol(told)
    yield from given.measured(told)
    yield given.given(told)
    yield plotted.output(told)
    yield afterwards.findings(told)
    yield from about.course(told)
    yield screened.screening(told)
    yield about.electrodes(told)
    yield kept.kept(told)
    yield trust.limits(told)


def _for_the_audit(told: Told) -> Iterator[Section]:
    yield about.session(told)
    yield kept.kept(told)
    yield from given.measured(told)
    yield given.given(told)
    yield plotted.output(told)
    yield caught.caught(told)
    yield afterwards.findings(told)
    yield afterwards.signature(told)
    yield from about.course(told)
    yield screened.screening(told)
    yield from screened.checklist(told)
    yield about.electrodes(told)
    yield given.levels(told)
    yield given.events(told)
    yield given.refused(told)
    yield recipe.protocol(told)
    yield from recipe.provenance(told)
    yield from about.bound(told)
    yield trust.sources(told)
    yield trust.limits(told)
