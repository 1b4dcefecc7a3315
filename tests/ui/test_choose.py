"""Choosing among many: by purpose and by typing, for whom, and where the training frequency would come from."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import Input
from ui.bench_live import CRAMP, LIBRARY, Desk, loaded, to_run

from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import Word
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen
from nmes.ui.protocol_filter import PURPOSES, matches
from nmes.ui.screens.choose import Protocols
from nmes.ui.typed_who import code_trouble, ctf_mhz, ctf_trouble

DAY = "2026-01-01"
"""The bench's clock begins on it."""


async def fill(pilot, name: str, text: str) -> None:
    pilot.app.screen.query_one(f"#{name}", Input).value = text
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def flat(desk: Desk) -> str:
    return " ".join(desk.text().split())


def listed(desk: Desk) -> list[str]:
    return [str(option.prompt) for option in desk.app.screen.query_one(Protocols).options]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("calf", True),
        ("lumbar stenosis", True),
        ("nmes b", True),
        ("B", True),
        ("a", False),
        ("tens", False),
        ("assessment", False),
        ("cramp quadriceps", False),
        ("LEG", True),
        ("own", False),
    ],
)
def test_every_word_of_the_filter_has_to_fit(text: str, found: bool) -> None:
    assert matches(loaded(CRAMP), text) is found


def test_every_purpose_of_the_library_has_its_group() -> None:
    assert {one.protocol.purpose for one in LIBRARY} <= set(PURPOSES)


async def test_the_list_is_grouped_by_purpose_and_shrinks_while_somebody_types(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        heads = [row for row in listed(desk) if row.startswith("── ")]
        assert heads == ["── LEG CRAMPS", "── STRENGTH", "── PAIN"]
        await pilot.press("slash", *"burst")
        await pilot.pause()
        assert listed(desk) == [
            "── PAIN",
            f"{loaded('tens_burst').protocol.title}\n  TENS, grade " + loaded("tens_burst").protocol.grade,
        ]
        await fill(pilot, "filter", "zzz")
        assert "No protocol fits this filter." in desk.text()
        await pilot.press("f2")
        assert not desk.sessions
        await fill(pilot, "filter", "burst")
        await pilot.press("enter", "enter")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.live.one.protocol.id == "tens_burst"


async def test_code_side_and_frequency_go_to_the_session_and_the_origin_is_told_before(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "45 Hz asked, the FALLBACK" in desk.text()
        await pilot.press("w", *"P-017", "enter", *"18", "enter", "s")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "48 Hz asked" in desk.text()
        assert "typed by hand" in desk.text()
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.who == Who("P-017", "left", 18_000)
        assert desk.live.view.word is Word.SCREENING


async def test_what_was_found_for_one_patient_is_never_shown_for_another(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        pilot.app.screen.choose(loaded(CRAMP))
        await fill(pilot, "ctf", "18")
        assert "48 Hz asked" in desk.text()
        slow, found = threading.Event(), desk.app._origin_of
        desk.app._origin_of = lambda one, who: found(one, who) if slow.wait(10) else None
        pilot.app.screen.query_one("#ctf", Input).value = "20"
        await pilot.pause()
        assert "looking for what was measured" in desk.text()
        assert "48 Hz" not in desk.text()
        await pilot.press("f2")
        assert "! Wait" in desk.text()
        assert not desk.sessions
        slow.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "50 Hz asked" in desk.text()


async def test_a_frequency_that_was_measured_is_told_with_its_day_and_used(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        await fill(pilot, "code", "P-017")
        await pilot.press("s")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "no cramp threshold frequency of P-017 left gastrocnemius is recorded here" in flat(desk)
        desk.app.post_message(Chosen(LIBRARY.index(loaded("assess_ctf_calf")), pilot.app.screen.who))
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        to_run(desk.live, 2_000)
        desk.live.until(lambda view: view.word is Word.ON)
        desk.live.do(e.Cramp())
        desk.live.run(500)
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        assert "cramp threshold frequency 4 Hz" in desk.text()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "FALLBACK: no patient code" in flat(desk)
        await fill(pilot, "code", "P-017")
        await pilot.press("s")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert (
            f"34 Hz asked: from the cramp threshold frequency of P-017 left gastrocnemius, 4 Hz, measured {DAY}"
            in flat(desk)
        )
        assert f"in session {desk.live.record.stem}" in flat(desk)


async def test_what_the_command_line_named_is_shown_and_what_cannot_be_starts_nothing(desk: Desk) -> None:
    desk.app._told = Who("P-018", "right", 20_000)
    async with desk.at(Stage.CHOOSE) as pilot:
        assert pilot.app.screen.who == Who("P-018", "right", 20_000)
        assert "side: right" in desk.text()
        for name, wrong, said in [("code", "Ada Lovelace", "A code, never a name."), ("ctf", "180", "cannot be right")]:
            await fill(pilot, name, wrong)
            assert said in flat(desk)
            pilot.app.screen.query_one(Protocols).focus()
            await pilot.press("enter")
            await pilot.pause()
            assert not desk.sessions
            await fill(pilot, name, "")


def test_what_may_be_typed_about_a_patient() -> None:
    assert code_trouble("P-017") == code_trouble("") == ctf_trouble("") == ctf_trouble("18.5") == ""
    assert code_trouble("x" * 33)
    assert ctf_mhz("18.5") == 18_500
    assert ctf_mhz("") is None
    assert "write the measured" in ctf_trouble("18,5")
    assert "cannot be right" in ctf_trouble("1")
