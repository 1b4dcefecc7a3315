"""`nmes report`: one session as a report, printed as text; with `--html` as a page for printing too."""

from __future__ import annotations

from pathlib import Path

from nmes.cli.audit import code_of
from nmes.cli.exits import BAD, Failed, wrong
from nmes.cli.finding import real_session
from nmes.cli.try_output import page_file, width_of_terminal, write_page
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.story import Story
from nmes.record.telling import story_of
from nmes.record.verdicts import SessionVerdict
from nmes.reports.page import page_of
from nmes.reports.report import report_of
from nmes.reports.text import lines_of
from nmes.ui.report_wording import WORDING


def show(session: str, kinds: tuple[Kind, ...], html: str | None, *, force: bool) -> int:
    """Print the report; the exit code is that of the other commands for its record, and the report says why first.

    A record that could not be written to its end is a bad one here: a part of what is reported is missing.
    """
    kind, path = real_session(session, kinds)
    target = None if html is None else page_file(html)
    if target is not None and target.is_file() and not force:
        said = _("--html {file}: this file is there already; give another name, or add --force to write over it")
        wrong(said.format(file=target))
    story = _told(path, kind)
    report = report_of(story, WORDING)
    print("\n".join(lines_of(report, width_of_terminal())))
    if target is not None:
        write_page(target, page_of(report), quietly=False)
    found = SessionVerdict(story.session, path, story.verdict, story.sealed, story.unread_seals)
    return BAD if story.broken else code_of(found)


def _told(path: Path, kind: Kind) -> Story:
    try:
        return story_of(path, kind)
    except RecordError as error:
        raise Failed(BAD, str(error)) from error
