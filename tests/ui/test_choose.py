"""Choosing among many: by purpose and by typing, for whom, and where the training frequency would come from."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input
from ui.bench_live import CRAMP, LIBRARY, Desk, answers, loaded, to_run

from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import Word
from nmes.ui.flow import Stage
from nmes.ui.protocol_filter import PURPOSES, line, matches
from nmes.ui.screens.choose import Protocols
from nmes.ui.typed_who import code_trouble, ctf_mhz, ctf_trouble

DAY = "2026-01-01"
"""The bench's clock begins on it."""


async def fill(pilot, name: str, text: str) -> None:
    pilot.app.screen.query_one(f"#{name}", Input).value = text
    await settled(pilot)


async def settled(pilot) -> None:
    """What a change asks of the records has been asked and answered."""
    for _ in range(2):
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


def test_own_is_a_word_of_its_own_and_own_copies_show_their_id(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    shipped = loaded("tens_conventional")
    assert "known" in shipped.protocol.indication.lower()
    assert not matches(shipped, "own")
    copy = replace(shipped, path=tmp_path / "protocols" / "mine.yaml")
    assert matches(copy, "own tens")
    assert line(copy).split("\n")[1] == "  OWN tens_conventional"
    assert "OWN" not in line(shipped)


def test_every_purpose_of_the_library_has_its_group() -> None:
    assert {one.protocol.purpose for one in LIBRARY} <= set(PURPOSES)


async def test_the_list_shrinks_while_somebody_types_and_code_and_side_go_to_the_session(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        heads = [row for row in listed(desk) if row.startswith("── ")]
        assert heads == ["── LEG CRAMPS", "── STRENGTH", "── PAIN"]
        await pilot.press("slash", *"burst")
        await pilot.pause()
        assert listed(desk) == ["── PAIN", line(loaded("tens_burst"))]
        await fill(pilot, "filter", "zzz")
        assert "No protocol fits this filter." in desk.text()
        await pilot.press("f2")
        assert not desk.sessions
        await fill(pilot, "filter", "calf ctf training")
        assert "45 Hz asked, the FALLBACK" in desk.text()
        await pilot.press("enter", "w", *"P-017", "enter", *"18", "enter", "s")
        await settled(pilot)
        assert "48 Hz asked" in desk.text()
        assert "typed by hand" in desk.text()
        assert "Step 1 of 6  Choose a protocol  ·  P-017 LEFT" in desk.text()
        await pilot.press("enter")
        await settled(pilot)
        await desk.see(pilot)
        assert desk.who == Who("P-017", "left", 18_000)
        assert desk.live.view.word is Word.SCREENING
        for bring, step in STEPS:
            bring(desk.live)
            await desk.see(pilot)
            assert f"{step}  ·  P-017 LEFT  ·  Calf cramp training" in desk.text()
            assert "Side: LEFT." in desk.text() or "Electrodes" not in step


STEPS = [
    (lambda _live: None, "Step 2 of 6  Screening"),
    (lambda live: live.do(e.Screened(answers(live.one), "test")), "Step 3 of 6  Electrodes"),
    (lambda live: live.do(e.Placed()), "Step 4 of 6  Find the level"),
]
"""The header of every step; the treatment and the summary of a test are seen below."""


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
        await settled(pilot)
        assert "50 Hz asked" in desk.text()


async def test_after_a_test_its_patient_and_all_protocols_are_there_and_its_result_is_used(desk: Desk) -> None:
    desk.app._told, desk.app._first = Who("P-018", "right", 20_000), loaded("assess_ctf_calf")
    async with desk.at(Stage.CHOOSE) as pilot:
        screen = pilot.app.screen
        assert screen.who == Who("P-018", "right", 20_000), "what the command line named is shown"
        assert "side: right" in desk.text()
        assert screen._highlighted() is desk.app.protocols[LIBRARY.index(loaded("assess_ctf_calf"))]
        for name, wrong, said in [("code", "Ada Lovelace", "A code, never a name."), ("ctf", "180", "cannot be right")]:
            await fill(pilot, name, wrong)
            assert said in flat(desk)
            screen.query_one(Protocols).focus()
            await pilot.press("enter")
            await pilot.pause()
            assert not desk.sessions, "what cannot be starts nothing"
            await fill(pilot, name, "")
        assert "No patient code: a later session cannot find what is measured here." in flat(desk)
        await fill(pilot, "ctf", "20")
        await fill(pilot, "code", "P-017")
        assert "cannot find" not in flat(desk)
        await pilot.press("enter")
        await settled(pilot)
        to_run(desk.live, 2_000)
        desk.live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        assert "Step 5 of 6  Treatment  ·  P-017 RIGHT" in desk.text()
        desk.live.do(e.Cramp())
        desk.live.run(500)
        await desk.see(pilot)
        await settled(pilot)
        await desk.see(pilot)
        assert "cramp threshold frequency 4 Hz" in desk.text()
        assert "Step 6 of 6  Summary  ·  P-017 RIGHT" in desk.text()
        await pilot.press("enter")
        await settled(pilot)
        assert "! Still for P-017 RIGHT: w changes the code, s the side." in desk.text()
        assert pilot.app.screen.who == Who("P-017", "right"), "a typed frequency was for one session only"
        await fill(pilot, "code", "P-018")
        assert "Still for" not in desk.text()
        await fill(pilot, "code", "P-017")
        assert len([row for row in listed(desk) if not row.startswith("── ")]) == len(LIBRARY)
        pilot.app.screen.choose(loaded(CRAMP))
        await settled(pilot)
        whose = "P-017 right gastrocnemius"
        told = f"34 Hz asked: from the cramp threshold frequency of {whose}, 4 Hz, measured {DAY}"
        assert told in flat(desk)
        assert f"in session {desk.live.record.stem}" in flat(desk)
        await pilot.press("s", "s")
        await settled(pilot)
        assert "FALLBACK" in flat(desk), "nothing was measured of another side"


def test_what_may_be_typed_about_a_patient() -> None:
    assert code_trouble("P-017") == code_trouble("") == ctf_trouble("") == ctf_trouble("18.5") == ""
    assert code_trouble("x" * 33)
    assert ctf_mhz("18.5") == 18_500
    assert ctf_mhz("") is None
    assert "write the measured" in ctf_trouble("18,5")
    assert "cannot be right" in ctf_trouble("1")
