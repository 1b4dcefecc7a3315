"""The rules of one turn, on the bench's clock: time, silences, STOP, refusals, the line, and what is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from together.staging import LIVE, Room, room

from helpers.plans import ONE, plan_of, rhythm, simple_plan
from laws.instrument import DEAF_US
from nmes.core import events as e
from nmes.core.view import Output, View, Word
from nmes.core.waveform import Waveform
from nmes.link.memory_port import MemoryPort
from nmes.record.chain import NewEntry
from nmes.runtime.clock import VirtualClock
from nmes.runtime.open import Peer
from nmes.runtime.turn import EVENTS_A_TURN, LONGEST_WAIT_MS, RECORD_SILENT_MS, STALL_TOLERANCE_MS, UI_SILENT_MS
from nmes.trial.bench import Bench, MemorySink

WAIT_S = 40


def entries(watched: Room) -> list[NewEntry]:
    return watched.sink.entries


# --- time ---


def test_a_turn_that_comes_late_delays_the_plan_by_what_was_lost() -> None:
    watched = room().running()
    watched.word(Word.RAMP_UP)
    watched.run(300)
    before_ms = watched.view.plan_ms
    due_ms = watched.bench.controller.next_wake_ms()
    watched.bench.clock.advance_to((due_ms + 700) * 1000)
    watched.bench.turn()
    assert watched.recorded("Tick")[-1] == {
        "type": "Tick",
        "now_ms": due_ms + 700,
        "stalled_ms": 700 - STALL_TOLERANCE_MS,
    }
    assert watched.view.plan_ms - before_ms <= STALL_TOLERANCE_MS + 50


@pytest.mark.thorough
def test_turns_in_time_lose_nothing() -> None:
    watched = room().holding()
    watched.word(Word.REST)
    assert {tick["stalled_ms"] for tick in watched.recorded("Tick")} == {0}


def test_a_view_is_made_with_what_happens_and_seldom_while_only_time_passes() -> None:
    """In the program it is made each 40 ms; the bench makes one with every turn."""
    bench = Bench(simple_plan(), view_each_ms=40)
    bench.run_until(lambda seen: seen.word is Word.SCREENING, within_ms=5_000)
    made: list[View] = []
    for _ in range(100):
        bench.clock.advance_to((bench.now_ms + 10) * 1000)
        bench.turn()
        assert bench.now_ms - bench.view.now_ms < 40
        if not made or made[-1] is not bench.view:
            made.append(bench.view)
    assert 20 <= len(made) <= 40
    bench.clock.advance_to((bench.now_ms + 10) * 1000)
    bench.press(e.Screened((), "Ada"))
    bench.turn()
    assert bench.view.word is Word.PLACING
    assert bench.view.now_ms == bench.now_ms


@pytest.mark.thorough
def test_while_the_program_hung_the_dose_is_a_range_whatever_is_told_first_afterwards() -> None:
    """The screen's silence is told before the guard's refusal, both after 4 s in which the device stopped by itself."""
    watched = room().holding()
    hung_us = watched.now_us
    watched.judge.faulted(DEAF_US)
    watched.bench.clock.advance_to(hung_us + 4_000_000)
    watched.device.advance(watched.now_us)
    watched.run(500)
    assert watched.last_pulse_us() < hung_us + 2_100_000
    assert [event["type"] for event in watched.events() if event["type"] in {"Doubt", "UiSilent"}][:2] == [
        "Doubt",
        "UiSilent",
    ]
    watched.judge.dose()


def test_the_loop_never_waits_longer_than_its_inbox_may_be_old() -> None:
    bench = room().ready().bench
    assert 0 < bench.controller.wait_ms() <= LONGEST_WAIT_MS
    bench.clock.advance_to((bench.controller.next_wake_ms() + 5) * 1000)
    assert bench.controller.wait_ms() == 0


@dataclass
class StandsStill:
    """A line at which the program gets no core for 300 ms, right after it has found nothing to read and before it is
    told so; the answer comes meanwhile."""

    peer: Peer
    clock: VirtualClock | None = None
    asked: bool = False
    stood: int = 0

    def from_host(self, data: bytes) -> None:
        self.asked = True
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        if self.asked and self.clock is not None:
            self.clock.advance_to(self.clock.now_us + 300_000)
            self.clock, self.stood = None, self.stood + 1
            return b""
        self.asked = False
        return self.peer.to_host()


@pytest.mark.thorough
def test_an_answer_that_came_while_the_program_stood_still_is_no_missing_answer() -> None:
    lines: list[StandsStill] = []

    def wire(peer: Peer) -> StandsStill:
        lines.append(StandsStill(peer))
        return lines[0]

    watched = room(wire=wire).holding()
    lines[0].clock = watched.bench.clock
    watched.run(2_000)
    assert lines[0].stood == 1
    assert watched.view.word in LIVE
    assert watched.recorded("Unanswered") == []


# --- silences ---


@pytest.mark.covers("SR-18")
def test_a_silent_screen_pauses_after_a_second_and_a_half_and_once() -> None:
    watched = room().holding()
    watched.bench.screen_alive = False
    silent_us = watched.now_us
    watched.run(UI_SILENT_MS - 10)
    assert watched.view.word in LIVE
    watched.run(10_000)
    assert (watched.view.word, watched.view.why) == (Word.PAUSED, "screen_silent")
    assert watched.last_pulse_us() <= silent_us + UI_SILENT_MS * 1000 + 60_000
    assert len(watched.recorded("UiSilent")) == 1


def test_a_start_behind_a_dead_screen_is_paused_again_though_the_silence_is_old() -> None:
    watched = room().ready().titrate(ONE, 2_000)
    watched.bench.screen_alive = False
    watched.run(10_000)
    assert watched.recorded("UiSilent") == [], "with no output there is nothing to pause"
    started_us = watched.now_us
    watched.press(e.Start(watched.view.epoch), 5_000)
    assert watched.view.word is Word.READY
    assert len(watched.recorded("UiSilent")) == 1
    assert watched.pulses(started_us) == []


@pytest.mark.thorough
def test_a_screen_that_comes_back_lets_the_person_go_on() -> None:
    watched = room().holding()
    watched.bench.screen_alive = False
    watched.run(3_000)
    watched.bench.screen_alive = True
    watched.run(100)
    watched.press(e.Resume(watched.view.epoch), 6_000)
    assert watched.view.word in LIVE


@pytest.mark.thorough
@pytest.mark.parametrize(("presence", "word"), [("none", Word.PAUSED), ("touch", Word.ON), ("press", Word.ON)])
def test_nobody_at_the_keys_pauses_and_any_key_counts(presence: str, word: Word) -> None:
    bench = room(plan_of(((ONE, rhythm(on_ms=30_000, cycle_ms=40_000)),)), absent_limit_ms=4_000).holding().bench
    for _ in range(10):
        if presence == "touch":
            bench.controller.touch()
        if presence == "press":
            bench.press(e.Mark("note"))
        bench.run(1_000)
    assert bench.view.word is word
    told = Room(bench).recorded("OperatorAbsent")
    assert len(told) == (1 if presence == "none" else 0)
    assert bench.view.why == ("operator_absent" if presence == "none" else "")


# --- STOP ---


@dataclass
class StuckSink(MemorySink):
    """A disk in which a turn can get stuck."""

    stuck: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    sticks: bool = False

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
        if self.sticks:
            self.stuck.set()
            assert self.go.wait(WAIT_S)
        super().submit(entries, durable)


@pytest.mark.covers("PR-01", "LW-02")
def test_stop_halts_the_device_while_a_turn_is_stuck_in_the_disk() -> None:
    sinks: list[StuckSink] = []

    def make_sink(clock: VirtualClock, post: Callable[..., None]) -> StuckSink:
        sinks.append(StuckSink(post))
        return sinks[0]

    watched = room(make_sink=make_sink).holding()
    [sink] = sinks
    sink.sticks = True
    watched.bench.press(e.Mark("note"))
    turn = threading.Thread(target=watched.bench.turn)
    turn.start()
    assert sink.stuck.wait(WAIT_S)
    watched.bench.controller.stop("key")
    assert watched.device.active_channels == ()
    assert not watched.device.high_voltage
    sink.sticks = False
    sink.go.set()
    turn.join(WAIT_S)
    watched.run(500)
    assert (watched.view.word, watched.view.why, watched.view.output) == (Word.STOPPED, "stop:key", Output.OFF)


class StuckLine:
    """A line in which one write can get stuck."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.stuck, self.go = threading.Event(), threading.Event()
        self.sticks = False

    def from_host(self, data: bytes) -> None:
        if self.sticks:
            self.sticks = False
            self.stuck.set()
            assert self.go.wait(WAIT_S)
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        return self.peer.to_host()


