"""Electrodes: pads of a confirmed size on the body map, and the side read back off the patient, before any current."""

from __future__ import annotations

from textwrap import wrap

import pytest
from textual.widgets._footer import FooterKey
from ui.bench_live import CRAMP, LIBRARY, loaded
from ui.one_screen import OneScreen, desk_of, on

from helpers.desk import Desk
from helpers.rows import bundled
from nmes.core import events as e
from nmes.core.attended import PatientStop
from nmes.core.body_plates import HEIGHT
from nmes.core.protocol import Provenance
from nmes.core.view import Word
from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.ui.placing_words import BOX, MOST, next_size, only, position_words, read_out, size_keys, sizes_for
from nmes.ui.screens.place import PlaceScreen
from nmes.ui.widgets.body_map import columns
from nmes.ui.widgets.pad_list import PadList

ONE = loaded(CRAMP)
TWO = loaded("quads_older_adult")
OWNED = (2500, 5000)


def placing(one: Loaded = ONE, *, patient_stop: bool = False) -> Desk:
    """Screened, and the code read back."""
    desk = desk_of(one, patient_stop=patient_stop)
    desk.do(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in one.protocol.screening_codes), "Ada"))
    desk.do(e.ReadBack(e.Read.CODE, "P-017"))
    return desk


def row(app: OneScreen) -> str:
    return app.step.query_one(PadList).row


async def offered(app: OneScreen, pilot, action: str) -> FooterKey:
    """The key in the row of keys, which is made anew whenever others are offered: for a moment it holds none."""
    for _ in range(100):
        if found := [key for key in app.step.query(FooterKey) if key.action == action]:
            return found[0]
        await pilot.pause(0.01)
    pytest.fail(f"{action} is not offered")


async def gone(app: OneScreen, pilot, action: str) -> None:
    """Until the row of keys is made anew without it, and the others stand where they are clicked."""
    for _ in range(100):
        keys = app.step.query(FooterKey)
        if keys and keys.first().region and action not in {key.action for key in keys}:
            return
        await pilot.pause(0.02)
    pytest.fail(f"{action} is offered still")


@pytest.mark.thorough
async def test_pads_are_confirmed_by_their_size_and_the_side_is_read_off_the_patient() -> None:
    async with on(PlaceScreen(ONE.protocol, OWNED), placing()) as (app, pilot):
        text = app.text()
        for told in ("calf, from behind", "1a", "1b", ONE.protocol.channels[0].polarity, "outer  |   |  inner"):
            assert told in text
        assert "▸ [    ?     ] Channel 1" in text
        assert "Contact: CANNOT TELL below 15 mA whether a pad is off." in text
        assert "Press their size, 25 cm² or more: 1=25 cm², 2=50 cm²." in app.flat().replace("\N{NO-BREAK SPACE}", " ")
        await app.keys(pilot, "f2")
        assert "! Confirm every channel first." in app.text()
        await app.keys(pilot, "1")
        assert "[ ✓ 25 cm² ]" in app.text()
        assert row(app) == "side", "to the next thing to confirm"
        assert "WRONG" not in app.text()
        await app.keys(pilot, "f2")
        assert app.done == []
        assert "! On which side do the pads lie?" in app.text()
        await app.keys(pilot, "l")
        assert app.done == [e.ReadBack(e.Read.SIDE, "left")]
        assert "✓ Side of the pads read back LEFT" in app.text()
        assert row(app) == "pain"
        await offered(app, pilot, "screen.next_pain")
        keys = {key.key for key in app.step.query(FooterKey)}
        assert not keys & {"l", "r", "b"}, "not offered where they are refused"
        await app.keys(pilot, "r")
        assert app.done[1:] == []
        assert "! First go to the row of the side" in app.text()
        await app.keys(pilot, "4", "f2")
        assert app.done[1:] == [e.Observed(e.Finding.NRS, 4), e.Placed(((1, 2500),))]
        assert app.latest.word is Word.READY


@pytest.mark.thorough
async def test_the_wrong_side_is_loud_and_does_not_pass() -> None:
    async with on(PlaceScreen(ONE.protocol), placing()) as (app, pilot):
        await app.keys(pilot, "l")
        assert app.done == [], "left, right and both are answers in their own row only"
        await app.keys(pilot, "2", "r")
        assert app.latest.note.code == "refused:read_back_differs"
        assert "! WRONG SIDE? The pads lie RIGHT, this session is for LEFT." in app.text()
        assert "✖ WRONG SIDE? You say RIGHT" in app.flat()
        assert app.step.check_action("no_side", ()) is False, "no reason passes after a mismatch"
        await app.keys(pilot, "f2")
        assert not any(isinstance(event, e.Placed) for event in app.done)
        await app.keys(pilot, "l", "f2")
        assert app.latest.word is Word.READY


