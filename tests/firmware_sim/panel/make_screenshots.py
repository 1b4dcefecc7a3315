"""Makes the picture of the guide, and with a FOLDER the panel in both sizes and every pane, on a hand-turned clock.

`PYTHONPATH=tests python tests/firmware_sim/panel/make_screenshots.py [FOLDER]`
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from textual.pilot import Pilot

from firmware_sim.patient import Patient, Site, load_profile
from helpers.panel_bench import LARGE, ML_UPDATE, SMALL, PanelBench, channel_data

ROOT = Path(__file__).resolve().parents[3]
LEFT_MA, RIGHT_MA, PERIOD_MS = 24, 20, 33.5


class Story:
    """Two calves on two channels, three contractions, and one pad that is pulled off."""

    def __init__(self) -> None:
        profile = load_profile("cramp_prone_calf")
        sites = {1: Site("gastrocnemius", "left", length="shortened"), 2: Site("gastrocnemius", "right")}
        self.bench = PanelBench(Patient(profile, sites, seed=3))
        for channel, site in sites.items():
            self.bench.simulator.set_load(channel, profile.load(site.pad_mm2))

    def contract(self, share: float) -> None:
        """Both channels at a share of their amplitude; 0 is rest."""
        pulses = [channel_data(round(2 * ma * share) / 2, 300, PERIOD_MS) for ma in (LEFT_MA, RIGHT_MA)]
        self.bench.send(ML_UPDATE, b"\x03" + b"".join(pulses) if share else b"\x00")

    async def go(self, pilot: Pilot[None]) -> None:
        self.bench.send(30, b"\x00")
        for contraction in range(3):
            for share in (0.5, 0.8, *[1.0] * 10, *[0.0] * (8 if contraction < 2 else 0)):
                self.contract(share)
                self.bench.run(200, polled=True)
                await self.bench.look(pilot)
            if contraction == 1:
                await self.bench.press(pilot, "g")
                await self.bench.press(pilot, "1")
        await self.bench.press(pilot, "g", "2", "o")
        self.contract(1.0)
        self.bench.run(300)
        await self.bench.look(pilot)
        await self.bench.press(pilot, "1")


async def shot(size: tuple[int, int], files: dict[str, Path]) -> None:
    """Pane -> file."""
    story = Story()
    async with story.bench.at(size) as pilot:
        await story.go(pilot)
        for pane, file in files.items():
            story.bench.app.action_pane(pane)
            await pilot.pause()
            await story.bench.look(pilot)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(story.bench.app.export_screenshot(title="nmes-sim --panel"), encoding="utf-8")


def main() -> None:
    if len(sys.argv) == 1:
        asyncio.run(shot(LARGE, {"waveform": ROOT / "docs" / "screenshots" / "panel.svg"}))
        return
    folder = Path(sys.argv[1])
    for size in (SMALL, LARGE):
        panes = ("waveform", "patient", "faults", "events") if size == SMALL else ("waveform",)
        asyncio.run(shot(size, {pane: folder / f"panel_{pane}_{size[0]}x{size[1]}.svg" for pane in panes}))


if __name__ == "__main__":
    main()
