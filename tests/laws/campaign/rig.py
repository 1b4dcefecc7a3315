"""The stand of a campaign: one device with its person, one chain of records, and controllers begun on both in turn."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from firmware_sim.devices import model
from firmware_sim.patient import Patient, Site, load_profile, person
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Stage
from laws.campaign.disk import FragileDisk, Sink
from laws.campaign.keeper import RigKeeper
from laws.campaign.line import CampaignLine
from laws.campaign.protocols import loaded
from laws.campaign.script import Scenario
from laws.plug import Plug
from nmes.core.attended import Attended, Ghost
from nmes.core.measurement import NOBODY, Who
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, station_key
from nmes.record.sink import Post, RecordSink
from nmes.runtime.binding import binding
from nmes.runtime.clock import VirtualClock
from nmes.runtime.families import family
from nmes.runtime.open import Peer
from nmes.trial.bench import Bench

WHO = Who("P-017", "left")
MARK_UA = 500
"""Marks lie on the grid of every family: their steps come in fours."""
OUTCOME = "Pain score at rest and on movement, during and after"


class Rig:
    """`open` begins a session; `bench` is the last one begun, whose controller may be gone."""

    def __init__(self, scenario: Scenario, home: Path, key: StationKey | None = None) -> None:
        self.scenario, self.home = scenario, home
        self.key = key or station_key(home)
        self.loaded = loaded(scenario.protocol)
        self.family = family(scenario.device)
        self.simulator = _simulator(scenario, plan_for(self.loaded.protocol, self.family.capabilities, None))
        self.clock, self.fragile = VirtualClock(), FragileDisk()
        self.line: CampaignLine | None = None
        self.sink: Sink | None = None
        self.keeper: RigKeeper | None = None
        self.opened = 0
        self.swapped = 0

    @property
    def folder(self) -> Path:
        return chain_folder(self.home, Kind.SIMULATION)

    def open(self, *, edited: bool = False) -> Bench | None:
        """A new session on the chain and the device; None where no record can be kept: then there is no session."""
        if edited and self.scenario.edited:
            self.loaded = loaded(self.scenario.edited)
        plan = plan_for(self.loaded.protocol, self.family.capabilities, None)
        attended = self._attended(plan)
        keeper = None if plan.capabilities.watchdog_ms else self._new_keeper()
        try:
            bench = Bench(
                plan,
                self.loaded.protocol.screening_codes,
                device=self.simulator,
                make_sink=lambda clock, post: self._record(plan, attended, clock, post),
                absent_limit_ms=self.loaded.protocol.operator_absent_limit_ms,
                wire=self._wire,
                who=WHO if attended else NOBODY,
                attended=attended,
                clock=self.clock,
                family=self.family,
                keeper=keeper,
            )
        except RecordError:
            return None
        self.keeper = keeper
        self.opened += 1
        return bench

    def kill(self, torn: int) -> int:
        """The controller is gone; what it had not brought to the medium may be lost. Returns how much was."""
        assert self.sink is not None
        path = self.sink.journal.path
        loose = self.fragile.unsynced.pop(path.stat().st_ino, 0)
        self.sink.journal.abandon()
        if self.keeper is not None:
            self.keeper.dies()
        lost = min(torn, loose)
        if lost:
            os.truncate(path, path.stat().st_size - lost)
        return lost

    def _new_keeper(self) -> RigKeeper:
        return RigKeeper(self.family, self.simulator, self.clock, lambda: self.simulator.line_up)

    def _wire(self, peer: Peer) -> CampaignLine:
        self.swapped += self.line.swapped if self.line else 0
        self.line = CampaignLine(Plug(peer, self.simulator))
        return self.line

    def _record(self, plan: Plan, attended: Attended | None, clock: VirtualClock, post: Post) -> RecordSink:
        clocks = Clocks(lambda: int(clock.utc().timestamp() * 1000), lambda: clock.now_us * 1000, "virtual")
        who = WHO if attended else NOBODY
        bound = binding(
            self.loaded, plan, "bench", clock.now_ms(), who, None, attended, clocks=clocks, family=self.family
        )
        disk = self.fragile.disk()
        journal = Journal.open(self.folder, "campaign", bound, clocks, disk=disk, token="0" * 6, signer=self.key)
        self.sink = Sink(journal, post, self.fragile, clock)
        return self.sink

    def _attended(self, plan: Plan) -> Attended | None:
        how, mark_ua = self.scenario.attended, self.scenario.mark_steps * MARK_UA
        if how == "nobody":
            return None
        ghosts = tuple(Ghost(slot, mark_ua, "s-1", "2026-11-01T09:00:00Z") for slot in plan.slots)
        return Attended(ghosts if mark_ua else (), (OUTCOME,), how == "with a stop")


_profile = cache(load_profile)
"""Frozen values; each scenario takes one."""


def _simulator(scenario: Scenario, plan: Plan) -> Simulator:
    """The device with this person's skin under every pad of the plan."""
    profile: Any = _profile(scenario.profile)
    if scenario.person >= 0:
        profile = person(profile, scenario.person, scenario.seed)
    sites = {one.channel: Site("quadriceps femoris", "left", one.pad_mm2, 0) for one in plan.channels}
    stage = Stage({channel: profile.load(site.pad_mm2) for channel, site in sites.items()})
    patient = Patient(profile, sites, scenario.seed) if scenario.lives else None
    simulated = model(scenario.device)
    device = simulated.make(dict(scenario.switches), stage, simulated.device_id, True)
    return Simulator(device, patient, scenario.seed)
