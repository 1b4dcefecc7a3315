"""Law: what a fault does inside the device, to its output and to the pads, and the count of each pulse it changed.

A pulse is changed by a fault when it would have been another, at the same moment, without this one fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from firmware_sim.clock import DeviceClock
from firmware_sim.faults import levers
from firmware_sim.faults.after_stop import AfterStop, Stuck, Train
from firmware_sim.faults.levers import ELECTRODE_KINDS, OUTPUT_KINDS, Pads, starves
from firmware_sim.faults.timeline import Injection, Timeline
from firmware_sim.faults.unmoved import Unmoved
from firmware_sim.model import Device
from firmware_sim.stage import Load
from firmware_sim.stage.output import named
from firmware_sim.stage.pad import Placed, Worn
from firmware_sim.stage.pulse import Delivery, Points, Pulse, first_phase_peak_ua

FASTEST_PPM = 500_000
"""However many drifts there are. [design]"""
OF_LEVER = {
    "silent_update": "lying_ack",
    "silent_stop": "lying_ack",
    "versions": "wrong_version",
    "emergency_open": "emergency_switch",
    "module_broken": "module_error",
}


@dataclass(slots=True)
class Acts:
    """The device with its levers. `begin` and `end` are told at the fault's own microsecond, in device time too."""

    device: Device
    timeline: Timeline
    nominal_mv: int
    pads: Pads = field(default_factory=Pads)
    sticking: dict[int, AfterStop] = field(default_factory=dict)
    unmoved: dict[int, Unmoved] = field(default_factory=dict)
    _last: dict[int, tuple[Points, int]] = field(default_factory=dict)
    """Each channel's last pulse, and when it was by the device's clock."""

    def begin(self, one: Injection, t_us: int, device_us: int) -> None:
        """A fault begins."""
        if one.kind in ELECTRODE_KINDS and one.channel is not None:
            self._settle(one.channel)
        elif one.kind in OUTPUT_KINDS and one.params.get("mode", "level") == "level":
            levels = {channel: first_phase_peak_ua(points) for channel, (points, _) in self._last.items()}
            self.device.stage.injected_faults[one.id] = levers.output_faults(one, levels)
        elif one.kind in OUTPUT_KINDS:
            self.sticking[one.id] = AfterStop(one.channel)
            for channel, (points, given_us) in self._last.items():
                self._teach(channel, points, given_us)
        else:
            self._pull(one)
        if one.kind == "reset" or starves(one):
            one.took(t_us)
            self.device.restart(device_us)

    def end(self, one: Injection, t_us: int, device_us: int) -> None:
        """A fault ends: what it did is undone as far as no other does it."""
        if one.kind in ELECTRODE_KINDS and one.channel is not None:
            self._settle(one.channel)
        elif one.kind in OUTPUT_KINDS:
            self.device.stage.injected_faults.pop(one.id, None)
            self.sticking.pop(one.id, None)
        else:
            self._pull(one)
        if (one.kind == "reset" and one.ends_us is not None) or starves(one):
            one.took(t_us)
            self.device.restart(device_us)

    def pace(self, t_us: int, device_us: int) -> int:
        """The clock's pace from `t_us` on, ppm; each drift is judged by the pace that is left without it."""
        drifts = self.timeline.active("clock_drift")
        total = sum(one.number("ppm") for one in drifts)
        self.unmoved = {
            one.id: Unmoved(DeviceClock(t_us, device_us, _bounded(total - one.number("ppm"))))
            for one in drifts
            if one.number("ppm")
        }
        return _bounded(total)

    def _pull(self, one: Injection) -> None:
        if one.kind in levers.LEVER_KINDS:
            levers.pull(self.device.faults, self.device.stage, self.nominal_mv, self.timeline.active())

    def _settle(self, channel: int) -> None:
        self.pads.settle(self.device.stage, channel, self.timeline.active(*ELECTRODE_KINDS))

    # What lies on the skin, as placed

    def set_load(self, channel: int, load: Load | str) -> None:
        """Another load, whole and fresh."""
        if not self.pads.cover(channel, Placed(named(load))):
            self.device.stage.set_load(channel, load)

    def set_contact(self, channel: int, permille: int) -> None:
        """Another contact; 1 to 1000."""
        self._place(channel, replace(self.pads.placed(self.device.stage, channel), contact_permille=permille))

    def wear(self, channel: int, device_us: int, before_s: int) -> None:
        """From now on the pad dries and warms."""
        self._place(channel, replace(self.pads.placed(self.device.stage, channel), worn=Worn(device_us, before_s)))

    def _place(self, channel: int, placed: Placed) -> None:
        if not self.pads.cover(channel, placed):
            self.device.stage.place(channel, placed)

    # Proof

    def next_us(self) -> int | None:
        """By the device's clock: the next time at which an output that sticks may have to do something, or learn."""
        if not self.sticking:
            return None
        due_us = (self.device.next_pulse_us(), *(one.next_us() for one in self.sticking.values()))
        return min((one for one in due_us if one is not None), default=None)

    def stick(self, t_us: int, device_us: int) -> None:
        """Give what outputs that stick are due to give on channels that the device has stopped."""
        due: dict[Stuck, Injection] = {}
        for number, one in self.sticking.items():
            due |= dict.fromkeys(one.due(device_us), self.timeline.injections[number])
        for pulse in sorted(due):
            if self.device.train(pulse.channel) is None:
                self.device.stage.deliver(*pulse)
                due[pulse].took(t_us, int(any(current_ua for _, current_ua in pulse.points)))

    def lever_took(self, name: str, t_us: int) -> None:
        """The device says that a lever changed something."""
        mine = {"silent_update": ("update", "both"), "silent_stop": ("stop", "both")}
        for one in self.timeline.active(OF_LEVER.get(name, "")):
            if name not in mine or one.params["to"] in mine[name]:
                one.took(t_us)

    def see(self, pulse: Pulse, t_us: int) -> None:
        """A pulse was given at `t_us`: which faults changed it?"""
        given_us = self.device.stage.given_us
        self._last[pulse.channel] = pulse.points, given_us
        if self.sticking:
            self._teach(pulse.channel, pulse.points, given_us)
        for one in self.timeline.acting:
            if self._changed(one, pulse, given_us, t_us):
                one.took(t_us)

    def _teach(self, channel: int, points: Points, given_us: int) -> None:
        """Tell outputs that stick of the last pulse of a channel, if it is of a train that goes on."""
        train = self.device.train(channel)
        if train is not None and train[1]:
            for one in self.sticking.values():
                one.gave(channel, Train(points, train[0], given_us + train[0]))

    def _changed(self, one: Injection, pulse: Pulse, given_us: int, t_us: int) -> bool:
        """Whether this pulse would have been another without this one fault."""
        train = self.device.train(pulse.channel)
        match one.kind:
            case kind if kind in ELECTRODE_KINDS or kind in OUTPUT_KINDS:
                mine = one.channel in (None, pulse.channel) and one.id not in self.sticking
                mine = mine and (kind in ELECTRODE_KINDS or not pulse.delivery.left_out)
                return mine and not same(pulse.delivery, self._without(one, pulse))
            case "supply_sag" if not pulse.delivery.left_out:
                return not same(pulse.delivery, self._without(one, pulse))
            case "clock_drift" if train is not None and one.id in self.unmoved:
                return self.unmoved[one.id].moved(pulse.channel, train[1], given_us, t_us)
            case "hang" if train is not None and one.params["output"] == "goes_on":
                return self._outlived(one, given_us, t_us)
            case _:
                return False

    def _outlived(self, one: Injection, given_us: int, t_us: int) -> bool:
        """Whether the dead-man, where there is one, should have ended the output before this pulse."""
        dead_man_us, timer_us = self.device.model.dead_man_us, self.device.timer_us
        if dead_man_us is None or timer_us is None:
            return False
        silent = one.bytes_us is None or t_us - one.bytes_us >= dead_man_us
        return silent and given_us >= timer_us

    def _without(self, one: Injection, pulse: Pulse) -> Delivery:
        stage = self.device.stage
        placed, limit_mv = stage.placed(pulse.channel), stage.limit_mv
        if one.kind in ELECTRODE_KINDS:
            placed = self.pads.without(stage, one, self.timeline.active(*ELECTRODE_KINDS))
        elif one.kind == "supply_sag":
            others = [other for other in self.timeline.active() if other is not one]
            limit_mv = min(levers.supply_mv(self.nominal_mv, others), stage.selected_mv)
        return stage.suppose(pulse, placed, limit_mv, one.id)


def same(one: Delivery, other: Delivery) -> bool:
    """Whether a patient and an instrument on the pads see the same: charge, current and voltage."""
    return (one.charge_pc, one.peak_current_ua, one.peak_voltage_mv, one.end_voltage_mv) == (
        other.charge_pc,
        other.peak_current_ua,
        other.peak_voltage_mv,
        other.end_voltage_mv,
    )


def _bounded(ppm: int) -> int:
    return max(-FASTEST_PPM, min(FASTEST_PPM, ppm))