@pytest.mark.thorough
async def test_a_pad_that_is_too_small_is_refused_and_a_larger_one_noted() -> None:
    async with on(PlaceScreen(ONE.protocol, (1600, *OWNED)), placing()) as (app, pilot):
        await app.keys(pilot, "1")
        assert "[ ✖ 16 cm² ]" in app.text()
        assert "TOO SMALL: 16 cm², needed 25 cm²." in app.text()
        assert row(app) == "1", "it is not gone on from there"
        await app.keys(pilot, "down", "l", "f2")
        assert app.done[-1] == e.Placed(((1, 1600),)), "the session refuses it, so that it is on record"
        assert app.latest.note.code == "refused:pad_smaller"
        assert row(app) == "1"
        await app.keys(pilot, "9")
        assert "! There is no pad size number 9." in app.text()
        await app.keys(pilot, "3", "f2")
        assert app.latest.word is Word.READY
        assert app.latest.note.code == "pad_larger"


@pytest.mark.thorough
async def test_enter_confirms_nothing_and_takes_a_confirmation_back() -> None:
    async with on(PlaceScreen(TWO.protocol), placing(TWO)) as (app, pilot):
        await app.keys(pilot, "enter", "f2")
        assert app.done == []
        screen = app.step
        sizes = sizes_for(TWO.protocol.channels[0].pad_mm2, ())
        digit = str(sizes.index(TWO.protocol.channels[0].pad_mm2) + 1)
        await app.keys(pilot, digit)
        assert row(app) == "2"
        await app.keys(pilot, digit, "up", "enter", "f2")
        assert row(app) == "2", "the confirmation that was taken back is gone to"
        assert "Confirm every channel first" in app.text()
        assert screen.query_one(PadList).option_count == len(TWO.protocol.channels) + 2


@pytest.mark.thorough
async def test_the_patients_own_stop_is_pressed_once_first_where_there_is_one() -> None:
    async with on(PlaceScreen(ONE.protocol), placing(patient_stop=True)) as (app, pilot):
        await app.keys(pilot, "2", "l", "f2")
        assert "! Let the patient press the own stop once" in app.text()
        assert row(app) == "patient"
        assert not any(isinstance(event, e.Placed) for event in app.done)
        app.desk.do(e.Stop("patient", 0))
        await app.keys(pilot)
        assert app.latest.patient_stop is PatientStop.TESTED
        assert "✓ Patient's own stop: pressed and heard" in app.text()
        await app.keys(pilot, "f2")
        assert app.latest.word is Word.READY


@pytest.mark.thorough
async def test_a_side_that_cannot_be_read_back_needs_a_reason() -> None:
    async with on(PlaceScreen(ONE.protocol), placing()) as (app, pilot):
        await app.keys(pilot, "2", "f4", *"ok", "enter")
        assert app.done == []
        await app.keys(pilot, *" bandaged up", "enter")
        assert app.done == [e.ReadBack(e.Read.SIDE, reason="ok bandaged up")]
        assert app.latest.note.code == "read_back_skipped"
        assert "! Side of the pads not read back: ok bandaged up" in app.flat()
        assert "✓ Side of the pads read back" not in app.flat()
        await app.keys(pilot, "f2")
        assert app.latest.word is Word.READY


@pytest.mark.thorough
async def test_a_click_takes_the_size_that_is_needed_and_then_the_next() -> None:
    async with on(PlaceScreen(ONE.protocol), placing()) as (app, pilot):
        sizes = await offered(app, pilot, "screen.next_size")
        await pilot.click(sizes)
        await app.keys(pilot)
        assert "[ ✓ 25 cm² ]" in app.text()
        assert row(app) == "1", "so that another click corrects it"
        await pilot.click(sizes)
        await app.keys(pilot)
        assert "[ ✓ 45 cm² ]" in app.text()
        app.step.query_one(PadList).choose("side")
        await gone(app, pilot, "screen.next_size")
        await pilot.click(await offered(app, pilot, "screen.side('l')"))
        await app.keys(pilot)
        assert app.done == [e.ReadBack(e.Read.SIDE, "left")]


@pytest.mark.thorough
async def test_a_digit_meant_for_the_pain_never_changes_a_pad_that_is_confirmed() -> None:
    async with on(PlaceScreen(ONE.protocol), placing()) as (app, pilot):
        await app.keys(pilot, "2", "l")
        assert "0-9 pain" in app.flat()
        assert "1-9 size" not in app.flat()
        await app.keys(pilot, "down", "3")
        assert row(app) == "pain", "the list does not go round"
        assert app.done[-1] == e.Observed(e.Finding.NRS, 3)
        app.step.query_one(PadList).choose("1")
        await app.keys(pilot, "up", "3", "f5")
        assert row(app) == "1"
        assert "[ ✓ 25 cm² ]" in app.text()
        assert "Not changed: the pads of channel 1 are confirmed already." in app.flat()
        await app.keys(pilot, "enter", "3", "f2")
        assert app.done[-1] == e.Placed(((1, 4500),)), "opened first, so it was meant"


