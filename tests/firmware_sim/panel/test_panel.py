"""Every key and button does what it says, proven by the simulator and not by the panel."""

from __future__ import annotations

import pytest
from pytest_mock import MockerFixture
from textual.content import Content

from firmware_sim.device import State
from firmware_sim.panel.actions import ACTIONS
from firmware_sim.panel.app import NOTE_TICKS, STILL_TICKS, PanelApp
from firmware_sim.panel.widgets.buttons import ActionButton
from firmware_sim.panel.widgets.panes import Pane
from firmware_sim.panel.widgets.shown import Shown
from helpers.panel_bench import LARGE, SMALL, PanelBench

pytestmark = pytest.mark.thorough

SIZES = pytest.mark.parametrize(
    "size", [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x40", marks=pytest.mark.campaign)]
)


def flowed_ua(bench: PanelBench, channel: int) -> int:
    """Peak of the last pulse through the skin, by the simulator's own instrument."""
    pulse = bench.simulator.stage.last_pulse(channel)
    assert pulse is not None
    return pulse.peak_current_ua


# --- electrodes ---


async def test_an_electrode_key_breaks_the_chosen_channel_and_no_other(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        for channel, key, kind in [(3, "o", "electrode_off"), (5, "d", "electrode_dry"), (8, "s", "electrode_short")]:
            await bench.press(pilot, str(channel), key)
            assert bench.running() == [(kind, channel)]
            await bench.press(pilot, "c")
            assert bench.running() == []


async def test_a_pad_that_is_pulled_off_and_put_back(bench: PanelBench) -> None:
    bench.stimulate({1: 10, 2: 10})
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "o")
        bench.run(200)
        assert (flowed_ua(bench, 1), flowed_ua(bench, 2)) == (0, 10_000)
        await bench.press(pilot, "p")
        bench.run(200)
        assert flowed_ua(bench, 1) == 10_000
        assert bench.running() == []


async def test_a_bad_pad_from_the_start_is_replaced_by_a_good_one() -> None:
    bench = PanelBench(loads={1: "open"})
    bench.stimulate({1: 10})
    async with bench.at(SMALL) as pilot:
        bench.run(100)
        assert flowed_ua(bench, 1) == 0
        await bench.press(pilot, "p")
        bench.run(100)
        assert flowed_ua(bench, 1) == 10_000


# --- supply, line, device ---


async def test_a_key_begins_its_fault_and_the_same_key_ends_it(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        for key, kind in [("v", "supply_sag"), ("g", "corrupt_bytes"), ("m", "mute"), ("x", "disconnect")]:
            await bench.press(pilot, key)
            assert bench.running() == [(kind, None)]
            await bench.look(pilot)
            await bench.press(pilot, key)
            assert bench.running() == []


async def test_a_drained_supply_leaves_less_voltage(bench: PanelBench) -> None:
    bench.stimulate({1: 80})
    async with bench.at(SMALL) as pilot:
        assert flowed_ua(bench, 1) == 80_000
        await bench.press(pilot, "v")
        bench.run(100)
        pulse = bench.simulator.stage.last_pulse(1)
        assert pulse is not None
        assert pulse.peak_voltage_mv <= 60_000


async def test_a_mute_device_answers_nothing_and_then_again(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        assert bench.send(62)
        await bench.press(pilot, "m")
        assert bench.send(62) == b""
        await bench.press(pilot, "m")
        assert bench.send(62)


async def test_garbled_bytes_are_counted_as_proof(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "g")
        for _ in range(20):
            bench.send(62)
        (fault,) = bench.simulator.injections()
        assert fault.effects > 0
        screen = await bench.press(pilot, "f4")
        screen = await bench.look(pilot)
        assert "line garbled" in screen
        assert fault.proof.replace("0.000000 s", "00:00:00.0") in screen


async def test_a_pulled_plug_loses_what_is_sent(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "x")
        assert bench.send(62) == b""
        assert not bench.simulator.line_up


async def test_reset_restarts_the_device(bench: PanelBench) -> None:
    bench.stimulate({1: 10})
    assert bench.simulator.state is State.ML_RUN
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "r")
        bench.run(10)
        assert bench.simulator.state is State.NONE
        assert bench.simulator.active_channels == ()


async def test_clear_all_ends_every_fault(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        for key in ("o", "2", "s", "m", "v"):
            await bench.press(pilot, key)
        assert len(bench.running()) == 4
        await bench.press(pilot, "c")
        assert bench.running() == []


async def test_a_snapshot_is_gone_back_to(bench: PanelBench) -> None:
    bench.stimulate({1: 10})
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "n")
        await bench.press(pilot, "o")
        bench.run(3_000)
        assert bench.simulator.active_channels == (), "the 2 s timer ended it"
        await bench.press(pilot, "b")
        assert bench.simulator.active_channels == (1,)
        assert bench.running() == []


# --- the person ---


async def test_a_muscle_is_stretched_and_let_go(calf_bench: PanelBench) -> None:
    def length() -> str:
        (muscle,) = calf_bench.simulator.patient.reading().muscles
        return muscle.length

    async with calf_bench.at(SMALL) as pilot:
        assert length() == "shortened"
        await calf_bench.press(pilot, "t")
        assert length() == "stretched"
        await calf_bench.look(pilot)
        await calf_bench.press(pilot, "t")
        assert length() == "neutral"


@SIZES
async def test_force_pain_and_feeling_are_shown(calf_bench: PanelBench, size: tuple[int, int]) -> None:
    calf_bench.stimulate({1: 60})
    calf_bench.run(1_000)
    async with calf_bench.at(size) as pilot:
        await calf_bench.press(pilot, "f3")
        screen = await calf_bench.look(pilot)
        (muscle,) = calf_bench.simulator.patient.reading().muscles
        assert muscle.force_mn > 5_000
        assert f"{muscle.force_mn / 1000:.1f}" in screen
        for said in (
            "cramp_prone_calf",
            "gastrocnemius left",
            "pain ",
            "/10",
            "CTF",
            "fresh",
            "Ch 1 gastrocnemius left: ",
        ):
            assert said in screen


# --- what must be visible ---


@SIZES
async def test_the_permanent_words_lamp_state_line_voltage_and_every_key_are_visible(
    bench: PanelBench, size: tuple[int, int]
) -> None:
    bench.stimulate({1: 20})
    async with bench.at(size) as pilot:
        screen = await bench.look(pilot)
        for said in (
            *("SIMULATOR, no patient, no stimulator", "● YELLOW stimulating", "mid level, running"),
            *("high voltage ON 150 V", "socket://127.0.0.1:41234", "time 00:00:00.2"),
        ):
            assert said in screen
        for action in ACTIONS:
            if action.id != "help":
                assert f"{action.key} {action.label}" in screen
        rows = screen.split("\n")
        assert [row[:3].strip() for row in rows[4:12]] == ["▸ 1", *"2345678"]
        assert "f1 Help" in screen or "F1 help" in screen


@SIZES
async def test_nothing_is_clipped(calf_bench: PanelBench, size: tuple[int, int]) -> None:
    calf_bench.stimulate({1: 60, 2: 130})
    calf_bench.run(1_000)
    async with calf_bench.at(size) as pilot:
        for key in ("8", "1", "o", "2", "s", "f2", "f3", "f4", "f5"):
            await calf_bench.press(pilot, key)
            calf_bench.run(100)
            screen = await calf_bench.look(pilot)
            assert "…" not in screen
        front = calf_bench.app.query_one(".-front", Pane)
        assert front.virtual_size.width <= front.size.width
        for button in calf_bench.app.query(ActionButton):
            if button.display:
                assert button.region.right <= size[0]
                assert button.region.bottom <= size[1]


@SIZES
async def test_the_channel_tells_what_was_set_and_what_flowed(bench: PanelBench, size: tuple[int, int]) -> None:
    bench.stimulate({2: 14})
    async with bench.at(size) as pilot:
        await bench.press(pilot, "2", "o")
        bench.run(100)
        screen = await bench.look(pilot)
        (row,) = (row for row in screen.split("\n") if row.startswith("▸ 2"))
        assert row.split()[4:9] == ["14.0", "0.0", "20", "50", "300"]
        assert "open" in row


async def test_an_error_is_told_in_words(bench: PanelBench) -> None:
    bench.stimulate({1: 20, 2: 20})
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "o")
        bench.run(500)
        screen = await bench.look(pilot)
        assert "◐ YELLOW+RED error, still on" in screen
        (row,) = (row for row in screen.split("\n") if row.startswith("▸ 1"))
        assert "✖ err" in row
        assert "electrode" in row


async def test_the_waveform_is_that_of_the_chosen_channel(bench: PanelBench) -> None:
    bench.stimulate({1: 20, 2: 35})
    async with bench.at(SMALL) as pilot:
        assert "Ch 1 set: +20 mA 300 µs, gap 100 µs, -20 mA 300 µs" in await bench.look(pilot)
        screen = await bench.press(pilot, "2")
        assert "Ch 2 set: +35 mA 300 µs" in screen
        assert "+10.50 -10.50 µC, net +0.000 µC" in screen
        assert "Channel 5: no pulse yet" in await bench.press(pilot, "5")


async def test_a_small_window_shows_one_pane_and_a_large_one_all_four(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        shown = [pane.id for pane in bench.app.query(Pane) if pane.display]
        assert shown == ["waveform"]
        for key, pane in [
            ("f3", "patient"),
            ("right", "faults"),
            ("f5", "events"),
            ("left", "faults"),
            ("f2", "waveform"),
        ]:
            await bench.press(pilot, key)
            assert [one.id for one in bench.app.query(Pane) if one.display] == [pane]
    other = PanelBench()
    async with other.at(LARGE):
        assert all(pane.display for pane in other.app.query(Pane))


async def test_a_window_that_is_made_larger_or_smaller_is_laid_out_anew_at_once(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        for size, panes in [(LARGE, 4), (SMALL, 1), ((60, 20), 0), (LARGE, 4)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            screen = await bench.look(pilot)
            assert sum(pane.region.area > 0 for pane in bench.app.query(Pane)) == panes
            assert ("80 x 24" in screen) is (panes == 0)


async def test_below_80_by_24_the_lamp_and_the_size_that_is_needed_are_shown(bench: PanelBench) -> None:
    async with bench.at((60, 20)) as pilot:
        screen = await bench.look(pilot)
        assert "SIMULATOR, no patient, no stimulator" in screen
        assert "○ GREEN ready" in screen
        assert "80 x 24" in screen


async def test_what_happened_is_listed_newest_first(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        bench.stimulate({1: 10})
        await bench.press(pilot, "f5")
        before = await bench.look(pilot)
        bench.run(3_000)
        after = await bench.look(pilot)
        assert before != after
        assert "00:00:0" in after.split("\n")[13]


async def test_the_help_names_every_key_and_closes(bench: PanelBench) -> None:
    async with bench.at(LARGE) as pilot:
        screen = " ".join((await bench.press(pilot, "f1")).replace("┃", " ").split())
        for action in ACTIONS:
            assert f" {action.key} {action.tip[:40]}" in screen
        await pilot.press("pagedown", "down", "up", "pageup")
        assert "Keys (Esc closes)" not in await bench.press(pilot, "escape")


# --- keys, buttons, mouse ---


async def test_a_button_asks_for_the_same_as_its_key() -> None:
    by_key, by_mouse = PanelBench(), PanelBench()
    actions = [one for one in ACTIONS if one.id not in ("quit", "help")]
    async with by_key.at(SMALL) as pilot:
        keys = [(await by_key.press(pilot, one.key), by_key.note, by_key.running())[1:] for one in actions]
    async with by_mouse.at(SMALL) as pilot:
        clicks = []
        for one in actions:
            await pilot.click(f"#do-{one.id}")
            await pilot.pause()
            clicks.append((by_mouse.note, by_mouse.running()))
    assert clicks == keys
    assert all(note for note, _ in keys)
    assert len({note for note, _ in keys}) == len(actions), "each says its own"


async def test_every_button_has_a_tooltip(bench: PanelBench) -> None:
    async with bench.at(SMALL):
        assert all(str(button.tooltip) for button in bench.app.query(ActionButton))


async def test_a_click_chooses_a_channel_and_a_pane(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        await pilot.click("#channel-6")
        await pilot.click("#tab-faults")
        await pilot.pause()
        assert (bench.app.channel, bench.app.pane) == (6, "faults")


async def test_up_and_down_walk_round_the_channels(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "up")
        assert bench.app.channel == 8
        await bench.press(pilot, "down", "down")
        assert bench.app.channel == 2


async def test_a_button_is_marked_while_what_it_began_goes_on(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        assert "■m Mute" in await bench.press(pilot, "m")
        assert "■m Mute" not in await bench.press(pilot, "m")


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_the_panel_is_left(bench: PanelBench, key: str) -> None:
    async with bench.at(SMALL) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert not bench.app.is_running or bench.app._exit
    assert bench.app.return_code == 0


async def test_the_panel_leaves_when_nobody_serves_the_line_any_more() -> None:
    bench = PanelBench()
    serving = [True]
    bench.app = PanelApp(bench.backdoor, lambda: "/dev/pts/7", lambda: serving[0], tick_s=None)
    async with bench.at(SMALL) as pilot:
        assert "/dev/pts/7" in await bench.look(pilot)
        assert not bench.app._exit
        serving.clear()
        serving.append(False)
        bench.app.tick()
        await pilot.pause()
        assert bench.app._exit


async def test_the_panel_is_left_by_its_button_and_from_the_help(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        await pilot.press("f1")
        await pilot.press("q")
        await pilot.pause()
        assert bench.app._exit
    other = PanelBench()
    async with other.at(SMALL) as pilot:
        await pilot.click("#do-quit")
        await pilot.pause()
        assert other.app._exit


# --- trouble ---


async def test_a_refusal_of_the_backdoor_is_one_line(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "b")
        assert bench.note.startswith("! ")
        assert "\n" not in bench.note
        assert bench.note in bench.screen()


async def test_a_simulator_that_fails_is_one_line_that_goes_when_it_works_again(bench: PanelBench) -> None:
    handle = bench.backdoor.handle

    def broken(_line: str) -> str:
        raise RuntimeError("the house\nburns")

    async with bench.at(SMALL) as pilot:
        bench.backdoor.handle = broken
        assert "! the simulator failed: RuntimeError: the house burns" in await bench.look(pilot)
        bench.backdoor.handle = lambda _line: "no json"
        assert "! the simulator's answer is no JSON" in await bench.look(pilot)
        bench.backdoor.handle = handle
        assert "!" not in (await bench.look(pilot)).split("\n")[21]


async def test_a_fault_of_the_panel_itself_is_one_sentence_and_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    bench = PanelBench()

    def boom() -> None:
        raise ZeroDivisionError("a secret of the program")

    with pytest.raises(ZeroDivisionError):
        async with bench.at(SMALL) as pilot:
            bench.app.call_later(boom)
            await pilot.pause()
    assert bench.app.return_code == 1
    said = capsys.readouterr().err
    assert "The panel failed (ZeroDivisionError). The simulator has ended." in " ".join(said.split())
    assert "Traceback" not in said


async def test_a_still_picture_is_not_painted_again(bench: PanelBench, mocker: MockerFixture) -> None:
    bench.stimulate({1: 20})
    async with bench.at(LARGE):
        painted = mocker.spy(Shown, "update")
        bench.app.tick()
        assert painted.call_count == 0
        bench.run(100)
        bench.app.tick()
        assert 0 < painted.call_count < 10


async def test_the_same_words_in_another_colour_are_painted_again(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        note = bench.app.screen.query_one("#note", Shown)
        for hue in ("red", "green"):
            note.show(Content.styled("the same words", hue))
            await pilot.pause()
            assert [str(span.style) for span in Content.from_text(note.render()).spans] == [hue]


async def test_a_note_goes_after_a_while(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        await bench.press(pilot, "o")
        assert bench.note
        for _ in range(NOTE_TICKS):
            bench.run(200)
            await bench.look(pilot)
        assert bench.note == ""


async def test_a_clock_that_stands_still_is_told(bench: PanelBench) -> None:
    async with bench.at(SMALL) as pilot:
        for _ in range(STILL_TICKS + 1):
            screen = await bench.look(pilot)
        assert "time stands still" in screen
        bench.run(100)
        assert "time stands still" not in await bench.look(pilot)
