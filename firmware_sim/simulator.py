"""Law: the device, the person and everything that is broken, on one clock; and each fault at its exact microsecond.

The verbs are the device's own (`receive`, `advance`, `transmit`, `next_due_us`): whoever holds a device can hold this.
Three times: the caller's (every argument, the trace, all that is told), the simulator's (the caller's, less what a
restore set back) and the device's (the simulator's, through a clock that may drift). Without drift or restore they
are one. At one microsecond: faults end, faults begin, bytes arrive, pulses are given.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from firmware_sim.devices import new_device
from firmware_sim.engine import new_engine
from firmware_sim.faults import Faults
from firmware_sim.faults.catalogue import checked
from firmware_sim.faults.timeline import InjectionStatus, Phase, status
from firmware_sim.model import Device
from firmware_sim.snapshots import Snapshots
from firmware_sim.stage import Load, Stage
from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import Event, FrameArrived, Lines, Replied, Restored, TraceFile

if TYPE_CHECKING:
    from firmware_sim.patient import Patient

RECENT_PULSES, RECENT_EVENTS = 256, 32
LONGEST_WEAR_H = 100
"""Five of the time constants by which a pad dries: no pad is used for longer. [design]"""


class Simulator:
    """A device with its patient, faults and timeline. All times are whole microseconds and never go back (ValueError).

    `seed` decides every probabilistic fault. With `digest` a hash over all trace lines is kept; `trace` is where they
    are written. `device` (a P24 if none is given) has its own stage and switches; a patient feels every pulse.
    """

    def __init__(
        self,
        device: Device | None = None,
        patient: Patient | None = None,
        seed: int = 0,
        *,
        digest: bool = False,
        trace: TraceFile | None = None,
    ) -> None:
        self.device: Device = device or new_device()
        self.patient = patient
        self.seed = seed
        self.pulses: deque[Pulse] = deque(maxlen=RECENT_PULSES)
        self.happened: deque[Event] = deque(maxlen=RECENT_EVENTS)
        self.engine = new_engine(self.device, seed)
        self._hash = hashlib.sha256() if digest else None
        self._trace, self._lines = trace, Lines()
        self._snapshots = Snapshots()
        self.device.faults.listener = self._lever_took
        self.stage.watch(self._see)

    # What the device shows

    @property
    def stage(self) -> Stage:
        """The instrument."""
        return self.device.stage

    @property
    def faults(self) -> Faults:
        """The levers inside the device, for tests that pull them by hand."""
        return self.device.faults

    @property
    def state(self) -> Enum:
        return self.device.state

    @property
    def high_voltage(self) -> bool:
        return self.device.high_voltage

    @property
    def active_channels(self) -> tuple[int, ...]:
        """Channels of which the device says that they give pulses."""
        return self.device.active_channels

    @property
    def errors(self) -> tuple[int, ...]:
        """What it shows of every channel, channel 1 first; 0 is none."""
        return self.device.errors

    @property
    def now_us(self) -> int:
        """The latest time that was told, in the caller's clock."""
        return self.engine.t_us + self.engine.shift_us

    @property
    def line_up(self) -> bool:
        """Whether there is a line to the host at all."""
        return self.engine.cable.plugged

    @property
    def digest(self) -> str | None:
        """Hash over all trace lines so far."""
        return None if self._hash is None else self._hash.hexdigest()

    # Time and the line

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host come onto the line; they take effect before pulses that are due at `now_us`."""
        self.engine.come_to(self._tell(now_us))
        self.engine.from_host(data)

    def advance(self, now_us: int) -> None:
        """Let everything happen up to and including `now_us`."""
        self.engine.run_to(self._tell(now_us))

    def transmit(self, now_us: int) -> bytes:
        """The reply bytes that have reached the host by `now_us`; gives no pulse that is due at `now_us` itself."""
        self.engine.come_to(max(now_us - self.engine.shift_us, self.engine.t_us))
        return self.engine.to_host()

    def next_due_us(self) -> int | None:
        """When the next byte is due at either end of the line; None when none is under way."""
        due_us = self.engine.next_byte_us()
        return None if due_us is None else due_us + self.engine.shift_us

    def next_change_us(self) -> int | None:
        """When the next fault begins or ends."""
        due_us = self.engine.timeline.next_us()
        return None if due_us is None else due_us + self.engine.shift_us

    def restart(self, now_us: int) -> None:
        """A power glitch now."""
        self.engine.come_to(self._tell(now_us))
        self.device.restart(self.engine.device_us)

    def _tell(self, now_us: int) -> int:
        if now_us < self.now_us:
            raise ValueError(f"time went back from {self.now_us} to {now_us} us")
        return now_us - self.engine.shift_us

    # Faults

    def inject(
        self,
        kind: str,
        *,
        at_us: int | None = None,
        for_us: int | None = None,
        channel: int | None = None,
        **params: object,
    ) -> int:
        """Put a fault in, now or at `at_us`, for `for_us` or until cleared; its number. ValueError: one sentence."""
        complete = checked(kind, channel, params, self.device.model.channels)
        if why := self.device.model.senseless(kind, complete):
            raise ValueError(f"{kind}: {why}")
        at_us = self.now_us if at_us is None else at_us
        if at_us < self.now_us:
            raise ValueError(f"{kind}: {at_us} us has passed; it is {self.now_us} us")
        if for_us is not None and for_us < 1:
            raise ValueError(f"{kind}: a duration is 1 us or more, not {for_us}")
        one = self.engine.timeline.add(kind, channel, complete, at_us - self.engine.shift_us, for_us)
        self.engine.turn(self.engine.t_us)
        return one.id

    def clear(self, injection: int | None = None) -> None:
        """End one fault now, or all. One that still waits never begins. ValueError for an unknown number."""
        known = self.engine.timeline.injections
        if injection is not None and injection not in known:
            raise ValueError(f"there is no injection {injection}")
        for one in list(known.values()) if injection is None else [known[injection]]:
            match one.phase:
                case Phase.WAITING:
                    self.engine.timeline.finish(one, self.engine.t_us)
                case Phase.ACTIVE:
                    self.engine.end(one)
                case Phase.OVER:
                    pass

    def injections(self) -> tuple[InjectionStatus, ...]:
        """What became of every fault that was put in."""
        return tuple(status(one, self.engine.shift_us) for one in self.engine.timeline.injections.values())

    def injection(self, number: int) -> InjectionStatus:
        """What became of one. ValueError for an unknown number."""
        if number not in self.engine.timeline.injections:
            raise ValueError(f"there is no injection {number}")
        return status(self.engine.timeline.injections[number], self.engine.shift_us)

    # The pads and the person

    def set_load(self, channel: int, load: Load | str) -> None:
        """Put another load on a channel now; under an electrode fault it shows when that has ended."""
        self.engine.acts.set_load(channel, load)

    def set_contact(self, channel: int, permille: int) -> None:
        """Lift a part of a pad, or press it on, now; under an electrode fault it shows when that has ended."""
        self.engine.acts.set_contact(channel, permille)

    def wear(self, channel: int, worn_h: int) -> None:
        """From now on the pad dries and warms, after `worn_h` hours of earlier use; until another load is put on."""
        if not 0 <= worn_h <= LONGEST_WEAR_H:
            raise ValueError(f"a pad was worn for 0 to {LONGEST_WEAR_H} hours, not {worn_h}")
        self.engine.acts.wear(channel, self.engine.device_us, worn_h * 3600)

    def move(self, muscle: str, to: str) -> None:
        """Stretch or shorten a muscle of the person, or bring it to neutral, now. ValueError without one."""
        if self.patient is None:
            raise ValueError("there is no patient: none was named at the start")
        self.patient.advance(self.engine.t_us)
        self.patient.act(to, muscle)

    # Snapshots

    @property
    def snapshots(self) -> tuple[str, ...]:
        """Names that can be restored."""
        return self._snapshots.names

    def snapshot(self, name: str) -> None:
        """Keep device, stage, patient, line and faults as they are now. ValueError when there are too many."""
        self._snapshots.take(name, self)

    def restore(self, name: str) -> None:
        """Go on from a snapshot as if no time had passed since. ValueError for an unknown name.

        The caller's clock goes on, so the trace is never told backwards: a `restored` line says where it went back to.
        """
        now_us, used = self.now_us, self.engine.timeline.used
        self._snapshots.put_back(name, self)
        self.engine.timeline.used = max(self.engine.timeline.used, used)
        from_us = self.engine.t_us + self.engine.shift_us
        self.engine.shift_us = now_us - self.engine.t_us
        self.engine.retell()
        self.stage.note(Restored(self.engine.device_us, name, from_us))

    # What is told

    def _see(self, item: Pulse | Event) -> None:
        """Every pulse and event, as it happens."""
        if self._hash is not None or self._trace is not None:
            self._tell_line(self._lines.line(item))
        if isinstance(item, Pulse):
            self.pulses.append(item)
            t_us = item.t_us - self.engine.shift_us
            self.engine.acts.see(item, t_us)
            if self.patient is not None:
                self.patient.feel(item if t_us == item.t_us else replace(item, t_us=t_us))
        elif not isinstance(item, FrameArrived | Replied):
            self.happened.append(item)

    def _tell_line(self, text: str) -> None:
        """A line of the trace is made once, whoever wants it."""
        if self._trace is not None:
            self._trace.write_line(text)
        if self._hash is not None:
            self._hash.update(text.encode() + b"\n")

    def _lever_took(self, name: str) -> None:
        self.engine.acts.lever_took(name, self.engine.t_us)
