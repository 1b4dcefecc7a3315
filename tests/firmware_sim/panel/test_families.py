"""The panel of another family: its name, its channels, no lamp where none is simulated."""

from __future__ import annotations

import pytest

from helpers.panel_bench import SMALL, PanelBench

pytestmark = pytest.mark.thorough


async def test_a_rehamove3_has_its_name_and_four_channels() -> None:
    bench = PanelBench(device="rehamove3")
    bench.stimulate({1: 20, 4: 20})
    async with bench.at(SMALL) as pilot:
        text = await bench.look(pilot)
        assert "RehaMove3 2.1.16" in text
        assert "NO LAMP is simulated" in text
        assert "mid level, running" in text
        rows = [line for line in text.splitlines() if "● on" in line or "○ off" in line]
        assert [row.replace("▸", " ").split()[0] for row in rows] == ["1", "2", "3", "4"]
        await bench.press(pilot, "5")
        assert bench.note == "! This device has channels 1 to 4"
        assert bench.app.channel == 1
        await bench.press(pilot, "up")
        assert bench.app.channel == 4, "behind the first comes the last that exists"


async def test_a_rehastim2_shows_its_own_states() -> None:
    bench = PanelBench(device="rehastim2")
    async with bench.at(SMALL) as pilot:
        text = await bench.look(pilot)
        assert "RehaStim2" in text
        assert "not connected: it announces itself" in text
