"""The plot of the output: its curves, the events marked in it, its times, and its picture."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from nmes.record.output import Output
from nmes.record.story import Story
from nmes.reports.document import Curve, Mark, Plot
from nmes.reports.drawing import HEIGHT, LEFT, WIDTH, svg_of
from nmes.reports.planned import planned
from nmes.reports.plotted import COLUMNS, MOST_MARKS, marked, output
from nmes.reports.told import Told
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough


def told(story: Story) -> Told:
    return Told(story, WORDING, planned(story.opened) if story.opened else None)


def plot_of(story: Story) -> Plot:
    plot = output(told(story)).plot
    assert plot is not None
    return plot


def test_the_curve_is_what_was_acknowledged_and_says_so_in_a_sentence(story: Story) -> None:
    (curve,) = plot_of(story).curves
    assert (curve.name, curve.most, len(curve.heights)) == ("Channel 1 gastrocnemius", "2.0 mA", COLUMNS)
    assert max(curve.heights) == 1000
    assert re.fullmatch(
        r"Channel 1 gastrocnemius: output from 0:\d\d to 1:\d\d, at most 2.0 mA. \d+ stretches with output.", curve.told
    )


def test_what_a_reader_looks_for_is_marked_and_numbered_in_order(story: Story) -> None:
    marks = plot_of(story).marks
    assert [mark.number for mark in marks] == list(range(1, len(marks) + 1))
    assert [mark.at for mark in marks] == sorted(mark.at for mark in marks)
    said = " ".join(mark.said for mark in marks)
    for wanted in ("The treatment is started, from 0.", "Noted: pain, a little", "Paused.", "felt"):
        assert wanted in said
    assert "increase" not in said


def test_of_too_many_events_the_graver_ones_are_marked_and_the_rest_counted(story: Story) -> None:
    pause = next(one for one in story.happenings if one.code == "pause")
    many = tuple(replace(pause, at=replace(pause.at, seq=500 + n)) for n in range(40))
    stop = replace(pause, code="stop", at=replace(pause.at, seq=600))
    crowded = replace(story, happenings=(*story.happenings, *many, stop))
    kept = marked(told(crowded))
    assert len(kept) == MOST_MARKS
    assert stop in kept
    assert re.search(r"\d+ events more are not marked\.", plot_of(crowded).note)


def test_where_the_output_was_not_known_is_said(story: Story) -> None:
    assert "Grey" not in plot_of(story).note
    doubt = replace(story, output=(*story.output, replace(story.output[-1], t_ms=story.end_ms - 1_000, known=False)))
    assert plot_of(doubt).note == "Grey: the output was not known."


def test_without_output_there_is_no_plot_and_a_sentence(story: Story) -> None:
    for nothing in ((), (Output(0),)):
        section = output(told(replace(story, output=nothing)))
        assert section.plot is None
        assert section.lines == ("No output was acknowledged.",)


@pytest.mark.parametrize(
    ("end_ms", "step_ms"), [(900, 1_000), (63_870, 10_000), (1_831_312, 300_000), (7_200_000, 1_800_000)]
)
def test_the_times_are_round_and_few(story: Story, end_ms: int, step_ms: int) -> None:
    ticks = plot_of(replace(story, end_ms=end_ms)).ticks
    assert 1 <= len(ticks) <= 9
    assert [said for _at, said in ticks] == [WORDING.clock(at) for at in range(0, end_ms + 1, step_ms)]


# --- the picture ---

CURVE = Curve("Channel 1", "2.0 mA", (0, 1000, 1000, 500), (False,) * 4, "told")


def drawn(curve: Curve, *marks: Mark) -> str:
    return svg_of(curve, Plot((curve,), marks, ((0, "0:00"), (1000, "1:00"))))


def test_the_picture_is_sound_and_needs_nothing() -> None:
    picture = drawn(replace(CURVE, most='<b>"&'), Mark(500, 1, "said"))
    tree = ElementTree.fromstring(picture)
    assert {child.tag.rpartition("}")[2] for child in tree} == {"path", "text", "rect"}
    assert '<b>"&' in [child.text for child in tree]
    assert "href" not in picture
    assert "url(" not in picture


def test_the_line_steps_where_the_height_changes() -> None:
    part = (WIDTH - LEFT - 10) / 4
    line = re.findall(r'<path d="(M[^"]*)" fill="none"', drawn(CURVE))[0]
    xs = [float(x) for x in re.findall(r"H([\d.]+)", line)]
    assert xs == pytest.approx([LEFT + part, LEFT + 3 * part, WIDTH - 10], abs=0.1)
    top = 5
    assert [float(y) for y in re.findall(r"V([\d.]+)", line)] == [top, top + HEIGHT / 2]


def test_numbers_that_would_cover_each_other_stand_in_rows() -> None:
    picture = drawn(CURVE, Mark(500, 1, ""), Mark(505, 2, ""), Mark(510, 3, ""), Mark(900, 4, ""))
    places = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="middle" fill="#8f1d10">(\d)', picture)
    rows = {number: float(y) for _x, y, number in places}
    assert rows["1"] > rows["2"] > rows["3"], "each higher than the one before"
    assert rows["4"] == rows["1"]
    assert all(y > 0 for y in rows.values())