def test_stop_waits_for_one_write_at_most_and_has_the_last_word() -> None:
    lines: list[StuckLine] = []

    def wire(peer: Peer) -> StuckLine:
        lines.append(StuckLine(peer))
        return lines[0]

    watched = room(wire=wire).holding()
    [line] = lines
    line.sticks = True
    watched.bench.press(e.Decrease(1))
    turn = threading.Thread(target=watched.bench.turn)
    turn.start()
    assert line.stuck.wait(WAIT_S)
    stop = threading.Thread(target=watched.bench.controller.stop, args=("key",))
    stop.start()
    while watched.bench.guard.latched is None:
        threading.Event().wait(0.001)
    assert stop.is_alive(), "the write is still under way"
    line.go.set()
    stop.join(WAIT_S)
    turn.join(WAIT_S)
    assert watched.device.active_channels == ()
    assert not watched.device.high_voltage


@pytest.mark.parametrize("word", [Word.SCREENING, Word.PLACING, Word.READY])
def test_stop_before_any_output_halts_too_and_the_session_goes_on(word: Word) -> None:
    watched = room()
    watched.word(Word.SCREENING)
    if word is not Word.SCREENING:
        watched.press(e.Screened((), "Ada"))
    if word is Word.READY:
        watched.press(e.Placed())
    before = sum(type(event).__name__ == "FrameArrived" for event in watched.device.stage.events)
    watched.bench.controller.stop("key")
    assert sum(type(event).__name__ == "FrameArrived" for event in watched.device.stage.events) == before + 1
    watched.run(500)
    assert watched.view.word is (Word.STOPPED if word is Word.READY else word)
    assert watched.view.output is Output.OFF


