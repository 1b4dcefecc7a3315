"""Requests, answers and their numbers in any order: which of them counts for what, and what is never counted twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from guard.rig import HALT, INIT, POLL, STATUS, UPDATE, Rig, encode

from nmes.guard.ceilings import Ceilings
from nmes.guard.hearing import hear
from nmes.guard.judge import judge
from nmes.guard.sight import Answer, Asked, Condition, Halt, Poll, Request, Standing, Status, Train, Update
from nmes.guard.state import Armed, Lane, Stage, State, fresh

LIMIT = Ceilings()
PULSE = ((300, 500), (100, 0), (300, -500))
GOOD, STOPPED = b"\x00\x03\x06", b"\x00\x00\x01"


def passed(state: State, number: int, seen: Halt | Status | Poll | Update, now_us: int = 0) -> State:
    state, refusal = judge(state, Request(number, seen), now_us, LIMIT)
    assert refusal is None
    return state


def update(*channels: int) -> Update:
    return Update(tuple(Train(channel, 0, 20_000, PULSE) for channel in channels))


def enabled() -> State:
    """Started up, channel 1 armed with 40 mA."""
    armed = Lane(Armed(40_000, 2_000, 2_500, 300, 100, 1, 20_000))
    return replace(fresh(8), lanes=(armed, *(Lane() for _ in range(7))), stage=Stage.ENABLED)


def late(rig: Rig, number: int, command: int, body: bytes) -> None:
    """An answer that comes only now."""
    rig.device.answers += encode(number, command + 1, body)
    rig.hear()


# --- one answer, one request ---


@pytest.mark.parametrize(
    ("seen", "reply"),
    [
        (Poll(), Condition(5, 0, (), ())),
        (Status(), Standing(5, enabled=True, stimulating=False)),
        (Halt(), Answer(5, Asked.HALT, 0)),
    ],
)
def test_an_answer_is_taken_once(seen: Halt | Status | Poll, reply: Condition | Standing | Answer) -> None:
    state, refusal = hear(passed(enabled(), 5, seen), reply)
    assert refusal is None
    assert state.pending == ()
    assert hear(state, reply) == (state, None)


def test_a_number_used_again_is_answered_for_the_newer_request() -> None:
    """Else the older one is taken for answered, and the newer one waits for ever."""
    rig = Rig()
    rig.device.deaf_to = {UPDATE}
    assert rig.update(1_000)
    rig.device.deaf_to = set()
    rig.number -= 1
    assert rig.update(500)
    for _ in range(4):
        rig.now_us += 400_000
        assert rig.poll(), rig.rule
    rig.guard.watch()
    assert rig.rule is None


def test_the_same_number_on_two_kinds_of_requests_is_two_requests() -> None:
    rig = Rig()
    assert rig.update(500)
    asked = rig.number = 40
    rig.device.deaf_to = {STATUS}
    assert rig.send(STATUS)
    rig.number -= 1
    assert rig.poll()
    late(rig, asked + 1, STATUS, STOPPED)
    assert rig.rule == "device_restarted"


def test_an_answer_belongs_to_its_own_kind_of_request() -> None:
    rig = Rig()
    rig.device.deaf_to = {POLL}
    assert rig.poll()
    rig.number -= 1
    assert rig.update(500)
    rig.device.deaf_to = set()
    assert rig.poll()
    assert rig.rule is None


# --- what was asked before a change, and what after it ---


def test_a_status_asked_right_after_an_update_outlives_its_acknowledgement() -> None:
    rig = Rig()
    rig.device.deaf_to = {STATUS, UPDATE}
    assert rig.update(500)
    changed = rig.number
    assert rig.send(STATUS)
    late(rig, changed, UPDATE, b"\x00")
    late(rig, rig.number, STATUS, STOPPED)
    assert rig.rule == "device_restarted"


def test_what_a_poll_says_of_the_time_before_a_start_up_is_not_judged_by_what_is_wanted_after_it() -> None:
    rig = Rig()
    rig.device.active = 1
    assert rig.send(POLL, b"\x04", read=False)
    assert rig.send(INIT, b"\x01", read=False)
    rig.hear()
    assert rig.rule is None
    assert rig.poll()
    assert rig.rule == "channel_active"


def test_a_halt_that_was_answered_makes_older_ones_no_matter() -> None:
    """Else the guard waits for them for ever, and believes no status any more."""
    rig = Rig(bare=True)
    rig.device.deaf_to = {HALT}
    assert rig.send(HALT)
    assert rig.send(HALT)
    rig.device.deaf_to = set()
    rig.enable()
    rig.device.status = STOPPED
    assert rig.send(STATUS)
    assert rig.rule == "device_restarted"


def test_the_answer_to_a_second_halt_does_not_hide_that_of_the_start_up_after_it() -> None:
    rig = Rig(bare=True)
    assert rig.send(HALT, read=False)
    first = rig.device.to_host()
    assert rig.send(HALT, read=False)
    second = rig.device.to_host()
    rig.device.answers += first
    rig.hear()
    assert rig.send(INIT, b"\x01", read=False)
    rig.device.answers[:0] = second
    rig.hear()
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, 300, 100, 1, 20_000)
    assert rig.update(500), rig.rule


def test_a_second_start_up_must_be_acknowledged_too() -> None:
    rig = Rig()
    assert rig.send(INIT, b"\x01", read=False)
    assert not rig.update(500, read=False)
    assert rig.rule == "not_enabled"


# --- silence ---


def test_silence_counts_from_the_first_update_with_current_not_from_the_start_up() -> None:
    rig = Rig()
    rig.now_us += 5_000_000
    assert rig.update(500, read=False)
    rig.guard.watch()
    assert rig.rule is None


def test_an_update_of_nothing_that_nobody_answers_is_no_danger() -> None:
    rig = Rig()
    rig.device.deaf_to = {UPDATE}
    assert rig.off()
    rig.now_us += 1_100_000
    rig.guard.watch()
    assert rig.rule is None


def test_a_question_that_is_never_answered_is_no_unanswered_update() -> None:
    rig = Rig()
    assert rig.update(500)
    rig.device.deaf_to = {STATUS}
    assert rig.send(STATUS)
    for _ in range(4):
        rig.now_us += 400_000
        assert rig.poll(), rig.rule
    rig.guard.watch()
    assert rig.rule is None


def test_a_device_that_is_known_to_be_off_may_say_so() -> None:
    rig = Rig(bare=True)
    rig.device.status = STOPPED
    assert rig.send(STATUS)
    assert rig.rule is None


# --- accounts ---


def test_the_sessions_charge_ends_at_its_cap_without_any_frame_at_all() -> None:
    """500 µA for 300 µs are 150,000 pC a pulse; one every 20 ms."""
    rig = Rig(ceilings=replace(LIMIT, max_session_charge_pc=10 * 150_000))
    assert rig.update(500)
    rig.now_us += 180_000
    rig.guard.watch()
    assert rig.rule is None
    rig.now_us += 20_000
    rig.guard.watch()
    assert rig.rule == "session_charge"


def test_what_is_off_costs_nothing_and_gives_nothing_back() -> None:
    """One pulse for each change of output, whatever the time after it."""
    state = passed(passed(enabled(), 1, update(1)), 2, Update(()), 50_000)
    assert [state.lanes[0].charge_pc(at_us) for at_us in (50_000, 60_000, 3_600_000_000)] == [3 * 150_000] * 3


def test_a_fall_gives_no_time_back() -> None:
    """What was given up must be climbed again, and the time for it waited again."""
    rig = Rig()
    rig.climb(5_000, 1)
    rig.now_us += 40_000
    highest = max(ua for ua in range(5_000, 8_000, 500) if _may(rig, ua))
    assert rig.update(highest)
    assert rig.update(highest - 1_000)
    assert not rig.update(highest)
    assert rig.rule == "rise"


def _may(rig: Rig, amplitude_ua: int) -> bool:
    """Whether this update would pass now; asked of a copy of the state."""
    state = rig.guard._state
    points = ((300, amplitude_ua), (100, 0), (300, -amplitude_ua))
    asked = Request(63, Update((Train(1, 0, 20_000, points),)))
    return judge(state, asked, rig.now_us, LIMIT)[1] is None
