"""One turn of the loop: drain the inbox, step the session, record the intent, encode, ask the guard, write, publish.

Laws: the turn that did the work is what renews the device's dead-man; no helper thread does. A turn that comes late
delays the plan (`Tick.stalled_ms`), it never jumps it. `stop()` trips the guard in the caller's own thread and waits
for nothing but one write. Nothing here raises output: that is `step`'s to ask for and the guard's to pass.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from dataclasses import replace
from typing import Final, assert_never

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import states as s
from nmes.core.session import next_wake_ms, plan_time_ms, step
from nmes.core.session_value import Session, Step
from nmes.core.timeline import Phase
from nmes.core.view import ENDED_EARLY, FIRST_GIVEN, OutputState, View, view
from nmes.devices.stimulator import Driver
from nmes.guard.port import GuardedPort, PortError
from nmes.record.chain import NewEntry
from nmes.record.codec import encode
from nmes.record.replay import event_entry
from nmes.record.sink import RecordSink
from nmes.runtime.clock import Clock

UI_SILENT_MS: Final = 1500
"""No heartbeat of the screen for this long pauses the session [design, SR-18]."""
STALL_TOLERANCE_MS: Final = 100
"""A turn later than planned by more than this has lost time; the plan waits for it [design]."""
LONGEST_WAIT_MS: Final = 10
"""The longest a real loop waits for bytes before it turns again, so that the inbox is never old. A raise waits for two
turns, one that hears the key and one that hears that its entry is on the disk: a key is to be seen within 60 ms
[requirement]; with 50 they took 90 ms, with 10 they take 20, for 2 % of a core [computed].
"""
REST_LEFT_MS: Final = 1000
"""A rest of the plan that goes on for at least this long is a time for what holds the program up [design]."""
LONGEST_SLEEP_MS: Final = 1000
"""The longest time without a planned turn [design]."""
EVENTS_A_TURN: Final = 64
"""Of a flood of events so many are heard in one turn, so that a turn always ends [design]."""
RECORD_SILENT_MS: Final = 5000
"""A disk that has not answered for this long is a record that has failed [design, SR-16]."""
UNHEARD_MS: Final = 1000
"""What flowed since an answer older than this is not known: the device may have stopped by itself meanwhile, and the
guard gives it up after as long [design]."""
OPERATOR_SOURCES: Final = frozenset({"key", "mouse", "palette", "quit", "operator"})
"""A STOP or end from here was a person's; from elsewhere (a signal, a lost terminal) the program's."""
CLOSE_LIMIT_S: Final = 5.0
"""How long the end of a session waits for its record; output has long been off by then [design]."""


_SEALED: Final = (
    e.Pause,
    e.Stop,
    e.UiSilent,
    e.OperatorAbsent,
    e.JournalFailed,
    e.WrongDevice,
    e.Doubt,
    e.DeviceFault,
    e.Unanswered,
    e.LinkLost,
    e.HaltUnconfirmed,
    e.GuardTripped,
    e.Signed,
    e.LeftUnsigned,
)
"""The station signs for its record right after these: who looks into a session looks here first [design]."""
_DOUBTFUL: Final = (e.DeviceFault, e.Unanswered, e.LinkLost, e.GuardTripped)
"""After these the dose since the device's last good answer is a range."""


