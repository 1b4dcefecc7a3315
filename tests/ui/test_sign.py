"""The signature, and the summary after it: what was given and caught is read, a name stands under it, or a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Input
from ui.bench_live import CRAMP, Desk, loaded
from ui.one_screen import OneScreen, after, on

from helpers.desk import Desk as Table
from helpers.desk import attended
from helpers.plans import simple_plan
from nmes.core import events as e
from nmes.core.attended import Attended
from nmes.core.commands import Note
from nmes.core.measurement import Aim
from nmes.core.view import OutputState, Word, view
from nmes.runtime.live import Summary
from nmes.ui.flow import Stage
from nmes.ui.given_words import whole
from nmes.ui.messages import NewSession, Report
from nmes.ui.screens.sign import SignScreen
from nmes.ui.screens.summary import SummaryScreen
from nmes.ui.services import Services

ONE = loaded(CRAMP)
THERAPISTS = ("Ada Bell", "Ben Curd")


def found(*, outcomes: bool = True) -> Table:
    """Everything required is found; the outcomes too, or none of them."""
    desk = after(ONE)
    desk.find()
    if outcomes:
        desk.do(*(e.Observed(e.Finding.OUTCOME, 1, "3", of) for of in ONE.protocol.outcomes))
    return desk


def field(app: OneScreen, name: str) -> Input:
    return app.step.query_one(f"#{name}", Input)


@pytest.mark.thorough
async def test_enter_signs_nothing_and_f2_signs_with_the_therapist_of_the_number() -> None:
    async with on(SignScreen(ONE.protocol, THERAPISTS), found()) as (app, pilot):
        assert "▸ You are writing WHO SIGNS: 1 Ada Bell, 2 Ben Curd, or a name. F2 signs." in app.text()
        await app.keys(pilot, "f2")
        assert "! Write who signs." in app.text()
        await app.keys(pilot, "2", "enter")
        assert field(app, "by").value == "Ben Curd"
        assert app.done == []
        assert "! Enter signs nothing. F2 signs." in app.text()
        await app.keys(pilot, "f2")
        assert app.done == [e.Signed("Ben Curd")]
        assert app.latest.word is Word.ENDED


@pytest.mark.thorough
async def test_open_outcomes_need_a_reason() -> None:
    async with on(SignScreen(ONE.protocol), found(outcomes=False)) as (app, pilot):
        assert f"Not measured: {ONE.protocol.outcomes[0]}" in app.flat()
        await app.keys(pilot, *"Eve", "enter")
        assert app.focused is field(app, "reason")
        assert "▸ You are writing WHY outcomes of the card stay open." in app.text()
        await app.keys(pilot, "f2")
        assert app.done == []
        await app.keys(pilot, *"no", "f2")
        assert '! "no" is no reason' in app.text()
        await app.keys(pilot, *" diary yet", "f2")
        assert app.done == [e.Signed("Eve", "no diary yet")]
        assert app.latest.word is Word.ENDED


@pytest.mark.thorough
async def test_it_is_left_unsigned_only_with_a_reason() -> None:
    async with on(SignScreen(ONE.protocol), found()) as (app, pilot):
        await app.keys(pilot, "f4", "f2")
        assert app.done == []
        assert "! Write why the session is left unsigned." in app.text()
        await app.keys(pilot, "f4", "f2")
        assert app.done == [], "and back to the signature"
        await app.keys(pilot, "f4", *"fire alarm", "f2")
        assert app.done == [e.LeftUnsigned("fire alarm")]
        assert app.latest.word is Word.ENDED


def test_what_was_given_marked_and_caught_is_told_each_once_and_that_there_was_none() -> None:
    told = whole(view(found().session, OutputState()))
    assert "MARKS\n- none" in told
    assert "- skin under channel 1: normal" in told
    caught = Note("refused:pad_smaller", (("channel", 1), ("pad_mm2", 1600), ("needed_mm2", 2500)))
    marks = (Note("mark", (("kind", "pain"),)), Note("stop", (("why", "stop:key"),)), caught, caught)
    session = replace(found().session, noted=marks)
    told = whole(view(session, OutputState()))
    marked, stopped, confirmed = (
        told.split(head)[1].split("\n\n")[0] for head in ("MARKS", "STOPS, PAUSES, FAULTS", "CONFIRMED AND CAUGHT")
    )
    assert "pain" in marked.lower()
    assert "STOP was pressed" in stopped
    by_patient = Note("stop", (("why", "stop:patient"),))
    noted = (by_patient, Note("patient_stop_tested", ()), by_patient)
    told = whole(view(replace(found().session, noted=noted), OutputState()))
    assert "pressed their own stop.\n" in told, "the press that tested it is no stop as well"
    assert "times)" not in told
    assert confirmed.strip() == "- Channel 1: a pad of 16 cm² is too small. The plan counts with 25 cm². (2 times)"


@pytest.mark.parametrize("ending", [(e.End(),), (e.Stop("key", 1), e.End())], ids=["end", "stop"])
def test_the_level_accepted_last_is_told_whatever_ended_the_session(ending: tuple[e.Event, ...]) -> None:
    desk = attended().to_ready().run(9_000)
    desk.do(*ending)
    told = whole(view(desk.session, OutputState()))
    assert "level accepted last: 9.0 mA" in told
    assert "no level accepted" in whole(view(attended().to_ready().session, OutputState()))
    paused = attended().to_ready().run(9_000)
    paused.do(e.Pause(), e.Decrease(1), e.End())
    assert "level accepted last: 8.5 mA" in whole(view(paused.session, OutputState()))


def test_a_plus_in_the_treatment_is_told_after_a_stop_too() -> None:
    desk = attended().to_ready().run(7_000)
    desk.wait(3_000)
    desk.do(e.Increase(1, desk.epoch))
    desk.wait(600)
    desk.do(e.Stop("key", 1), e.End())
    assert "level accepted last: 7.0 mA, at the end 7.5 mA" in whole(view(desk.session, OutputState()))


@pytest.mark.parametrize("first", [True, False])
def test_a_first_session_its_target_and_what_was_accepted_over_it_are_told(*, first: bool) -> None:
    plan = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500, 900, 50))
    desk = attended(plan, with_it=Attended(first=first)).to_ready()
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, 8_000)
    desk.do(e.Measure(e.What.MAX_TOLERATED, 1), *[e.Decrease(1)] * 10)
    desk.wait(1_000)
    desk.do(e.Accept(desk.epoch, 2_000))
    told = whole(view(desk.session, OutputState())).split("\n\n")[0].splitlines()
    assert told[2:] == (
        [
            "FIRST SESSION of this patient by this protocol.",
            "Channel 1. First session: half of the target, 2.0 mA.",
            "Channel 1: 3.0 mA was accepted over it, as confirmed.",
        ]
        if first
        else []
    )


@pytest.mark.thorough
async def test_who_signs_with_what_is_no_name_is_asked_who_signs() -> None:
    async with on(SignScreen(ONE.protocol), found()) as (app, pilot):
        await app.keys(pilot, "x", "f2")
        assert (
            '! "x" is no name: two different letters at least, and no answer or command. Write who signs.' in app.flat()
        )
        assert "Write who asked" not in app.flat()


@pytest.mark.thorough
async def test_the_summary_tells_the_verdict_and_where_the_report_is(tmp_path: Path) -> None:
    services = Services(write_report=lambda _session: tmp_path)
    async with on(SummaryScreen(ONE.protocol.title), found(), services=services) as (app, pilot):
        await app.keys(pilot, "f7")
        assert app.said == []
        assert "! Wait: the record is still being closed and verified." in app.text()
        app.step.show_record(Summary("000001-x", tmp_path / "x.jsonl", 9, True, "The record is intact."))
        await app.keys(pilot, "f7")
        assert app.said == [Report("000001-x")]
        for told in ("✓ The record is intact.", "Session 000001-x", "The report is being written"):
            assert told in app.text()
        app.step.query_one(VerticalScroll).scroll_end(animate=False, immediate=True)
        await pilot.pause()
        assert "Session 000001-x" not in app.text(), "read on below"
        app.step.show_report("/here/x.html")
        await pilot.pause()
        assert "✓ Report: /here/x.html" in app.flat()
        app.step.show_report("the disk is full", failed=True)
        assert "✖ No report was written: the disk is full" in app.flat()
        await app.keys(pilot, "enter")
        assert isinstance(app.said[-1], NewSession)


@pytest.mark.thorough
async def test_a_damaged_record_is_loud_and_without_a_writer_there_is_no_f7(tmp_path: Path) -> None:
    async with on(SummaryScreen(ONE.protocol.title), found()) as (app, pilot):
        app.step.show_record(Summary("000001-x", tmp_path, 3, False, "The record is damaged at entry 4."))
        await app.keys(pilot, "f7")
        assert app.said == []
        assert "✖ The record is damaged at entry 4." in app.text()
        assert app.step.query_one("#record").has_class("-blocked")


@pytest.mark.thorough
async def test_in_the_app_a_signed_session_leads_to_its_summary(tmp_path: Path) -> None:
    desk = Desk(tmp_path, attended=True)
    async with desk.at(Stage.SIGN) as pilot:
        assert "8/8 Sign" in desk.text()
        await desk.keys(pilot, *"Ada", "tab", *"later", "f2")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.live.posted[-1] == e.Signed("Ada", "later")
        assert "✓ The record is intact" in desk.text()
