"""The page: sound HTML that a screen reader can find its way in, in its own language."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from nmes.record.story import Story
from nmes.reports.document import Report, Section, Table
from nmes.reports.form import Form
from nmes.reports.page import page_of
from nmes.reports.report import report_of
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough

QUICK = replace(WORDING, end_of=lambda _path: None, course=lambda _story: ())
EMPTY = Report("t", "b", (), (), "f", "p")
VOID = {"meta"}


class Outline(HTMLParser):
    """Every tag with its attributes, and whether each is closed by its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID and tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(params=list(Form))
def page(request: pytest.FixtureRequest, story: Story) -> str:
    return page_of(report_of(story, QUICK, request.param))


def test_a_day_an_id_and_a_number_with_its_unit_are_not_broken() -> None:
    said = "on 2026-01-20 with 60 % <b> in 000001-20260101T000001Z-44170d and " + "-".join(["long"] * 9)
    page = page_of(replace(EMPTY, sections=(Section("h", (said,), facts=(("when", "2026-01-20"),)),)))
    whole = [
        page[at : page.index("</span>", at)] for at in (one.end() for one in re.finditer('<span class="short">', page))
    ]
    assert whole == ["2026-01-20", "60 %", "000001-20260101T000001Z-44170d", "2026-01-20"]
    assert "</span> &lt;b&gt; in <span" in page


def test_every_tag_is_closed_by_its_own(page: str) -> None:
    outline = Outline(page)
    assert (outline.wrong, outline.open) == ([], [])


def test_a_screen_reader_finds_its_way(page: str) -> None:
    outline = Outline(page)
    assert len(outline.all("main")) == len(outline.all("h1")) == 1
    ids = {one["id"] for one in outline.all("h2")}
    sections = outline.all("section")
    assert len(ids) == len(sections) > 3
    assert {one["aria-labelledby"] for one in (*sections, *outline.all("table"))} <= ids
    assert all(one.get("scope") == "col" for one in outline.all("th"))
    pictures = [one for one in outline.all("div") if one.get("role") == "img"]
    assert len(pictures) == len(outline.all("svg"))
    assert all(one["aria-label"] for one in pictures)


def test_the_page_says_in_which_language_it_is() -> None:
    assert '<html lang="en">' in page_of(EMPTY)
    assert '<html lang="de">' in page_of(replace(EMPTY, language="de"))


def test_what_stands_on_every_printed_page_cannot_leave_its_place() -> None:
    page = page_of(replace(EMPTY, foot='"; } body { display: none } </style><script>\\22 \n@import'))
    (content,) = re.findall(r'@bottom-left \{ content: "([^"]*)"', page)
    assert not re.search(r"[\"'<>\\{}();@]", content)
    assert "<script" not in page.lower()


@pytest.mark.parametrize(("cell", "kind"), [("12.0 mA", "short"), ("a few words in a cell", None), ("x" * 40, "long")])
def test_a_cell_is_broken_only_where_it_has_to_be(cell: str, kind: str | None) -> None:
    table = Section("h", table=Table(("head",), ((cell,),)))
    (attributes,) = Outline(page_of(replace(EMPTY, sections=(table,)))).all("td")
    assert attributes.get("class") == kind


def test_a_loud_line_is_loud_without_its_colour() -> None:
    page = page_of(replace(EMPTY, verdicts=(("quiet", False), ("stop here", True))))
    assert '<li class="loud">! stop here</li>' in page
    assert "<li>quiet</li>" in page
