"""`nmes audit show`: one session as it can be read, and first of all whether it can be believed. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from nmes.cli.audit import TITLES, code_of, place_words, say, verdict_words
from nmes.cli.audit_plot import plot
from nmes.cli.exits import BAD, Failed, complain
from nmes.cli.finding import session_named
from nmes.cli.try_output import width_of_terminal
from nmes.core.care_events import Corrected, Erased
from nmes.language import _
from nmes.record import head_code, ledger
from nmes.record.chain import BadLine, Entry
from nmes.record.errors import RecordError
from nmes.record.files import Kind, home
from nmes.record.gone import is_about_care
from nmes.record.store import read_session
from nmes.record.story import Story
from nmes.record.telling import story_of
from nmes.record.verdicts import SessionVerdict
from nmes.record.verify import Intact
from nmes.reports import caught, given
from nmes.reports.kept import sealed_words
from nmes.reports.planned import planned
from nmes.reports.text import section_lines
from nmes.reports.told import Told
from nmes.runtime.course_entry_words import entry_sentence
from nmes.ui.ending_words import Ended, ended
from nmes.ui.record_timeline import timeline
from nmes.ui.replay_words import told_ending_words
from nmes.ui.report_wording import WORDING


def show(text: str, kinds: tuple[Kind, ...], *, everything: bool) -> int:
    """Trust, output, dose, what was caught, and the timeline; the exit code is that of `verify`."""
    kind, path = session_named(text, kinds)
    try:
        story = story_of(path, kind)
        care = is_about_care(path)
    except RecordError as error:
        raise Failed(BAD, str(error)) from error
    found = SessionVerdict(story.session, path, story.verdict, story.sealed, story.unread_seals)
    for line in _trust(story, found):
        say(line, "  ")
    for line in () if care else _session(story):
        print(line)
    print()
    print(_("WHAT HAPPENED: time, entry, who, what"))
    for line in timeline(_readable(read_session(path)), everything=everything):
        say(line, " " * 38)
    for line in _since(story):
        say(line, "  ")
    print(_("File: {path}").format(path=path))
    return code_of(found)


def _trust(story: Story, found: SessionVerdict) -> Iterator[str]:
    yield _("Session {session} ({chain})").format(session=story.session, chain=TITLES[story.kind])
    yield _("Record: {verdict}").format(verdict=verdict_words(found))
    if not isinstance(found.verdict, Intact):
        yield place_words(found.path, found.verdict)
    if story.broken:
        yield _("Writing ended before the session did: {why}").format(why=story.broken)
    yield sealed_words(found.sealed, found.verdict.head, unread=found.unread)[0]
    if found.verdict.head is not None:
        yield _("Head code: {code}").format(code=head_code.code_of(found.verdict.head.hash))


def _session(story: Story) -> Iterator[str]:
    """What a reader asks first of a session: how it ended, what flowed, how much, what was caught."""
    width = width_of_terminal()
    told = Told(story, WORDING, planned(story.opened) if story.opened else None, WORDING.end_of(story.path))
    if ended(story.ending) is not Ended.COMPLETE:
        yield told_ending_words(story.ending)
    yield ""
    yield from plot(told, width)
    for section in (given.given(told), caught.caught(told)):
        yield ""
        yield from section_lines(section, width)


def _readable(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Up to the first line that is none of ours; the verdict has told why."""
    try:
        yield from entries
    except BadLine as error:
        complain(_("the rest is not shown: the next line {why}").format(why=error.sentence))


def _since(story: Story) -> Iterator[str]:
    """What was entered since about this record: an entry that was wrong, texts that were erased."""
    try:
        entered = ledger.read(home(), story.kind).entered
    except RecordError as error:
        complain(str(error))
        return
    for one in entered:
        if isinstance(one.event, Corrected | Erased) and one.event.session == story.session:
            said = _("! Since then {what}, by {by} on {day}")
            yield said.format(what=entry_sentence(one.event), by=one.by, day=one.day)