def test_stop_after_the_end_raises_nothing() -> None:
    watched = room().ready()
    watched.bench.controller.leave()
    watched.run(100)
    watched.bench.controller.stop("key")
    watched.bench.turn()
    assert watched.view.word is Word.ENDED


# --- refusals of the guard ---


@pytest.mark.thorough
@pytest.mark.covers("SR-20")
def test_a_refusal_of_the_guard_is_told_once_and_stops() -> None:
    watched = room().holding()
    watched.bench.guard.trip("rise", "too fast")
    watched.run(2_000)
    assert (watched.view.word, watched.view.why) == (Word.STOPPED, "guard:rise")
    [told] = watched.recorded("GuardTripped")
    assert told == {"type": "GuardTripped", "rule": "rise", "detail": "too fast", "trips": 1}


def test_what_the_guard_will_not_arm_is_never_started() -> None:
    long_phases = Waveform(phase_us=1_500, gap_us=0, ratio=1, period_us=20_000)
    watched = room(plan_of(((ONE, rhythm()),), waveforms=(long_phases,))).ready()
    watched.press(e.Titrate(1, 0, watched.view.epoch), 300)
    watched.press(e.Increase(1, watched.view.epoch), 2_000)
    assert (watched.view.word, watched.view.why) == (Word.STOPPED, "guard:arming")
    assert watched.recorded("GuardTripped")[0]["detail"] == "channel 1: 500 uA in 500 ms"
    assert watched.device.stage.trace == []


@pytest.mark.thorough
def test_between_a_stop_and_its_event_nothing_trips_a_second_time() -> None:
    """The guard latches in the thread of the STOP; a turn that comes in between finds it latched."""
    watched = room().holding()
    watched.bench.guard.trip("operator", "key")
    watched.press(e.Decrease(1), 50)
    assert watched.bench.guard.trips == 1
    watched.press(e.Stop("key", 1), 500)
    assert watched.view.why == "stop:key"
    watched.press(e.Titrate(1, 0, watched.view.epoch), 500)
    assert watched.view.word is Word.TITRATING


def test_a_trip_the_session_has_not_heard_of_refuses_the_next_start() -> None:
    watched = room().ready()
    watched.bench.guard.trip("operator", "nobody told the session")
    watched.press(e.Titrate(1, 0, watched.view.epoch), 1_000)
    assert (watched.view.word, watched.view.why) == (Word.STOPPED, "guard:unlatch")
    assert watched.device.stage.trace == []
    watched.press(e.Titrate(1, 0, watched.view.epoch), 1_000)
    assert watched.view.word is Word.TITRATING, "now it has"


