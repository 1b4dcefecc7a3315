"""The edges of a session: to the millisecond when something is given up or over, at 0, and what halted twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.desk import STATES, Desk, after, desk_in, ready, running, titrating
from helpers.plans import ONE, TWO, alternating_plan, continuous_plan, plan_of, rhythm
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.view import OutputState, view

# --- time ---


@pytest.mark.parametrize("state", ["Committing", "Enabling"])
def test_a_start_has_two_seconds_to_the_millisecond(state: str) -> None:
    desk = desk_in(state)
    assert desk.wait(1999, 1999) == ()
    assert type(desk.state).__name__ == state
    assert c.Halt() in desk.wait(1, 1)


@pytest.mark.thorough
def test_the_plan_is_over_when_its_time_is_and_stays_at_its_end() -> None:
    desk = running()
    desk.wait(47_990)
    assert isinstance(desk.state, s.Running)
    desk.wait(10)
    assert desk.state == s.Ended("complete")
    assert view(desk.session, OutputState()).plan_ms == 48_000


def test_a_resume_in_the_middle_of_the_plan_takes_its_five_seconds_too() -> None:
    desk = running()
    desk.wait(18_000)
    desk.do(e.Pause(), e.Resume(desk.epoch + 1))
    desk.wait(4990)
    assert isinstance(desk.state, s.Resuming)
    desk.wait(10)
    assert isinstance(desk.state, s.Running)


def test_a_turn_that_comes_later_than_the_climb_has_lasted_begins_it_at_0() -> None:
    desk = running(continuous_plan())
    desk.do(e.Pause(), e.Resume(desk.epoch + 1))
    desk.wait(1000)
    assert desk.amplitude() == 2000
    desk.do(e.Tick(desk.session.now_ms + 10, stalled_ms=5000))
    assert desk.amplitude() == 0


# --- up and down ---


def test_the_first_step_of_a_new_search_does_not_wait_for_the_last_one_of_the_old() -> None:
    desk = ready().titrate(ONE, 1000)
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.do(e.Increase(1, desk.epoch))
    assert desk.amplitude() == 500


def test_an_increase_that_was_dropped_is_told_once_and_forgotten() -> None:
    desk = running()
    desk.wait(4900)
    desk.disk = False
    desk.do(e.Increase(1, desk.epoch))
    desk.wait(500)
    desk.do(e.Durable(desk.session.intent))
    desk.wait(2000)
    assert desk.notes()[-1] == "refused:increase_dropped"


def test_a_running_level_is_lowered_to_0_and_no_further() -> None:
    desk = running(level_ua=500)
    desk.wait(2000)
    desk.do(e.Decrease(1), e.Decrease(1))
    assert desk.session.plan.levels_ua == (0,)


def test_a_level_is_lowered_to_0_in_a_pause_and_no_further() -> None:
    desk = running(level_ua=500)
    desk.wait(2000)
    desk.do(e.Pause())
    told = desk.do(e.Decrease(1), e.Decrease(1))
    assert told == (c.Note("lowered", (("channel", 1), ("level_ua", 0))),) * 2
    assert dict(desk.session.accepted) == {ONE: 0}


def test_each_channel_is_armed_with_its_own_pad() -> None:
    plan = plan_of(((ONE, rhythm()), (TWO, rhythm())))
    first, second = plan.channels
    desk = running(replace(plan, channels=(first, replace(second, pad_mm2=2500))))
    assert {arm.channel: arm.pad_mm2 for arm in desk.session.arms} == {1: 4500, 2: 2500}


# --- halted ---


@pytest.mark.parametrize("halt", [e.Stop("key", 1), e.Pause(), e.Unanswered("update"), e.LinkLost("gone"), e.End()])
def test_what_was_armed_is_forgotten_with_every_halt(halt: e.Event) -> None:
    desk = running()
    desk.wait(2000)
    assert desk.session.arms
    desk.device = False
    desk.do(halt)
    assert (desk.session.arms, desk.session.outputs) == ((), ())


CLOSES_AT_ONCE = ("Idle", "Screening", "Placing", "Ready", "Paused", "Stopped")
SAYS_WHAT_IT_IS = ("After", "Ended")


@bundled("state", STATES)
def test_a_lost_line_ends_what_is_halted_and_leaves_the_rest_unsure(state: str) -> None:
    desk = desk_in(state)
    desk.device = False
    before = desk.state
    commands = desk.do(e.LinkLost("unplugged"))
    if state in CLOSES_AT_ONCE:
        assert desk.state == s.Ended("link_lost")
    elif state in SAYS_WHAT_IT_IS:
        assert (desk.state, commands) == (before, (c.Note("link_lost", (("reason", "unplugged"),)),))
    else:
        assert isinstance(desk.state, s.Unsure)
        assert desk.state.halt is s.Halt.UNCONFIRMED


@bundled(
    "state",
    [name for name in STATES if name not in {"Idle", "Lowering", "Pausing", "Ending", "Stopping", "Unsure", "Leaving"}],
)
def test_a_halt_that_nobody_waits_for_changes_nothing(state: str) -> None:
    """The guard asks for halts of its own, and their answers come too."""
    desk = desk_in(state)
    before = desk.state
    assert desk.do(e.HaltConfirmed(desk.session.now_ms)) == ()
    assert desk.state == before


def test_a_stop_before_the_pause_is_confirmed_keeps_the_place() -> None:
    desk = running()
    desk.wait(18_000)
    desk.device = False
    desk.do(e.Pause(), e.Stop("key", 1))
    assert desk.session.position_ms == 16_000


def test_a_second_reason_to_be_unsure_changes_neither_the_first_nor_when_it_is_silent() -> None:
    desk = running()
    desk.wait(2000)
    desk.device = False
    desk.do(e.Unanswered("update"))
    first = desk.state
    desk.wait(500)
    desk.do(e.Unanswered("stop"))
    assert desk.state == first
    desk.do(e.LinkLost("unplugged"))
    assert isinstance(first, s.Unsure)
    assert desk.state == replace(first, halt=s.Halt.UNCONFIRMED)


def test_a_halt_that_was_given_up_stays_so_whatever_is_unanswered_afterwards() -> None:
    desk = after()
    desk.device = False
    desk.do(e.Stop("key", 9), e.HaltUnconfirmed(desk.session.now_ms), e.Unanswered("poll"))
    assert desk.state == s.After("ended_early", unconfirmed=True)


def test_where_nobody_attends_another_device_ends_the_session_without_waiting_for_a_halt() -> None:
    desk = running()
    desk.wait(2000)
    desk.device = False
    assert c.Close("wrong_device") in desk.do(e.WrongDevice("another"))
    assert desk.state == s.Ended("wrong_device")


# --- what may flow ---


def on_its_way(desk: Desk, *amplitudes: tuple[int, int]) -> tuple[tuple[int, int, int], ...]:
    desk.do(e.OutputSent(desk.session.now_ms, amplitudes))
    return desk.session.flow


def test_a_first_step_on_its_way_is_anything_up_to_it() -> None:
    desk = titrating()
    desk.device = False
    desk.do(e.Increase(1, desk.epoch))
    assert on_its_way(desk, (1, 500)) == ((1, 0, 500),)
    desk.do(e.OutputConfirmed(desk.session.now_ms, ((1, 500),)))
    assert desk.session.flow == ((1, 500, 500),)


def test_a_channel_that_goes_is_anything_down_to_nothing_and_one_that_comes_anything_up() -> None:
    desk = running(alternating_plan())
    desk.wait(9500)
    desk.device = False
    desk.do(e.OutputConfirmed(desk.session.now_ms, ((1, 10_000),)))
    assert on_its_way(desk, (2, 5000)) == ((1, 0, 10_000), (2, 0, 5000))


@pytest.mark.parametrize("doubt", [e.Doubt(12_000), e.Unanswered("poll"), e.Stop("key", 1)])
def test_what_is_doubted_is_anything_from_nothing_to_what_flowed(doubt: e.Event) -> None:
    desk = running()
    desk.wait(2000)
    desk.device = False
    desk.do(doubt)
    assert desk.session.flow == ((1, 0, 10_000),)