class Controller:
    """A session joined to its device, its guard and its record. One thread turns it; any thread may post or stop."""

    def __init__(
        self,
        begun: Step,
        driver: Driver,
        guard: GuardedPort,
        sink: RecordSink,
        clock: Clock,
        absent_limit_ms: int,
        view_each_ms: int = 0,
    ) -> None:
        self._session, commands = begun
        self._driver, self._guard, self._sink, self._clock = driver, guard, sink, clock
        self._absent_limit_ms = absent_limit_ms
        self._inbox: deque[e.Event] = deque()
        self._stops: deque[e.Event] = deque()
        self._told: deque[e.Event] = deque()
        self._inbox_lock = threading.Lock()
        now_ms = clock.now_ms()
        self._session = replace(self._session, now_ms=now_ms)
        self._planned_ms = self._heartbeat_ms = self._touched_ms = now_ms
        self._seen_trips = guard.trips
        self._link_up, self._closed, self._done = True, False, False
        self._unrecorded: e.Tick | None = None
        self._proven_ms: int | None = None
        self._hearing = EVENTS_A_TURN
        self._record_told = False
        self._operator = "operator"
        self._view_each_ms, self._view_ms = view_each_ms, now_ms
        self._happened = False
        """Whether more than time has passed since the last View was made."""
        self._view = view(self._session, driver.output)
        self._commands_at_start = commands

    # --- any thread ---

    @property
    def view(self) -> View:
        """The last published View; a frozen value, safe to read from any thread. Reading it computes nothing: a STOP
        reads it on its way.
        """
        return self._view

    @property
    def session(self) -> Session:
        """The session as of the last turn."""
        return self._session

    @property
    def connected(self) -> bool:
        """Whether the line to the device is still there."""
        return self._link_up

    @property
    def done(self) -> bool:
        """Whether the session has ended, its record is closed and the last View is published."""
        return self._done

    def post(self, event: e.Event) -> None:
        """Something a person did. It is heard in the next turn; the same increase again before that is one increase."""
        self.touch()
        with self._inbox_lock:
            if not (isinstance(event, e.Increase) and event in self._inbox):
                self._inbox.append(event)

    def tell(self, event: e.Event) -> None:
        """Something that happened without a person: the record, a timer."""
        self._told.append(event)

    def touch(self) -> None:
        """The person is there: any key or click, whatever it does."""
        self._touched_ms = self._clock.now_ms()

    def heartbeat(self) -> None:
        """The screen is alive: it has painted since the last call."""
        self._heartbeat_ms = self._clock.now_ms()

    def stop(self, source: str) -> None:
        """STOP: halts in the caller's own thread, then tells the session, ahead of everything else."""
        trips = self._guard.trip("operator", source)
        if source in OPERATOR_SOURCES:
            self.touch()
        self._stops.append(e.Stop(source, trips))

    def leave(self) -> None:
        """End the session if it is not over; whatever is unsure by then, the line is closed and the record too."""
        self.tell(e.End("program"))

    # --- the loop's thread ---

    def now_ms(self) -> int:
        """The session's clock."""
        return self._clock.now_ms()

    @property
    def is_quiet(self) -> bool:
        """Whether the device confirmed that it is off, and nothing is about to flow."""
        ahead = isinstance(self._session.state, s.Live | s.Committing | s.Enabling)
        return self._driver.output.off_confirmed and not ahead

    @property
    def rests(self) -> bool:
        """Whether the plan rests for a while yet, and the device has said that every channel is at 0."""
        at_ms, output = plan_time_ms(self._session), self._driver.output
        return (
            at_ms is not None
            and all(one.phase is Phase.REST and one.ends_in_ms >= REST_LEFT_MS for one in self._session.plan.at(at_ms))
            and not any(level_ua for _, level_ua in (*output.commanded, *output.confirmed))
        )

    def wait_ms(self) -> int:
        """How long the loop may wait for bytes before the next turn, in ms, from now."""
        return max(0, min(self._planned_ms - self._clock.now_ms(), LONGEST_WAIT_MS))

    def next_wake_ms(self) -> int:
        """When the next turn is due if no bytes come, on the session's clock."""
        return self._planned_ms

    def read(self) -> bytes:
        """Bytes from the device, waiting at most `wait_ms`; b"" also when the line is gone.

        Before a turn that is due nothing counts as silence that was not looked for now: what came while this thread
        got no core is no missing answer.
        """
        if not self._link_up:
            return b""
        try:
            data = self._guard.read(4096, self.wait_ms())
            return data or (self._guard.read(4096, 0) if self._clock.now_ms() >= self._planned_ms else b"")
        except PortError as error:
            self._lost(str(error))
            return b""

    def turn(self, data: bytes) -> None:
        """One turn, with what `read` gave."""
        now_ms = self._clock.now_ms()
        self._proven_ms = self._driver.output.confirmed_at_ms
        self._hearing = EVENTS_A_TURN
        late_ms = now_ms - self._planned_ms - STALL_TOLERANCE_MS
        if self._commands_at_start:
            commands, self._commands_at_start = self._commands_at_start, ()
            self._obey(commands, now_ms)
        self._doubt_what_was_not_heard(now_ms)
        self._handle(e.Tick(now_ms, max(0, late_ms)), now_ms)
        if self._link_up:
            self._driver.receive(data, now_ms)
            self._guard.watch()
        self._watch_record()
        self._watch_people(now_ms, late_ms)
        self._drain(now_ms)
        if self._link_up and not self._closed:
            self._driver.tick(now_ms)
            self._write(now_ms)
            self._drain(now_ms)
            self._write(now_ms)
        self._planned_ms = self._plan_wake(now_ms)
        if self._happened or self._closed or now_ms - self._view_ms >= self._view_each_ms:
            self._happened, self._view_ms = False, now_ms
            self._view = view(self._session, self._output())
        self._done = self._closed

    def fail(self, error: BaseException) -> None:
        """Something escaped a turn: output off first, then the record, then the end."""
        self._guard.trip("turn", type(error).__name__)
        failure = NewEntry(
            "failure", {"error": type(error).__name__, "text": encode(str(error)[:500])}, "program", seal=True
        )
        self._session = replace(self._session, state=s.Unsure("program_error", None, s.Halt.UNCONFIRMED))
        self._view = view(self._session, OutputState())
        try:
            self._sink.submit([failure])
        finally:
            try:
                self._close("program_error")
            finally:
                self._done = True  # or whoever waits for the end would wait for ever

    def _drain(self, now_ms: int) -> None:
        while True:
            self._hear_guard()
            happened = [*self._driver.events(), *self._take_inbox()]
            if not happened:
                return
            for event in happened:
                if isinstance(event, _DOUBTFUL) and self._proven_ms is not None:
                    self._handle(e.Doubt(self._proven_ms), now_ms)
                self._handle(event, now_ms)

    def _doubt_what_was_not_heard(self, now_ms: int) -> None:
        """Before anything of this turn counts the time since the last answer as time in which all went on."""
        proven_ms = self._proven_ms
        if proven_ms is not None and self._session.flow and now_ms - proven_ms > UNHEARD_MS:
            self._handle(e.Doubt(proven_ms), now_ms)

    def _take_inbox(self) -> list[e.Event]:
        """STOPs first; of what persons post only so much as a turn can bear, the rest waits for the next."""
        first = [queue.popleft() for queue in (self._stops, self._told) for _ in range(len(queue))]
        with self._inbox_lock:
            heard = [self._inbox.popleft() for _ in range(min(len(self._inbox), self._hearing))]
        self._hearing -= len(heard)
        return [*first, *heard]

    def _hear_guard(self) -> None:
        """A refusal of the guard becomes an event once; a STOP has its own."""
        if self._closed or self._guard.trips == self._seen_trips:
            return
        self._seen_trips = self._guard.trips
        latched = self._guard.latched
        if latched is not None and latched.rule != "operator":
            self.tell(e.GuardTripped(latched.rule, latched.detail, self._seen_trips))

    def _watch_record(self) -> None:
        """A disk that hangs without an error is told once."""
        if not self._record_told and self._sink.behind_ms() > RECORD_SILENT_MS:
            self._record_told = True
            self.tell(e.JournalFailed(f"the disk has not answered for {RECORD_SILENT_MS // 1000} s"))

    def _watch_people(self, now_ms: int, late_ms: int) -> None:
        """A silence is told whenever there is, or may soon be, output to pause: it pauses once, and again if ignored.

        A program that did not turn for so long (hung, or the computer slept) showed nothing either, whatever its screen
        says now.
        """
        if not isinstance(self._session.state, s.Committing | s.Enabling | s.Live):
            return
        if max(now_ms - self._heartbeat_ms, late_ms) > UI_SILENT_MS:
            self.tell(e.UiSilent())
        elif now_ms - self._touched_ms > self._absent_limit_ms:
            self.tell(e.OperatorAbsent())

    def _handle(self, event: e.Event, now_ms: int) -> None:
        before = self._session
        self._session, commands = step(before, event)
        self._happened |= bool(commands) or not isinstance(event, e.Tick)
        self._record(before, event, commands)
        self._obey(commands, now_ms)
        if isinstance(event, e.HaltUnconfirmed) and self._link_up:
            # The last resort: with the line closed the device's own dead-man ends the stimulation.
            self._guard.close(unconfirmed=True)
            self._link_up = False

    def _record(self, before: Session, event: e.Event, commands: tuple[c.Command, ...]) -> None:
        """Every event that changed something, and the tick whose time it used."""
        if self._closed:
            return
        if isinstance(event, e.Tick) and not commands and self._session == replace(before, now_ms=event.now_ms):
            self._unrecorded = event
            return
        if self._unrecorded is not None and not isinstance(event, e.Tick):
            self._submit(self._unrecorded, ())
        self._unrecorded = None
        self._submit(event, commands)

    def _submit(self, event: e.Event, commands: tuple[c.Command, ...]) -> None:
        if isinstance(event, e.Screened) and any(
            isinstance(command, c.Note) and command.code == "screening_clear" for command in commands
        ):
            self._operator = event.by
        intent = next((command.intent for command in commands if isinstance(command, c.MakeDurable)), None)
        entry = event_entry(event, commands, self._actor(event))
        self._sink.submit([replace(entry, seal=isinstance(event, _SEALED))], intent)

    def _actor(self, event: e.Event) -> str:
        if isinstance(event, e.Stop) and event.source == e.PATIENT:
            return e.PATIENT
        if isinstance(event, e.Stop | e.End) and event.source not in OPERATOR_SOURCES:
            return "program"
        if isinstance(event, e.Operator):
            return self._operator
        return "device" if isinstance(event, e.Device) else "program"

    def _obey(self, commands: tuple[c.Command, ...], now_ms: int) -> None:
        for command in commands:
            match command:
                case c.Identify() | c.Enable() | c.SetOutput():
                    self._driver.execute(command, now_ms)
                case c.Halt():
                    self._driver.execute(command, now_ms)
                    self._write(now_ms)
                case c.Unlatch(trips=trips):
                    if not self._guard.unlatch(trips):
                        self.tell(e.GuardTripped("unlatch", "no confirmed halt", self._guard.trips))
                case c.Arm():
                    self._arm(command)
                case c.Disarm():
                    self._guard.disarm()
                case c.Close(why=why):
                    self._close(why)
                case c.MakeDurable() | c.Note():
                    pass
                case _:
                    assert_never(command)

    def _arm(self, arm: c.Arm) -> None:
        """Plain integers to the guard, past driver and encoder. Level 0 disarms the channel.

        What was asked for under the old arming leaves first: two decreases in one turn are no fault.
        """
        self._write(self._clock.now_ms())
        if not arm.level_ua:
            self._guard.disarm_channel(arm.channel)
            return
        if self._guard.arm(
            arm.channel,
            arm.level_ua,
            arm.ramp_ms,
            arm.pad_mm2,
            phase_us=arm.phase_us,
            gap_us=arm.gap_us,
            ratio=arm.ratio,
            period_us=arm.period_us,
            burst_pulses=arm.burst_pulses,
            burst_period_ms=arm.burst_period_ms,
            longest_period_us=arm.longest_period_us,
            longest_phase_us=arm.longest_phase_us,
        ):
            return
        if self._guard.latched is None:  # a latched guard arms nothing, and has said why
            self._guard.trip("arming", f"channel {arm.channel}: {arm.level_ua} uA in {arm.ramp_ms} ms")

    def _write(self, now_ms: int) -> None:
        """What the driver has to send, through the guard; the rise is counted from the time after the write."""
        if not self._link_up:
            return
        for frame in self._driver.frames():
            try:
                passed = self._guard.write(frame)
            except PortError as error:
                self._lost(str(error))
                return
            if passed:
                self._driver.sent(self._clock.now_ms())
            else:
                self._driver.refused(now_ms)

    def _lost(self, reason: str) -> None:
        self._link_up = False
        self._driver.lost(reason, self._clock.now_ms())

    def _close(self, why: str) -> None:
        if not self._closed:
            self._closed = True
            try:
                self._guard.close()
            finally:  # whatever breaks in letting the line go, the record says how it ended
                self._link_up = False
                self._sink.close(self._ending(why), CLOSE_LIMIT_S)

    def _ending(self, why: str) -> dict[str, object]:
        """What the closing entry says: a list reads no more of a session than its first and its last lines."""
        given = why == ENDED_EARLY and view(self._session, OutputState()).first_is_given
        return {"why": why} | ({FIRST_GIVEN: True} if given else {})

    def _output(self) -> OutputState:
        return self._driver.output

    def _plan_wake(self, now_ms: int) -> int:
        wakes = [next_wake_ms(self._session), self._driver.next_deadline_ms(now_ms) if self._link_up else None]
        due = min((wake for wake in wakes if wake is not None), default=sys.maxsize) if not self._inbox else now_ms + 1
        people = (self._heartbeat_ms + UI_SILENT_MS + 1, self._touched_ms + self._absent_limit_ms + 1)
        return max(now_ms + 1, min(due, now_ms + LONGEST_SLEEP_MS, *(at for at in people if at > now_ms)))