@pytest.mark.thorough
def test_what_the_guard_refuses_is_not_sent_again() -> None:
    watched = room().holding()
    watched.bench.guard.trip("operator", "key")
    frames = len(watched.device.stage.events)
    watched.press(e.Decrease(1), 900)
    arrived = [event for event in watched.device.stage.events[frames:] if type(event).__name__ == "FrameArrived"]
    assert {event.command for event in arrived} <= {34, 62}
    assert watched.pulses(watched.now_us - 800_000) == []
    assert watched.recorded("Unanswered") == [], "nobody waits for the answer to what was not sent"


# --- the line ---


@pytest.mark.covers("SR-06")
def test_a_halt_that_is_never_confirmed_closes_the_line() -> None:
    watched = room().holding()
    watched.device.faults.mute = True
    watched.judge.faulted()
    watched.run(2_000)
    assert watched.view.halt_unconfirmed
    assert not watched.bench.controller.connected
    assert not watched.bench.guard.alive
    assert watched.bench.controller.read() == b""
    assert not watched.bench.controller.done, "the person must see it"


@pytest.mark.thorough
@pytest.mark.parametrize("fail", ["lose", "time_out"])
def test_a_broken_line_is_told_once(fail: str) -> None:
    watched = room().holding()
    watched.judge.faulted(DEAF_US)
    getattr(watched.bench.port, fail)()
    watched.run(3_000)
    assert len(watched.recorded("LinkLost")) == 1
    assert (watched.view.word, watched.view.why) == (Word.UNSURE, "link_lost")
    assert not watched.bench.controller.connected


@pytest.mark.thorough
def test_a_line_that_breaks_under_a_write_is_lost_too() -> None:
    lines: list[BreakingLine] = []

    def wire(peer: Peer) -> BreakingLine:
        lines.append(BreakingLine(peer))
        return lines[0]

    watched = room(wire=wire).holding()
    watched.judge.faulted(DEAF_US)
    lines[0].port = watched.bench.port
    watched.press(e.Decrease(1), 3_000)
    assert len(watched.recorded("LinkLost")) == 1
    assert watched.view.word is Word.UNSURE


