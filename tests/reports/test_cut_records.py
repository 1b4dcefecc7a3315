"""A record that was cut anywhere, by a loss of power or a full disk, has every report: none raises."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from nmes.cli.audit_plot import plot
from nmes.core import events as e
from nmes.record.files import Kind, session_files
from nmes.record.telling import story_of
from nmes.reports.csv_file import Rows, csv_of
from nmes.reports.fhir import bundle_of, fhir_of
from nmes.reports.form import Form
from nmes.reports.page import page_of
from nmes.reports.report import report_of
from nmes.reports.text import lines_of
from nmes.reports.told import told_of
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough

PARTS: Final = 8


def every_form_of(path: Path) -> str:
    """What was told, in all the forms; a bundle needs to know whose it is."""
    story = story_of(path, Kind.SIMULATION)
    reports = [report_of(story, WORDING, form) for form in Form]
    made = [page_of(one) for one in reports] + ["\n".join(lines_of(one, 80)) for one in reports]
    made += ["\n".join(plot(told_of(story, WORDING), 80)), *(csv_of((story,), rows) for rows in Rows)]
    made.append(str(bundle_of(story)) if story.opened is not None else "")
    return "\n".join(made)


def cut(path: Path, after: int) -> Path:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:after]))
    return path


@pytest.fixture
def record(own_home: Path) -> Path:
    return session_files(own_home / "simulation")[0]


def test_of_a_record_that_ends_with_the_first_output_that_output_is_told(record: Path) -> None:
    lines = record.read_bytes().splitlines()
    name = e.OutputConfirmed.__name__.encode()
    first = next(n for n, line in enumerate(lines) if name in line and b'"amplitudes":[[' in line)
    said = every_form_of(cut(record, first + 1))
    assert "at most 0.5 mA" in said
    assert "0 stretches" not in said


@pytest.mark.campaign
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_of_a_record_cut_after_any_line_there_is_every_report(record: Path, part: int) -> None:
    """Each part of the lines from the last to the first: a cut one is cut further."""
    number = len(record.read_bytes().splitlines())
    for after in range(number - part, 0, -PARTS):
        assert every_form_of(cut(record, after)), after
        if (story := story_of(record, Kind.SIMULATION)).opened is not None:
            assert fhir_of(story), after
