"""Where the report of a session is written. It is made anew from the record each time, so an older one is replaced.

Like the records it is for its owner only, and it is whole or not there: written beside its place and renamed.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nmes.language import _
from nmes.record.disk import FILE_MODE, FOLDER_MODE
from nmes.record.errors import RecordError
from nmes.record.files import find_session
from nmes.record.telling import story_of
from nmes.reports.page import page_of
from nmes.reports.report import report_of
from nmes.reports.wording import Wording

FOLDER = "reports"


def write_report(home: Path, session: str, words: Wording) -> Path:
    """Write the page of a session, by its id, into `home`/reports; RecordError says why it could not be."""
    kind, path = find_session(home, session)
    page = page_of(report_of(story_of(path, kind), words))
    target = home / FOLDER / f"{kind.value}-{path.stem}.html"
    try:
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        replace_whole(target, page)
    except OSError as error:
        said = _("{path}: the report cannot be written: {error}")
        raise RecordError(said.format(path=target, error=error.strerror)) from error
    return target


def replace_whole(target: Path, text: str) -> None:
    """Write a file, or leave what is there as it is."""
    number, name = tempfile.mkstemp(dir=target.parent, prefix=".report-")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(FILE_MODE)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