class BreakingLine:
    """Breaks as soon as it is told its port: in the middle of a turn, between reading and writing."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.port: MemoryPort | None = None

    def from_host(self, data: bytes) -> None:
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        if self.port is not None:
            self.port.lose()
        return self.peer.to_host()


# --- something escapes a turn ---


@pytest.mark.covers("FR-17")
def test_what_escapes_a_turn_halts_records_and_closes() -> None:
    watched = room().holding()
    failed_us = watched.now_us
    watched.bench.controller.fail(ZeroDivisionError("by zero"))
    assert watched.device.active_channels == ()
    assert not watched.device.high_voltage
    assert watched.bench.controller.done
    assert (watched.view.word, watched.view.why, watched.view.output) == (Word.UNSURE, "program_error", Output.UNKNOWN)
    assert entries(watched)[-1] == NewEntry(
        "failure", {"error": "ZeroDivisionError", "text": "by zero"}, "program", seal=True
    )
    assert watched.sink.closed == {"why": "program_error"}
    assert watched.pulses(failed_us + 1) == []
    watched.bench.controller.fail(ValueError("again"))
    assert watched.sink.closed == {"why": "program_error"}


# --- the inbox and the record ---


@pytest.mark.thorough
def test_the_inbox_keeps_its_order() -> None:
    watched = room().holding()
    for text in "abc":
        watched.bench.press(e.Mark("note", text))
    watched.bench.press(e.Decrease(1))
    watched.bench.press(e.Mark("note", "d"))
    watched.run(10)
    told = [event.get("text", event["type"]) for event in watched.events() if event["type"] in {"Mark", "Decrease"}]
    assert told == ["a", "b", "c", "Decrease", "d"]


def test_ticks_are_recorded_only_where_they_mattered() -> None:
    watched = room().ready()
    before = len(entries(watched))
    watched.run(5_000)
    assert len(entries(watched)) == before
    watched.press(e.Mark("note"), 0)
    assert [event["type"] for event in watched.events()[-2:]] == ["Tick", "Mark"]
    assert watched.events()[-2]["now_ms"] == watched.view.now_ms


def test_ticks_that_moved_the_output_are_all_recorded() -> None:
    watched = room().holding(10_000)
    changed = [body for body in watched.bodies() if body["event"]["type"] == "Tick" and body["commands"]]
    assert len(changed) >= 19, "each step of the ramp"


def test_every_entry_names_who_did_it() -> None:
    watched = room().holding(2_000)
    actors = [entry.actor for entry in entries(watched)]
    who = {(event["type"], actor) for event, actor in zip(watched.events(), actors, strict=True)}
    assert {("Screened", "Ada"), ("Start", "Ada"), ("Enabled", "device"), ("Durable", "program")} <= who
    assert {actor for _, actor in who} == {"Ada", "device", "program"}


def test_the_station_signs_right_after_what_an_auditor_looks_for_first() -> None:
    watched = room().holding(2_000)
    watched.press(e.Pause(), 2_000)
    watched.bench.guard.trip("rise", "too fast")
    watched.run(2_000)
    watched.bench.controller.stop("key")
    watched.run(1_000)
    told = [(event["type"], entry.seal) for event, entry in zip(watched.events(), entries(watched), strict=True)]
    sealed = {kind for kind, seal in told if seal}
    assert sealed == {"Pause", "Doubt", "Stop", "GuardTripped"}
    assert not sealed & {kind for kind, seal in told if not seal}


@pytest.mark.thorough
def test_nothing_is_recorded_after_the_record_is_closed() -> None:
    watched = room().holding()
    watched.bench.controller.leave()
    watched.run(1_000)
    assert watched.bench.controller.done
    before = len(entries(watched))
    watched.bench.press(e.Mark("too late"))
    watched.bench.controller.stop("key")
    watched.bench.turn()
    assert len(entries(watched)) == before


@pytest.mark.thorough
def test_the_halt_of_a_normal_end_is_not_told_as_a_refusal() -> None:
    watched = room().holding()
    watched.bench.controller.leave()
    watched.run(1_000)
    assert watched.recorded("GuardTripped") == []
    assert watched.view.note is not None
    assert watched.view.note.code == "dose"


def test_a_record_that_could_not_be_closed_is_known_to_be_incomplete() -> None:
    class Unclosable(MemorySink):
        def close(self, body: Mapping[str, object], timeout_s: float) -> bool:
            super().close(body, timeout_s)
            return False

    watched = room(make_sink=lambda _, post: Unclosable(post)).ready()
    watched.bench.controller.leave()
    watched.run(100)
    assert watched.bench.controller.done


def test_done_is_said_last_when_record_and_view_are_there() -> None:
    seen: list[tuple[bool, Word]] = []

    class Watching(MemorySink):
        def close(self, body: Mapping[str, object], timeout_s: float) -> bool:
            seen.append((watched.bench.controller.done, watched.view.word))
            return super().close(body, timeout_s)

    watched = room(make_sink=lambda _, post: Watching(post)).ready()
    watched.bench.controller.leave()
    watched.run(100)
    assert seen == [(False, Word.READY)]
    assert (watched.bench.controller.done, watched.view.word) == (True, Word.ENDED)


@pytest.mark.thorough
def test_a_record_that_fails_once_more_at_a_failure_does_not_keep_the_session_open() -> None:
    class Broken(MemorySink):
        def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
            if entries[0].type == "failure":
                voltage.append(watched.device.high_voltage)
                raise OSError("gone")
            super().submit(entries, durable)

    voltage: list[bool] = []
    watched = room(make_sink=lambda _, post: Broken(post)).holding()
    with pytest.raises(OSError, match="gone"):
        watched.bench.controller.fail(ValueError("unforeseen"))
    assert watched.bench.controller.done
    assert watched.view.word is Word.UNSURE
    assert not watched.device.high_voltage
    assert not watched.bench.guard.alive
    assert voltage == [False], "the output goes off before anything is written"


class Unleaving:
    """A keeper whose end fails, as one does when the system has nothing left."""

    def engage(self, now_us: int) -> str:
        return ""

    def renew(self, now_us: int) -> str:
        return ""

    def rest(self) -> None:
        pass

    def give_up(self) -> None:
        pass

    def end(self, *, confirmed: bool) -> None:
        raise OSError("nothing left")


@pytest.mark.covers("FR-17")
@pytest.mark.parametrize("ends", [True, False], ids=["an end that was asked for", "a failure"])
def test_a_line_that_cannot_be_let_go_leaves_a_closed_record_and_a_session_that_is_over(ends: bool) -> None:
    watched = room(keeper=Unleaving()).holding()
    controller = watched.bench.controller
    failure: BaseException = ValueError("unforeseen")
    if ends:
        controller.leave()
        with pytest.raises(OSError, match="nothing left") as escaped:
            watched.run(1_000)
        failure = escaped.value
        controller.fail(failure)
    else:
        with pytest.raises(OSError, match="nothing left"):
            controller.fail(failure)
    assert watched.sink.closed == {"why": "ended_early" if ends else "program_error"}
    assert controller.done
    assert watched.device.active_channels == ()


# --- floods, the record's silence, and whose act it was ---


@pytest.mark.covers("FR-11")
def test_a_flood_of_presses_does_not_keep_a_turn_from_ending() -> None:
    watched = room().holding()
    for _ in range(5_000):
        watched.bench.press(e.Mark("note"))
    watched.bench.turn()
    assert len(watched.recorded("Mark")) == EVENTS_A_TURN
    watched.run(5_000)
    assert len(watched.recorded("Mark")) == 5_000
    assert watched.view.word in LIVE


@pytest.mark.covers("FR-11")
def test_stop_is_heard_ahead_of_what_was_pressed_before_it() -> None:
    watched = room().holding()
    for _ in range(3):
        watched.bench.controller.post(e.Mark("note"))
    watched.bench.controller.stop("key")
    watched.run(20)
    heard = [event["type"] for event in watched.events() if event["type"] in {"Mark", "Stop"}]
    assert heard == ["Stop", "Mark", "Mark", "Mark"]


def test_what_was_asked_for_out_of_place_is_recorded_with_its_rule() -> None:
    watched = room().ready()
    watched.press(e.Increase(1, watched.view.epoch))
    assert len(watched.recorded("Increase")) == 1
    assert watched.notes()[-1] == "refused:not_live"


@pytest.mark.thorough
def test_stop_is_heard_ahead_of_a_flood() -> None:
    watched = room().holding()
    for _ in range(5_000):
        watched.bench.press(e.Mark("note"))
    watched.stop()
    watched.bench.turn()
    assert len(watched.recorded("Stop")) == 1


@pytest.mark.thorough
def test_the_same_increase_queued_twice_is_one_increase() -> None:
    watched = room().holding()
    before = len(watched.recorded("Increase"))
    for _ in range(30):
        watched.bench.press(e.Increase(1, watched.view.epoch))
    watched.run(100)
    assert len(watched.recorded("Increase")) == before + 1


@dataclass
class HangingSink(MemorySink):
    """A record whose disk takes nothing and says nothing."""

    asked_ms: int = 0

    def behind_ms(self) -> int:
        return self.asked_ms


def test_a_disk_that_hangs_without_an_error_stops_the_output() -> None:
    sinks: list[HangingSink] = []

    def make(_clock: VirtualClock, post: Callable[[e.Event], None]) -> HangingSink:
        sinks.append(HangingSink(post))
        return sinks[0]

    watched = room(make_sink=make).holding()
    sinks[0].asked_ms = RECORD_SILENT_MS
    watched.run(100)
    assert watched.view.word in LIVE
    sinks[0].asked_ms = RECORD_SILENT_MS + 1
    watched.run(500)
    assert (watched.view.word, watched.view.why) == (Word.STOPPED, "record")


@pytest.mark.thorough
@pytest.mark.parametrize(("source", "actor"), [("key", "Ada"), ("SIGTERM", "program"), ("terminal", "program")])
def test_a_stop_is_recorded_as_the_act_of_whoever_did_it(source: str, actor: str) -> None:
    watched = room().holding()
    watched.bench.controller.stop(source)
    watched.run(100)
    assert {entry.actor for entry in entries(watched) if entry.body["event"]["type"] == "Stop"} == {actor}


def test_an_end_by_the_program_is_not_recorded_as_the_therapists() -> None:
    watched = room().holding()
    watched.bench.controller.leave()
    watched.run(500)
    assert {entry.actor for entry in entries(watched) if entry.body["event"]["type"] == "End"} == {"program"}


def test_only_who_completed_the_checklist_is_named_as_operator() -> None:
    watched = room(codes=("active_implant",))
    watched.word(Word.SCREENING)
    watched.press(e.Screened((), "Mallory"))
    watched.press(e.Mark("note"))
    assert [entry.actor for entry in entries(watched) if entry.body["event"]["type"] == "Mark"] == ["operator"]


@pytest.mark.thorough
def test_two_decreases_in_one_turn_are_two_decreases_and_no_trip() -> None:
    watched = room().holding()
    level_ua = watched.view.channels[0].level_ua
    watched.bench.press(e.Decrease(1))
    watched.bench.press(e.Decrease(1))
    watched.run(300)
    assert watched.bench.guard.latched is None
    assert watched.view.channels[0].level_ua == level_ua - 1000
