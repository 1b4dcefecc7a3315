"""The panel over a real simulator and its backdoor, in memory, on a clock that the test turns by hand."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from textual.pilot import Pilot

from firmware_sim.backdoor import Backdoor
from firmware_sim.devices import new_device
from firmware_sim.panel.app import PanelApp
from firmware_sim.panel.widgets.shown import Shown
from firmware_sim.sciencemode4 import framing
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from firmware_sim.patient import Patient

URL = "socket://127.0.0.1:41234"
ML_INIT, ML_UPDATE, ML_STOP, ML_GET_CURRENT_DATA = 30, 32, 34, 36
MS = 1_000
SMALL, LARGE = (80, 24), (120, 40)


def channel_data(current_ma: float, phase_us: int = 300, period_ms: float = 20) -> bytes:
    """One channel of an Ml_update: a biphasic pulse with a gap of 100 µs, no ramp."""
    points = ((phase_us, current_ma), (100, 0.0), (phase_us, -current_ma))
    body = b"".join((us << 20 | int(2 * ma + 300) << 10).to_bytes(4, "big") for us, ma in points)
    return bytes(((len(points) - 1) << 4,)) + (round(period_ms * 2) << 1).to_bytes(2, "big") + body


class PanelBench:
    """`program` calls stand for the software at the device's line; everything else goes through the panel's keys."""

    def __init__(
        self, patient: Patient | None = None, loads: Mapping[int, str] | None = None, device: str = "p24"
    ) -> None:
        stage = Stage(loads, keep_trace=False)
        self.simulator = Simulator(new_device(device, stage, keep_trace=False), patient, seed=1)
        self.backdoor = Backdoor(self.simulator)
        self.app = PanelApp(self.backdoor, URL, tick_s=None)
        self.now_us = 0
        self._number = 0

    def send(self, command: int, data: bytes = b"") -> bytes:
        """One frame arrives; the replies that are due 100 ms later."""
        self._number = (self._number + 1) % 64
        self.simulator.receive(framing.encode(self._number, command, data), self.now_us)
        self.run(100)
        return self.simulator.transmit(self.now_us)

    def stimulate(self, channels: Mapping[int, float], *, stop_on_all_errors: bool = False) -> None:
        """Initialise the mid level and give pulses: channel -> mA."""
        self.send(ML_INIT, bytes((stop_on_all_errors,)))
        enabled = sum(1 << channel - 1 for channel in channels)
        body = b"".join(channel_data(channels[channel]) for channel in sorted(channels))
        self.send(ML_UPDATE, bytes((enabled,)) + body)

    def run(self, ms: int, *, polled: bool = False) -> None:
        """Let time pass; `polled` keeps the device's 2 s timer quiet."""
        end_us = self.now_us + ms * MS
        while polled and end_us - self.now_us > 500 * MS:
            self.now_us += 400 * MS
            self.simulator.advance(self.now_us)
            self.send(ML_GET_CURRENT_DATA, bytes((4,)))
        self.now_us = max(self.now_us, end_us)
        self.simulator.advance(self.now_us)

    # What is on the screen

    @asynccontextmanager
    async def at(self, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
        """The panel, shown once."""
        async with self.app.run_test(size=size) as pilot:
            await self.look(pilot)
            yield pilot

    async def look(self, pilot: Pilot[None]) -> str:
        """One tick, painted; the whole screen as text."""
        self.app.tick()
        await pilot.pause()
        return self.screen()

    async def press(self, pilot: Pilot[None], *keys: str) -> str:
        """Keys, then what is on the screen."""
        await pilot.press(*keys)
        await pilot.pause()
        return self.screen()

    def screen(self) -> str:
        """Every row that is visible now."""
        return "\n".join(
            "".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()
        )

    @property
    def note(self) -> str:
        """The line above the buttons."""
        return self.app.query_one("#note", Shown).text

    def running(self) -> list[tuple[str, int | None]]:
        """Kind and channel of every fault that runs in the simulator."""
        return [(one.kind, one.channel) for one in self.simulator.injections() if one.state == "active"]
