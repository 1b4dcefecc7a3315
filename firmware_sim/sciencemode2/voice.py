"""Law: answers leave in the order of their requests, and what the device says unasked waits for none of them.

So an error may come between a request and its answer, as a real one can at any moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_sim.faults import Faults
from firmware_sim.sciencemode2 import framing, replies, requests
from firmware_sim.sciencemode2.latencies import Latencies
from firmware_sim.sciencemode4.outbox import Outbox
from firmware_sim.stage import Stage
from firmware_sim.stage.trace import Replied


@dataclass(slots=True)
class Voice:
    """What is on its way to the host. `counter` is the device's own packet number, `answers` counts its answers."""

    stage: Stage
    faults: Faults
    latencies: Latencies
    counter: int = 0
    answers: int = 0
    _answered: Outbox = field(default_factory=Outbox)
    _told: Outbox = field(default_factory=Outbox)

    def silenced(self) -> Voice:
        """The same after a restart: what was on its way is lost, and the counters go on [inferred]."""
        return Voice(self.stage, self.faults, self.latencies, self.counter, self.answers)

    def answer(self, packet_number: int, number: int, data: bytes, now_us: int) -> int:
        """Queue an answer; when it leaves."""
        self.answers += 1
        due_us = self._answered.due_us(now_us + self.latencies.answer_us(self.answers))
        self._send(self._answered, packet_number, number, data, now_us, due_us)
        return due_us

    def tell(self, number: int, value: int, t_us: int, due_us: int) -> int:
        """Say something unasked, which came up at `t_us`; the packet number it has."""
        self.counter = (self.counter + 1) % 256
        self._send(self._told, self.counter, number, bytes((replies.byte(value),)), t_us, due_us)
        return self.counter

    def _send(self, box: Outbox, packet_number: int, number: int, data: bytes, t_us: int, due_us: int) -> None:
        self.stage.note(Replied(t_us, int(number), packet_number, requests.signed(data[0]), due_us))
        spoiled = self.faults.spoil(framing.encode(packet_number, number, data))
        if spoiled:
            box.fill(box.reserve(), due_us, spoiled)

    def take(self, now_us: int) -> bytes:
        """The bytes whose time has come, in order."""
        out = b""
        while (due_us := self.next_us()) is not None and due_us <= now_us:
            out += self._told.take(due_us) + self._answered.take(due_us)
        return out

    def next_us(self) -> int | None:
        """When the next bytes are due."""
        due = (self._told.next_due_us(), self._answered.next_due_us())
        return min((t_us for t_us in due if t_us is not None), default=None)