@pytest.mark.thorough
async def test_only_keys_that_are_heard_are_offered_in_the_row_of_the_side_and_of_the_stop() -> None:
    async with on(PlaceScreen(ONE.protocol), placing(patient_stop=True)) as (app, pilot):
        await app.keys(pilot, "2")
        assert "f4 no side" in app.flat()
        assert "F4: cannot tell" in app.flat()
        await app.keys(pilot, "r")
        assert "f4" not in app.flat().casefold(), "after WRONG SIDE no reason leads past it"
        await app.keys(pilot, "f2")
        assert "f4" not in app.flat().casefold()
        assert "not read back right yet" in app.flat()
        await app.keys(pilot, "l")
        assert "presses the own stop once, now" in app.flat()
        app.desk.do(e.Stop("patient", 0))
        await app.keys(pilot)
        assert "presses the own stop once, now" not in app.flat()
        assert "pressed and heard. Go on" in app.flat()


# --- words, without a screen ---


def test_clicks_go_round_the_sizes() -> None:
    assert [next_size((1600, 2500, 4500), 2500, now) for now in (None, 2500, 4500, 1600)] == [2, 3, 1, 2]
    assert next_size((1600,), 2500, None) == 1


def test_the_clinics_own_sizes_are_offered_and_else_usual_ones_with_the_one_that_is_needed() -> None:
    assert sizes_for(2500, OWNED) == OWNED
    assert 3300 in sizes_for(3300, ())
    assert sizes_for(100, tuple(range(100, 1300, 100))) == tuple(range(400, 1300, 100)), "the largest of too many"
    assert "10" not in size_keys(2500, sizes_for(2500, tuple(range(1000, 9000, 100)))).split(":")[0]
    assert len(sizes_for(2500, tuple(range(1000, 9000, 100)))) == MOST


def fits_a_small_window(one: Loaded) -> None:
    """80x24 leaves 17 rows between stepper and note: 2 of keys, up to 3 of position, 1 of contact, 1 of missing."""
    rows = 17 - 2 - 1 - 1 - min(3, len(wrap(position_words(one.protocol), 78)))
    assert rows >= HEIGHT + 1, "the drawing"
    for index in range(len(one.protocol.channels)):
        width = columns(only(one.protocol, index))
        assert width <= 43
        lines = read_out(one.protocol, index, 80 - width - BOX - 4, roomy=False)
        assert len(lines) <= rows, f"{one.protocol.id}, channel {index + 1}: {len(lines)} lines of {rows}"
        assert all(len(line) <= 80 - width - BOX - 4 for line in lines)


@bundled("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_every_channel_fits_a_small_window(one: Loaded) -> None:
    fits_a_small_window(one)


@pytest.mark.campaign
def test_every_shipped_protocol_fits_a_small_window() -> None:
    for entry in Library((shipped_folder(),)).list():
        assert entry.loaded is not None
        fits_a_small_window(entry.loaded)


def test_where_the_pads_follow_the_pain_it_is_said_where_they_never_go() -> None:
    free, drawn = loaded("tens_conventional").protocol, loaded("cramp_calf_ctf_training").protocol
    assert "never: front of the neck, head, face, chest, genitals" in read_out(free, 0, 80, roomy=False)
    assert not any(line.startswith("never") for line in read_out(drawn, 0, 80, roomy=True))


@pytest.mark.parametrize("roomy", [True, False])
@pytest.mark.parametrize("name", ["pad_cm2", "sites", "body_sites", "polarity"])
def test_what_is_to_verify_says_so_where_the_pads_are_placed(name: str, roomy: bool) -> None:
    protocol = loaded("cramp_calf_ctf_training").protocol
    believed = {path: Provenance(tag="verify" if path == f"channels.0.{name}" else "design") for path in FACTS}
    lines = read_out(protocol.model_copy(update={"provenance": believed}), 0, 200, roomy=roomy)
    marked = [fact.split(":")[0] for fact in facts_of(lines) if "TO VERIFY" in fact]
    assert marked == [{"pad_cm2": "pads", "body_sites": "sites"}.get(name, name)]


def test_a_position_to_verify_says_so_too() -> None:
    for one in LIBRARY:
        told = plain(position_words(one.protocol))
        assert ("TO VERIFY" in told) == (one.protocol.provenance["position"].tag == "verify")


FACTS = [f"channels.0.{name}" for name in ("pad_cm2", "sites", "body_sites", "polarity")]


def facts_of(lines: list[str]) -> list[str]:
    """Whole facts again: what was wrapped is indented."""
    return [plain(fact) for fact in "\n".join(lines).replace("\n  ", " ").split("\n")]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
