"""The sole holder of a Port: every byte to a stimulator goes through here, and anybody may stop it from here.

`trip` latches first and then waits for the one lock that covers check-and-write. A write blocked by RTS/CTS holds that
lock for at most 100 ms, then the port closes itself and the device's own timer ends the output; nothing else in here
waits. What the device says is judged piece by piece, and a `trip` goes first between two of them. The locks are re-
entrant, so that a signal handler that interrupts a write may trip as well; a write that was overtaken by a trip is
followed by a halt of its own. A line that can no longer be read may still take a halt: it gets one, and then is dead;
one that could not be written to gets nothing more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from nmes.guard.arming import may_arm
from nmes.guard.burst import lit
from nmes.guard.ceilings import Ceilings
from nmes.guard.clock import boottime_us
from nmes.guard.hearing import hear, watch
from nmes.guard.judge import always_passes, halted, judge
from nmes.guard.keeping import Keeper
from nmes.guard.line import Line
from nmes.guard.rules import Refusal, Rule
from nmes.guard.sight import Request, Sight
from nmes.guard.state import HALTS_ENOUGH, Armed, Lane, Stage, fresh, may_be_on
from nmes.link.port import Identity, Port
from nmes.link.port import PortError as PortError  # noqa: PLC0414 - re-exported: who holds a guard need not know the line

PIECE_BYTES = 64
"""So much of what the device sent is judged before who stops may go first: under 1 ms. [design]"""


@dataclass(frozen=True, slots=True)
class Trip:
    """Why the guard latched: a `Rule` or the caller's own word; when it last looked at its clock; which trip it was."""

    rule: str
    detail: str
    at_us: int
    count: int


