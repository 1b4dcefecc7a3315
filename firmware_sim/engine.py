"""Law: time passes here and nowhere else, split at every microsecond at which something changes.

At one microsecond: faults end, faults begin, bytes arrive, pulses are given. Between two such moments the device lives
alone. Separate from `Simulator` because all of it is what a snapshot keeps; times are the simulator's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.clock import DeviceClock
from firmware_sim.faults.acts import Acts
from firmware_sim.faults.cable import Cable
from firmware_sim.faults.timeline import Injection, Timeline
from firmware_sim.model import Device
from firmware_sim.stage.trace import FaultBegan, FaultEnded


@dataclass(slots=True)
class Engine:
    """`t_us` is the latest time that was told; the caller's clock is `shift_us` ahead of it."""

    device: Device
    timeline: Timeline
    cable: Cable
    acts: Acts
    clock: DeviceClock
    t_us: int
    shift_us: int = 0
    _arrives_us: int = 0

    @property
    def device_us(self) -> int:
        """What the device's own clock shows.

        A fast clock shows several microseconds in one of ours. What comes ahead of the pulses comes in the first.
        """
        return max(self.device.now_us, self._arrives_us)

    def told_us(self, device_us: int) -> int:
        """The caller's time at which the device's clock shows `device_us`."""
        return max(self.t_us, self.clock.true_us(device_us)) + self.shift_us

    def retell(self) -> None:
        """Translate times only where they differ, because every pulse pays for it."""
        plain = self.clock.is_true and not self.shift_us
        self.device.stage.told_us = None if plain else self.told_us

    def next_byte_us(self) -> int | None:
        """When the next byte is due at either end of the line."""
        reply_us = self.device.next_due_us()
        sent_us = None if reply_us is None else max(self.t_us, self.clock.true_us(reply_us))
        return _earliest(self.cable.inward.next_us(), self.cable.outward.next_us(), sent_us)

    # Time

    def run_to(self, t_us: int) -> None:
        """Everything up to and including `t_us`."""
        while (next_us := self._next_us()) is not None and next_us <= t_us:
            self._pass(next_us - 1)
            self.turn(next_us)
            self._pass(next_us)
            self.acts.stick(next_us, self.device_us)
        self._pass(t_us)

    def come_to(self, t_us: int) -> None:
        """Everything before `t_us`, and at `t_us` what comes ahead of its pulses."""
        if t_us > self.t_us:
            self.run_to(t_us - 1)
        self.turn(t_us)
        self._collect(t_us)

    def _next_us(self) -> int | None:
        sticks_us = None
        if self.acts.sticking and (device_us := self.acts.next_us()) is not None:
            sticks_us = max(self.t_us, self.clock.true_us(device_us))
        return _earliest(self.timeline.next_us(), self.cable.inward.next_us(), sticks_us)

    def _pass(self, t_us: int) -> None:
        """The device lives alone until `t_us`."""
        if t_us >= self.t_us:
            self.device.advance(self.clock.device_us(t_us))
            self._collect(t_us)
            self.t_us = t_us

    def turn(self, t_us: int) -> None:
        """Faults end and begin, and bytes arrive, at `t_us`."""
        if t_us > self.t_us:
            self.t_us = t_us
            self._arrives_us = min(self.device.now_us + 1, self.clock.device_us(t_us))
        for change in self.timeline.due(self.t_us):
            if change.begins:
                self._begin(change.injection)
            else:
                self.end(change.injection)
        self._hear()

    # The line

    def from_host(self, data: bytes) -> None:
        """The host sends now."""
        if data:
            self.cable.from_host(data, self.t_us)
            self._hear()

    def to_host(self) -> bytes:
        """The bytes that have reached the host."""
        return self.cable.at_host(self.t_us)

    def _hear(self) -> None:
        data = self.cable.at_device(self.t_us)
        if data:
            self.device.receive(data, self.device_us)

    def _collect(self, t_us: int) -> None:
        """Replies go onto the cable each at its own time, whoever looks when."""
        while (due_us := self.device.next_due_us()) is not None and self.clock.true_us(due_us) <= t_us:
            data = self.device.transmit(due_us)
            if not data:
                return  # a pulse is due, not a reply
            self.cable.from_device(data, max(self.t_us, self.clock.true_us(due_us)))

    # Faults

    def _begin(self, one: Injection) -> None:
        self.timeline.begin(one, self.t_us)
        device_us = self.device_us
        self.device.stage.note(FaultBegan(device_us, one.id, one.kind, one.channel))
        self.cable.begin(one, self.t_us)
        self.acts.begin(one, self.t_us, device_us)
        self._drift(one)
        if one.kind == "reset" and one.ends_us is None:
            self.end(one)

    def end(self, one: Injection) -> None:
        """A fault ends now."""
        self.timeline.finish(one, self.t_us)
        device_us = self.device_us
        self.cable.end(one)
        self.acts.end(one, self.t_us, device_us)
        self._drift(one)
        self.device.stage.note(FaultEnded(self.device_us, one.id, one.kind, one.effects))

    def _drift(self, one: Injection) -> None:
        if one.kind == "clock_drift":
            self.clock.drift(self.t_us, self.acts.pace(self.t_us, self.clock.device_us(self.t_us)))
            self.retell()


def _earliest(*times_us: int | None) -> int | None:
    """The first of the times that there are. A loop, because every turn asks and most of the time there is none."""
    first_us = None
    for t_us in times_us:
        if t_us is not None and (first_us is None or t_us < first_us):
            first_us = t_us
    return first_us


def new_engine(device: Device, seed: int) -> Engine:
    """An engine that begins where the device is."""
    timeline = Timeline()
    acts = Acts(device, timeline, device.stage.compliance_mv)
    cable = Cable(timeline, seed, device.model.framed, device.model.shortest_frame)
    return Engine(device, timeline, cable, acts, DeviceClock(), device.now_us)
