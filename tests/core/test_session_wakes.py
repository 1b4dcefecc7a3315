"""When the session wants to be turned again: not later than anything changes by itself, and not before."""

from __future__ import annotations

import pytest

from helpers.desk import Desk, desk_in, titrating
from helpers.plans import FREQUENCY_SWEEP, tens_plan
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s


def wakes_in_ms(desk: Desk) -> int | None:
    wake_ms = s.next_wake_ms(desk.session)
    return None if wake_ms is None else wake_ms - desk.session.now_ms


def sweeping() -> Desk:
    """A titrated sweep that began at no round time."""
    desk = Desk.of(tens_plan(swept=FREQUENCY_SWEEP)).to_ready()
    desk.wait(37, 37)
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.do(e.Increase(1, desk.epoch))
    return desk


@pytest.mark.parametrize("state", ["Committing", "Enabling", "Unsure", "Leaving"])
def test_what_is_waited_for_is_given_up_after_two_seconds(state: str) -> None:
    """A start that nobody carries out; a device that is silent by its own timer."""
    assert wakes_in_ms(desk_in(state)) == 2_000


@pytest.mark.parametrize("state", ["Committing", "Enabling", "Unsure", "Leaving"])
def test_what_is_over_at_the_time_it_said_does_not_ask_to_be_turned_again(state: str) -> None:
    desk = desk_in(state)
    desk.wait(1_990)
    assert wakes_in_ms(desk) == 10
    desk.wait(10)
    assert wakes_in_ms(desk) is None


def test_a_steady_titration_waits_for_nobody() -> None:
    assert wakes_in_ms(titrating(1_000)) is None


def test_a_raise_that_waits_for_the_disk_is_given_up_after_two_seconds() -> None:
    desk = titrating(1_000)
    desk.disk = False
    desk.wait(250, 250)
    desk.do(e.Increase(1, desk.epoch))
    assert wakes_in_ms(desk) == 2_000


def test_of_two_reasons_to_wake_the_earlier_counts() -> None:
    desk = sweeping()
    desk.wait(250, 250)
    step_ms = wakes_in_ms(desk)
    desk.disk = False
    desk.do(e.Increase(1, desk.epoch))
    assert wakes_in_ms(desk) == step_ms
    assert step_ms is not None
    assert step_ms < 2_000


def test_a_sweep_changes_when_it_said_it_would_and_not_before() -> None:
    desk = sweeping()
    desk.wait(13, 13)
    wake_ms = wakes_in_ms(desk)
    assert wake_ms is not None
    assert not any(isinstance(command, c.SetOutput) for command in desk.wait(wake_ms - 1, wake_ms - 1))
    assert any(isinstance(command, c.SetOutput) for command in desk.wait(1, 1))
