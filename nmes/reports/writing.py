"""Where the report of a session is written. It is made anew from the record each time, so an older one is replaced.

Like the records it is for its owner only, and it is whole or not there: written beside its place and renamed.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from nmes.language import _
from nmes.record.disk import FILE_MODE, FOLDER_MODE, Disk
from nmes.record.errors import RecordError
from nmes.record.files import find_session
from nmes.record.telling import story_of
from nmes.reports.form import Form, Format
from nmes.reports.page import page_of
from nmes.reports.pdf import pdf_of
from nmes.reports.report import report_of
from nmes.reports.wording import Wording

FOLDER: Final = "reports"
DRAFT: Final = ".report-"
"""How the name of a file begins that was not finished yet."""
_SUFFIX: Final = {Form.FILE: "", Form.AUDIT: "-audit", Form.HOME: "-home"}


def write_report(home: Path, session: str, words: Wording, form: Form = Form.FILE, as_: Format = Format.HTML) -> Path:
    """Write the report of a session, by its id, into `home`/reports; RecordError says why it could not be.

    LibraryMissing, which is one, where a PDF is wanted and the extra `pdf` is not installed.
    """
    kind, path = find_session(home, session)
    report = report_of(story_of(path, kind), words, form)
    made = pdf_of(report) if as_ is Format.PDF else page_of(report).encode()
    target = home / FOLDER / f"{kind.value}-{path.stem}{_SUFFIX[form]}.{as_}"
    try:
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        replace_whole(target, made)
    except OSError as error:
        said = _("{path}: the report cannot be written: {error}")
        raise RecordError(said.format(path=target, error=error.strerror)) from error
    return target


def replace_whole(target: Path, data: bytes, disk: Disk | None = None) -> None:
    """Write a file, or leave what is there as it is; it is on the medium before it has its name."""
    number, name = tempfile.mkstemp(dir=target.parent, prefix=DRAFT)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            (disk or Disk()).sync(file.fileno())
        Path(name).chmod(FILE_MODE)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
