"""The PDF: PDF/UA-1, its text in reading order by somebody else's reader, harmless whatever a record holds."""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC

import pytest

from nmes.record.story import Story
from nmes.reports.document import Curve, Mark, Plot, Report, Section, Table
from nmes.reports.form import Form, LibraryMissing
from nmes.reports.pdf import pdf_of
from nmes.reports.report import report_of
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")

QUICK = replace(WORDING, end_of=lambda _path: None, course=lambda _story: ())
CURVE = Curve("Channel 1", "2.0 mA", (0, 1000), (False, True), "the curve in words")
PLOT = Plot((CURVE,), (Mark(100, 1, "first event"), Mark(600, 2, "second event")), ((0, "0:00"),), "a note")
WHOLE = Report(
    "The title",
    "The banner",
    (("it ended", False), ("loud doubt", True)),
    (
        Section(
            "First heading",
            ("a sentence",),
            (("a name", "a value"),),
            Table(("head one", "head two"), (("cell 1", "cell 2"), ("cell 3", "cell 4"))),
            ("a last sentence",),
            PLOT,
            ("an item",),
        ),
        Section("Second heading", ("the end",)),
    ),
    "the foot",
    "nmes 0",
)
IN_ORDER = (
    *("The banner", "The title", "it ended", "loud doubt", "First heading", "a sentence", "a name", "a value"),
    *("an item", "Channel 1", "a note", "first event", "second event", "head one", "head two", "cell 1", "cell 2"),
    *("cell 3", "cell 4", "a last sentence", "Second heading", "the end", "nmes 0"),
)


def read(data: bytes) -> str:
    """All pages as a stranger's reader takes them out, folded."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def with_text(text: str) -> Report:
    return replace(WHOLE, sections=(Section(text, (text,), ((text, text),), Table((text,), ((text,),)), (text,)),))


def test_the_text_is_taken_out_in_reading_order() -> None:
    text = read(pdf_of(WHOLE))
    places = [text.index(one) for one in IN_ORDER]
    assert places == sorted(places)


def test_a_real_report_reads_in_the_order_of_its_sections(story: Story) -> None:
    report = report_of(story, QUICK, Form.AUDIT)
    text, at = read(pdf_of(report)), 0
    for section in report.sections:
        at = text.index(section.heading, at)


def test_it_says_of_itself_that_it_is_accessible_and_in_which_language(story: Story) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(replace(WHOLE, language="de"))))
    root = reader.trailer["/Root"]
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "The title"


def test_headings_tables_lists_and_pictures_are_tagged_as_such() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(WHOLE)))
    found: list[tuple[str, str]] = []
    _tags(reader.trailer["/Root"]["/StructTreeRoot"], found)
    tags = [tag for tag, _alt in found]
    assert {"H1", "H2", "P", "Table", "TR", "TH", "TD", "L", "LI", "Figure"} <= set(tags)
    assert ("Figure", "the curve in words") in found


def _tags(node: object, found: list[tuple[str, str]]) -> None:
    if isinstance(node, pypdf.generic.IndirectObject):
        node = node.get_object()
    if isinstance(node, list):
        for one in node:
            _tags(one, found)
    elif isinstance(node, dict):
        if "/S" in node:
            found.append((str(node["/S"])[1:], str(node.get("/Alt", ""))))
        _tags(node.get("/K", []), found)


def test_the_same_report_gives_the_same_bytes(story: Story) -> None:
    report = report_of(story, QUICK, Form.FILE)
    assert pdf_of(report) == pdf_of(report)


@pytest.mark.parametrize(
    "text",
    ['#panic("x") $x$ *b* `raw` <label> @ref \\ // /*', "<script>\x1b[31m\u202e{name} & \"'", "\ud800 half", "", " "],
)
def test_what_a_person_typed_is_never_markup_and_never_stops_it(text: str) -> None:
    shown = read(pdf_of(with_text(text)))
    assert "The title" in shown
    if text.startswith("#"):
        assert '#panic("x") $x$ *b* `raw` <label> @ref' in shown


@pytest.mark.parametrize("text", ["漢字かな", "😀 ok", "क्षि ok", "\U0001f9d1\U0001f3fd", "\ue000"])
def test_letters_without_a_font_are_shown_as_taken_out(text: str) -> None:
    """Another computer may have a font for them: then they stand there."""
    shown = read(pdf_of(with_text(f"before {text} after")))
    assert "before" in shown
    assert "after" in shown


def test_a_word_that_is_longer_than_a_line_stays_on_the_page() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(with_text("x" * 400))))
    right = float(reader.pages[0].mediabox.right)
    ends = []

    def visit(text: str, _cm: list[float], tm: list[float], _font: object, size: float) -> None:
        ends.append(tm[4] + 0.3 * size * len(text.strip()))  # an x is wider than 0.3 of its size: a lower bound

    reader.pages[0].extract_text(visitor_text=visit)
    assert max(ends) < right


def test_a_name_of_two_lines_parts_no_lines_of_its_value_and_lies_over_no_other() -> None:
    facts = ((" ".join(["name"] * 5), " ".join(["value"] * 24)), (" ".join(["longer"] * 12), "short"), ("last", "end"))
    page = pypdf.PdfReader(io.BytesIO(pdf_of(replace(WHOLE, sections=(Section("h", facts=facts),))))).pages[0]
    found: dict[str, set[float]] = {}

    def visit(text: str, cm: list[float], tm: list[float], _font: object, _size: float) -> None:
        for word in set(text.split()):
            found.setdefault(word, set()).add(round(tm[5] * cm[3] + cm[5]))

    page.extract_text(visitor_text=visit)
    down = {word: sorted(places, reverse=True) for word, places in found.items()}
    (first, second), (name, _name_goes_on) = down["value"], down["name"]
    assert first == name
    assert 8 < first - second < 16, "the next line"
    assert down["longer"][-1] - down["last"][0] > 8, "and none lies over the next name"


def test_a_hash_is_taken_out_whole(story: Story) -> None:
    assert story.verdict.head is not None
    assert story.verdict.head.hash in read(pdf_of(report_of(story, QUICK, Form.FILE)))


def test_without_its_library_it_says_which_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(LibraryMissing, match=r"pip install '\.\[pdf\]'"):
        pdf_of(WHOLE)


def test_the_sheet_for_home_is_in_14_points_and_when_to_call_stands_on_one_page(story: Story) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(report_of(story, WORDING, Form.HOME, UTC))))
    sizes: Counter[int] = Counter()
    for page in reader.pages:
        page.extract_text(
            visitor_text=lambda text, _cm, tm, _font, size: sizes.update({round(size * abs(tm[3])): len(text.strip())})
        )
    assert sizes.most_common(1)[0][0] == 14, sizes
    (call,) = [" ".join(page.extract_text().split()) for page in reader.pages if "When to call" in page.extract_text()]
    assert "After stimulation: a skin mark after 24 hours" in call
