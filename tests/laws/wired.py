"""A person on the simulator's electrodes whose pads really lie somewhere, whatever the session believes; and hands.

What a test's therapist reads off this person, and where the person feels the current, is told by the simulator alone:
from the pulses that crossed the skin, and the places at which the pads of their channels lie.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from ui.bench_live import BenchLive, Desk

from firmware_sim.devices import new_device
from firmware_sim.patient import Patient, Site, load_profile
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Pulse, Stage
from nmes.cli.plain_open import WORDING as SCREEN_WORDING
from nmes.cli.plain_run import PlainRun
from nmes.cli.typed import LinesOnDemand
from nmes.core.measurement import Who
from nmes.record.files import Kind
from nmes.record.telling import story_of
from nmes.reports.report import report_of
from nmes.reports.text import lines_of
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.runtime.plain import PlainSession
from nmes.trial.bench import attended_on_bench, bench_with_record
from nmes.trial.hand_turned import HandTurned
from nmes.ui.report_wording import WORDING

Place = tuple[str, str]
"""A muscle and its side."""
NAMES = {"+": "plus", "-": "minus", " ": "space"}
"""What Textual calls a key that is no letter."""
APART_MS = 300
"""From one press of a calm hand to the next."""


class Wired:
    """`pads`: where the pads of each channel really lie. `code`: what stands on the person's own card. `family`: of the
    device at the other end of the leads.
    """

    def __init__(self, pads: Mapping[int, Place], code: str = "P-017", family: Family = DEFAULT) -> None:
        self.code, self.pads, self.family = code, dict(pads), family
        self._profile = load_profile("healthy_adult")
        loads = {channel: self._profile.load(2500) for channel in pads}
        self.device = Simulator(new_device(family.key, Stage(loads)), self._lying())

    def _lying(self) -> Patient:
        return Patient(self._profile, {channel: Site(*place) for channel, place in self.pads.items()})

    def wire(self, pads: Mapping[int, Place]) -> None:
        """The pads are put elsewhere; nothing flows meanwhile."""
        self.pads = dict(pads)
        self.device.patient = self._lying()
        self.device.patient.advance(self.device.now_us)

    def pulses(self, since_us: int = -1) -> list[Pulse]:
        """What crossed the skin after that moment."""
        return [pulse for pulse in self.device.stage.trace if pulse.t_us > since_us and pulse.amplitude_ua]

    def most_ua(self, since_us: int = -1) -> int:
        return max((pulse.amplitude_ua for pulse in self.pulses(since_us)), default=0)

    def felt(self, since_us: int) -> set[Place]:
        """Where the person has felt current since then."""
        found: set[Place] = set()
        for pulse in self.pulses(since_us):
            first = pulse.delivery.first_phase
            felt = self.device.patient.feels(pulse.channel, first.current_ua, first.duration_us, 20_000)
            if felt.sensory > 1:
                found.add(self.pads[pulse.channel])
        return found

    def steepest_ua(self, within_us: int) -> int:
        """The most by which the current of one channel rose within so long, from one pulse to a later one."""
        most = 0
        for channel in self.pads:
            mine = [pulse for pulse in self.pulses() if pulse.channel == channel]
            first = 0
            for last, pulse in enumerate(mine):
                while pulse.t_us - mine[first].t_us > within_us:
                    first += 1
                lowest = min(one.amplitude_ua for one in mine[first : last + 1])
                most = max(most, pulse.amplitude_ua - lowest)
        return most

    def jumps_ua(self) -> int:
        """The most by which the current of a channel rose from one pulse to the next."""
        by = [[one.amplitude_ua for one in self.pulses() if one.channel == channel] for channel in self.pads]
        return max((after - before for mine in by for before, after in pairwise(mine)), default=0)


def caught(record: Path) -> str:
    """What the report of a session says was caught, as text; the last paragraph is what it has none of."""
    return part(record, "WHAT WAS CAUGHT")


def part(record: Path, heading: str) -> str:
    """One section of the report, as text."""
    lines = lines_of(report_of(story_of(record, Kind.SIMULATION), WORDING), 250)
    begin = lines.index(heading)
    return "\n".join(lines[begin : lines.index("", begin)])


# --- the app ---


def desk_for(home: Path, person: Wired) -> Desk:
    """The app whose sessions have this person on their electrodes."""

    def open_session(one: Loaded, who: Who) -> BenchLive:
        desk.sessions.append(BenchLive(one, home, who, attended=True, device=person.device))
        return desk.live

    desk = Desk(home, attended=True, open_session=open_session)
    return desk


async def press(desk: Desk, pilot: Pilot[None], *keys: str, apart_ms: int = APART_MS) -> None:
    """Keys, each some time after the one before; before another key the screen is shown what it may do."""
    with desk.app.batch_update():
        for before, key in zip(("", *keys), keys, strict=False):
            desk.live.run(apart_ms)
            if key != before:
                desk.app.beat()
            desk.app.post_message(events.Key(NAMES.get(key, key), key if len(key) == 1 else None))
            await pilot.pause()
    await desk.see(pilot)


# --- the line mode ---


class WiredLines(HandTurned):
    """A script's session with this person on its electrodes."""

    def __init__(self, loaded: Loaded, home: Path, who: Who, person: Wired) -> None:
        with_it = attended_on_bench(loaded, home, who)
        self._bench, self._record = bench_with_record(
            loaded, home, person.device, who, attended=with_it, family=person.family
        )
        self._lock = threading.RLock()


def run_lines(loaded: Loaded, home: Path, who: Who, person: Wired, *lines: str) -> Path:
    """The lines as a script of `nmes run --plain`; its record."""
    live = WiredLines(loaded, home, who, person)
    session = PlainSession(loaded.protocol, SCREEN_WORDING)
    typed = LinesOnDemand(iter(lines))
    PlainRun(live, session, typed, live.pass_time, script=True, report=lambda _session: home).run()
    return max((home / "simulation").glob("*.jsonl"))