class GuardedPort:
    """See the methods. `on_trip` hears of the trips the guard decided itself; who calls `trip` knows.

    It may be called while the line is held, so it must not wait for a thread that uses the guard. `left_on`: the line
    comes from a keeper whose halt the device has not confirmed; then the own keeper is at work from the start, and goes
    with a confirmed halt alone.
    """

    def __init__(
        self,
        port: Port,
        sight: Sight,
        ceilings: Ceilings,
        clock_us: Callable[[], int] = boottime_us,
        on_trip: Callable[[Trip], None] | None = None,
        keeper: Keeper | None = None,
        *,
        left_on: bool = False,
    ) -> None:
        self._port = port
        self._keeper = keeper
        self._sight = sight
        self._replies = sight.replies()
        self._ceilings = ceilings
        self._clock_us = clock_us
        self._on_trip = on_trip
        self._state = fresh(ceilings.channels)
        self._latched: Trip | None = None
        self._trips = 0
        self._alive = True
        self._started = False  # whether anything passed that is neither a halt nor a question
        self._now_us = clock_us()
        self._tally = threading.RLock()  # held for two assignments, never while bytes are written
        self._line = Line()  # check-and-write
        if left_on:
            self._state = replace(self._state, stage=Stage.HALTING, renewed_us=self._now_us, halts=0)
            if keeper is not None:
                keeper.engage(self._now_us)  # what is wrong with it is told once a turn

    @property
    def identity(self) -> Identity:
        return self._port.identity

    @property
    def latched(self) -> Trip | None:
        """The first reason since the last `unlatch`; None while output may pass."""
        return self._latched

    @property
    def trips(self) -> int:
        """How often it tripped, ever."""
        return self._trips

    @property
    def alive(self) -> bool:
        """False for good after the first PortError or `close`."""
        return self._alive

    def write(self, frame: bytes) -> bool:
        """Pass one whole frame, or refuse it: then the guard is latched and has sent its own halt.

        One that took too long to be written counts as refused: a halt is right behind it.
        A latched guard still passes halts and questions. A PortError latches and goes on to the caller.
        """
        request = self._sight.see_request(frame)
        with self._line:
            now_us = self._time()
            trip = self._look(now_us)
            before = self._trips
            passed = self._latched is None or always_passes(request.seen)
            if passed:
                state, refusal = judge(self._state, request, now_us, self._ceilings)
                refusal = refusal or self._unkept(request, now_us)
                if refusal is None:
                    self._state = state
                    self._started = self._started or not always_passes(request.seen)
                    self._send(frame)
                    late = self._written_late(now_us, request)
                    if self._trips != before:
                        self._halt()  # somebody tripped meanwhile: this frame must not be the last word
                    elif late is not None:
                        trip, passed = self._refuse(late), False
                else:
                    trip, passed = self._refuse(refusal), False
        self._tell(trip)
        return passed

    def read(self, max_bytes: int, timeout_ms: int) -> bytes:
        """What the device sent, after the guard has read it. One thread only. A PortError latches and halts first."""
        try:
            data = self._port.read(max_bytes, timeout_ms)
        except PortError as error:
            self._failed(error)
            raise
        trip: Trip | None = None
        for at in range(0, len(data), PIECE_BYTES):
            self._line.step_aside()
            trip = self._hear(data[at : at + PIECE_BYTES]) or trip
        self._tell(trip)
        return data

    def watch(self) -> None:
        """Once a turn: halt if the device has been silent too long or the session's charge is used up."""
        with self._line:
            now_us = self._time()
            trip = self._look(now_us) or self._renew(now_us)
        self._tell(trip)

    def trip(self, rule: str, detail: str = "") -> int:
        """Latch, then halt (again), from any thread; never raises. Returns the count of trips.

        After it returns no frame that could put out anything follows the halt until `unlatch`.
        """
        with self._line.stopping():
            latched = self._latch(rule, detail)
            self._halt()
            return latched.count

    def unlatch(self, trips: int) -> bool:
        """Pass output again: only if nothing tripped since `trips` and a halt after the last trip is acknowledged."""
        with self._line, self._tally:
            if trips != self._trips or not self._alive or (self._latched and self._state.stage is not Stage.OFF):
                return False
            self._latched = None
            return True

    def arm(
        self,
        channel: int,
        level_ua: int,
        ramp_ms: int,
        pad_mm2: int,
        phase_us: int,
        gap_us: int,
        ratio: int,
        period_us: int,
        burst_pulses: int = 0,
        burst_period_ms: int = 0,
        longest_period_us: int = 0,
        longest_phase_us: int = 0,
    ) -> bool:
        """Allow `channel` (from 1) to climb to `level_ua` in `ramp_ms` at the fastest, on pads of `pad_mm2`.

        Confirmed with a first phase of `phase_us`, then `gap_us`, then a return phase of the first current over
        `ratio`, one such pulse every `period_us`; no other waveform passes. Of a sweep these are the shortest phase and
        period, and `longest_phase_us` and `longest_period_us` the others (0: no sweep). Bursts: `burst_pulses` each
        `burst_period_ms` (0: none).
        False, and the channel disarmed, if latched or if a number is outside the ceilings.
        """
        armed = Armed(
            level_ua,
            ramp_ms,
            pad_mm2,
            phase_us,
            gap_us,
            ratio,
            period_us,
            longest_period_us,
            longest_phase_us,
            burst_pulses,
            burst_period_ms,
        )
        with self._line:
            if not 1 <= channel <= self._ceilings.channels:
                return False
            good = self._latched is None and may_arm(armed, self._ceilings)
            self._change(channel, armed if good else None)
            return good

    def disarm(self) -> None:
        """No channel may put out anything until armed again. Sends nothing."""
        with self._line:
            self._state = replace(self._state, lanes=tuple(replace(lane, armed=None) for lane in self._state.lanes))

    def disarm_channel(self, channel: int) -> None:
        """`channel` (from 1) may put out nothing until armed again. Sends nothing."""
        with self._line:
            if 1 <= channel <= self._ceilings.channels:
                self._change(channel, None)

    def cancel(self) -> None:
        """Wake a blocked `read`."""
        self._port.cancel()

    def close(self, *, unconfirmed: bool = False) -> None:
        """Halt, then close the line. Idempotent. A keeper goes with a confirmed halt, and is left with any other.

        `unconfirmed`: the driver's last halts were not answered. Where anything was ever begun, an answer before them
        then proves no more: of a family whose answers are single bytes it may have been noise.
        """
        doubted = unconfirmed and self._started
        confirmed = self._off and not doubted
        if self._alive:
            self.trip(Rule.CLOSED, "the line was closed")
        self._die()
        self._port.close()
        if self._keeper is not None:
            if doubted:
                self._keeper.engage(self._now_us)  # it may be at rest because of that answer
            self._keeper.end(confirmed=confirmed)

    def leave(self) -> None:
        """Close without a halt where nothing but questions and halts ever passed: who is not ours gets no byte more.

        Else as `close`.
        """
        if not self._started:
            self._die()
        self.close()

    def _die(self) -> None:
        """Nothing more is written. A halt that another thread is writing just now leaves first: a line closed under it
        would take the halt away, or with its number give it to a file that is opened meanwhile."""
        with self._line:
            self._alive = False

    def _time(self) -> int:
        """The clock, never backwards."""
        self._now_us = max(self._now_us, self._clock_us())
        return self._now_us

    def _hear(self, piece: bytes) -> Trip | None:
        """One piece of what the device sent, judged; the trip it caused, if any."""
        trip: Trip | None = None
        for reply in self._replies.feed(piece):
            with self._line:
                self._state, refusal = hear(self._state, reply)
                if refusal is not None and self._latched is None:
                    trip = self._refuse(refusal)
        return trip

    def _look(self, now_us: int) -> Trip | None:
        refusal = watch(self._state, now_us, self._ceilings) if self._latched is None else None
        return self._refuse(refusal) if refusal else None

    @property
    def _off(self) -> bool:
        """Halts enough are acknowledged, and nothing that could lead to output is on its way."""
        proven = self._state.stage is Stage.OFF and self._state.halts >= HALTS_ENOUGH
        return proven and all(always_passes(one.seen) for one in self._state.pending)

    def _unkept(self, request: Request, now_us: int) -> Refusal | None:
        """Whether what could lead to output would leave without a keeper. It is engaged before the bytes are gone."""
        if self._keeper is None or always_passes(request.seen):
            return None
        trouble = self._keeper.engage(now_us)
        return Refusal(Rule.KEEPER, trouble) if trouble else None

    def _renew(self, now_us: int) -> Trip | None:
        """The turn that did its work tells the keeper so. One that took over, or is gone, is a reason to halt."""
        if self._keeper is None:
            return None
        if self._off:
            self._keeper.rest()
        trouble = self._keeper.renew(now_us)
        return self._refuse(Refusal(Rule.KEEPER, trouble)) if trouble and self._latched is None else None

    def _refuse(self, refusal: Refusal) -> Trip:
        trip = self._latch(refusal.rule, refusal.detail)
        self._halt()
        return trip

    def _latch(self, rule: str, detail: str) -> Trip:
        """Latch and count; keeps the first reason."""
        with self._tally:
            self._trips += 1
            trip = Trip(rule, detail, self._now_us, self._trips)
            self._latched = self._latched or trip
            return trip

    def _halt(self) -> None:
        """Send a halt, disarm, take the skin to be at 0; only the answer to this halt or a later one counts."""
        with self._line:
            number = self._trips % self._sight.numbers
            try:
                if self._alive:
                    self._port.write(self._sight.halt_frame(number))
            except Exception:  # noqa: BLE001 - whatever broke, who stops must not be thrown out of stopping
                self._alive = False
            self.disarm()
            self._state = halted(replace(self._state, pending=()), number, self._now_us)
            if not self._alive:
                self._hand_over()

    def _hand_over(self) -> None:
        """A dead line takes no halt from here. The keeper has its own hold of it, and need not miss us first."""
        if self._keeper is not None:
            self._keeper.give_up()

    def _send(self, frame: bytes) -> None:
        try:
            self._port.write(frame)
        except PortError as error:
            self._alive = False
            self._failed(error)
            raise

    def _written_late(self, began_us: int, request: Request) -> Refusal | None:
        """A program that stood still in the middle of a write: the device may have fallen silent meanwhile, and what it
        gets now starts it anew. The frame is gone; what can follow it is a halt, before anything else."""
        took_us = self._time() - began_us
        if took_us <= self._ceilings.write_us or always_passes(request.seen):
            return None
        return Refusal(Rule.WRITTEN_LATE, f"{took_us // 1000} ms from check to line")

    def _failed(self, error: PortError) -> None:
        """The line broke: latch, halt, remember, tell. What fails to give may still take a halt, which is its last."""
        trip = self._latch(Rule.PORT_FAILED, str(error))
        with self._line:
            self._halt()
            self._alive = False
            self._hand_over()
        self._tell(trip)

    def _tell(self, trip: Trip | None) -> None:
        if trip is not None and self._on_trip is not None:
            self._on_trip(trip)

    def _change(self, channel: int, armed: Armed | None) -> None:
        """Another level of the same waveform keeps the gap between two bursts; everything else ends it."""
        lanes: list[Lane] = list(self._state.lanes)
        lane = lanes[channel - 1]
        goes_on = armed is not None and lane.armed is not None and armed.same_waveform(lane.armed)
        lane = replace(lane, armed=armed, gap=lane.gap if goes_on else None)
        if armed is not None and armed.burst_pulses and may_be_on(self._state, channel - 1):
            # A train that is on is a burst from here on; it began as a train, so the next burst need not wait for it.
            lane = replace(lit(lane, armed, self._time(), self._ceilings), begun_us=lane.begun_us)
        lanes[channel - 1] = lane
        self._state = replace(self._state, lanes=tuple(lanes))
