"""Law: what a fault does inside the device, to its output and to the pads, and the count of each pulse it touched."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_sim.faults import levers
from firmware_sim.faults.after_stop import AfterStop
from firmware_sim.faults.levers import ELECTRODE_KINDS, OUTPUT_KINDS, Pads, StackedFaults, starves
from firmware_sim.faults.timeline import Injection, Timeline
from firmware_sim.sciencemode4.p24 import P24
from firmware_sim.stage import Load
from firmware_sim.stage.pulse import Contact, Points, Pulse, first_phase_peak_ua

OF_LEVER = {"silent_update": "lying_ack", "silent_stop": "lying_ack", "versions": "wrong_version"}


@dataclass(slots=True)
class Acts:
    """The device with its levers. `begin` and `end` are told at the fault's own microsecond, in device time too."""

    device: P24
    timeline: Timeline
    nominal_mv: int
    pads: Pads = field(default_factory=Pads)
    after_stop: AfterStop = field(default_factory=AfterStop)
    _counted: dict[int, int] = field(default_factory=dict)

    def begin(self, one: Injection, t_us: int, device_us: int) -> None:
        """A fault begins."""
        if one.kind in ELECTRODE_KINDS and one.channel is not None:
            self._settle(one.channel)
        elif one.kind in OUTPUT_KINDS and one.params.get("mode", "level") == "level":
            self._stack().injected[one.id] = levers.output_faults(one, self._last_ua(one.channel))
            self._counted[one.id] = 0
        elif one.kind in OUTPUT_KINDS:
            self.after_stop.begin(self.device.settings)
        else:
            self._pull(one)
        if one.kind == "reset" or starves(one):
            one.took(t_us)
            self.device.restart(device_us)

    def end(self, one: Injection, device_us: int) -> None:
        """A fault ends: what it did is undone as far as no other does it."""
        if one.kind in ELECTRODE_KINDS and one.channel is not None:
            self._settle(one.channel)
        elif one.kind in OUTPUT_KINDS:
            self._stack().injected.pop(one.id, None)
            if not self._sticking():
                self.after_stop.end()
        else:
            self._pull(one)
        if (one.kind == "reset" and one.ends_us is not None) or starves(one):
            self.device.restart(device_us)

    def _pull(self, one: Injection) -> None:
        if one.kind in levers.LEVER_KINDS:
            levers.pull(self.device.faults, self.device.stage, self.nominal_mv, self.timeline.active())

    def _settle(self, channel: int) -> None:
        self.pads.settle(self.device.stage, channel, self.timeline.active(*ELECTRODE_KINDS))

    def _stack(self) -> StackedFaults:
        return levers.stacked(self.device.stage)

    def _sticking(self) -> list[Injection]:
        return [one for one in self.timeline.active("stuck_output") if one.params["mode"] == "after_stop"]

    def _last_ua(self, channel: int | None) -> int:
        """The amplitude of the last pulse, on this channel or on any."""
        last = [given for one, given in self.after_stop.last.items() if channel in (None, one)]
        return first_phase_peak_ua(max(last)[1]) if last else 0

    def set_load(self, channel: int, load: Load | str) -> None:
        """Another load, as placed; what an electrode fault makes of it stays until the fault ends."""
        stage = self.device.stage
        covered = stage.load(channel), stage.contact_permille(channel)
        stage.set_load(channel, load)
        if channel in self.pads.beneath:
            self.pads.beneath[channel] = stage.load(channel), 1000
            levers.place(stage, channel, *covered)

    def set_contact(self, channel: int, permille: int) -> None:
        """Another contact, as placed; 1 to 1000."""
        stage = self.device.stage
        covered = stage.contact_permille(channel)
        stage.set_contact(channel, permille)
        if channel in self.pads.beneath:
            self.pads.beneath[channel] = self.pads.beneath[channel][0], permille
            stage.set_contact(channel, covered)

    # Proof

    def stuck_pulses(self, t_us: int) -> list[tuple[int, Points]]:
        """What outputs that stick give at `t_us` on channels that the device has stopped."""
        found = []
        for channel, points in self.after_stop.due(t_us, self.device.settings):
            mine = [one for one in self._sticking() if one.channel in (None, channel)]
            if mine:
                mine[-1].took(t_us)
                found.append((channel, points))
        return found

    def lever_took(self, name: str, t_us: int) -> None:
        """The device says that a lever changed something."""
        mine = {"silent_update": ("update", "both"), "silent_stop": ("stop", "both")}
        for one in self.timeline.active(OF_LEVER.get(name, "")):
            if name == "versions" or one.params["to"] in mine[name]:
                one.took(t_us)

    def see(self, pulse: Pulse, t_us: int) -> None:
        """A pulse was given at `t_us`: which faults changed it?"""
        self.after_stop.gave(pulse.channel, pulse.points, t_us)
        if not self.timeline.live:
            return
        pads = [one for one in self.timeline.active(*ELECTRODE_KINDS) if one.channel == pulse.channel]
        if pads and pulse.amplitude_ua:
            pads[-1].took(t_us)
        for number, faults in self._stack().injected.items():
            altered = sum(faults.effects.values())
            self.timeline.injections[number].took(t_us, altered - self._counted[number])
            self._counted[number] = altered
        if pulse.contact is Contact.LIMITED:
            for one in self.timeline.active("supply_sag"):
                one.took(t_us)
        for one in self.timeline.active("clock_drift"):
            one.took(t_us, int(one.params["ppm"] != 0))
