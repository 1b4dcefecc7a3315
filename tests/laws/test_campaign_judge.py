"""The laws of the campaign are really asked: each mistake, made on purpose in controller, guard or device, is found and
named, and no fault that does no harm, or is on another channel, hides it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_sim.sciencemode2 import limits
from firmware_sim.sciencemode4.generator import Generator
from laws.campaign.keeper import RigKeeper
from laws.campaign.play import Stand
from laws.campaign.running import failing
from laws.campaign.script import (
    Blank,
    ClockStep,
    Disk,
    Fault,
    Health,
    Key,
    Kill,
    Minus,
    Press,
    Scenario,
    Stall,
    Step,
    Stop,
    Treat,
    Wait,
)
from laws.campaign.scripts import RUNNING, scenario
from nmes.core import attending, session, states
from nmes.core.session_value import Session
from nmes.core.session_value import Step as Decided
from nmes.guard.port import GuardedPort
from nmes.runtime.turn import Controller


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand.at(tmp_path)


def no_halt_at_the_device(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Generator, "halt", lambda self: None)


def stop_only_in_the_next_turn(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GuardedPort, "trip", lambda self, rule, detail="": 0)


def resume_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GuardedPort, "write", _unjudged)
    patch.setattr(session, "climbs", lambda *_: False)


def decrease_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session, "_decrease", lambda state, _: (state, ()))


def no_pause_lasts(patch: pytest.MonkeyPatch) -> None:
    """It goes on in the turn in which the halt is confirmed."""
    told = session._halted

    def by_itself(before: Session, now_ms: int) -> Decided:
        after, commands = told(before, now_ms)
        if isinstance(after.state, states.Paused):
            return session._commit(after, states.ToResume(after.state.from_ms))
        return after, commands

    patch.setattr(session, "_halted", by_itself)


def record_says_something_else(patch: pytest.MonkeyPatch) -> None:
    told = Controller._record
    patch.setattr(Controller, "_record", lambda self, before, event, commands: told(self, before, event, ()))


def _unjudged(self: GuardedPort, frame: bytes) -> bool:
    self._send(frame)
    return True


MISTAKES: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], tuple[Step, ...], str]] = {
    "halt": (no_halt_at_the_device, (RUNNING, Wait(1_000), Press(Key.PAUSE)), "says off"),
    "STOP": (stop_only_in_the_next_turn, (RUNNING, Wait(1_000), Stop("key")), "a pulse"),
    "rise": (resume_at_once, (Treat(16), Wait(1_200), Press(Key.PAUSE), Press(Key.RESUME)), "rose"),
    "level": (decrease_is_forgotten, (RUNNING, Wait(1_200), Minus(1, 3), Wait(500)), "confirmed"),
    "by itself": (no_pause_lasts, (Treat(12), Wait(1_200), Press(Key.PAUSE), Wait(3_000)), "nobody asked for"),
    "replay": (record_says_something_else, (RUNNING,), "{'event'"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    make, script, words = MISTAKES[mistake]
    make(monkeypatch)
    assert words in failing(stand, scenario(*script)) != ""


@pytest.mark.thorough
def test_without_a_mistake_the_same_scripts_hold(stand: Stand) -> None:
    scripts = [script for _, script, _ in MISTAKES.values()]
    assert [failing(stand, scenario(*script)) for script in scripts] == [""] * len(scripts)


# --- what only some families have ---


def keeper_sleeps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RigKeeper, "look", lambda self: None)


def watchdog_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(limits, "WATCHDOG_US", 10 * limits.WATCHDOG_US)


def nobody_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attending, "buttonless", lambda session: False)


OF_A_FAMILY: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None], tuple[Step, ...], str]] = {
    "keeper": ("rehastim1", keeper_sleeps, (Treat(12), Wait(500), Kill(3_000)), "after the halt"),
    "button": ("rehastim1", nobody_asked, (Treat(3, "stop"),), "emergency button"),
    "watchdog": ("rehastim2", watchdog_late, (Treat(12), Wait(500), Stall(3_000)), "the dead-man should"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("mistake", OF_A_FAMILY)
def test_a_mistake_that_only_some_families_can_have_is_found(
    mistake: str, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, make, script, words = OF_A_FAMILY[mistake]
    sound = replace(scenario(*script), device=device)
    assert failing(stand, sound) == ""
    make(monkeypatch)
    assert words in failing(stand, sound) != ""


# --- and no harmless fault hides it ---


def fault(kind: str, channel: int | None = None, **params: int | str) -> Fault:
    return Fault(kind, channel, tuple(params.items()))


WELL = (Disk(Health.WELL), Wait(1_500))
HARMLESS: dict[str, tuple[Step, ...]] = {
    "the disk is slow": (Disk(Health.SLOW),),
    "the clock is set forward": (ClockStep(3_600_000),),
    "the clock is set back": (ClockStep(-3_600_000),),
    "the screen is late": (Blank(1_000),),
    "another channel goes on after its stop": (fault("stuck_output", 2, mode="after_stop"),),
    "another channel sticks": (fault("stuck_output", 2, mode="level"),),
    "another channel gives twice as much": (fault("gain_error", 2, gain_permille=2_000),),
    "another channel's pad is off": (fault("electrode_off", 2, contact_permille=0),),
    "a pad is worn": (fault("electrode_dry", 1, load="worn"),),
    "the device's clock is slow": (fault("clock_drift", ppm=-20_000),),
    "answers are a little late": (fault("delay_bytes", delay_us=5_000, jitter_us=0, direction="to_host"),),
}


def together(*names: str) -> tuple[Step, ...]:
    return tuple(step for name in names for step in HARMLESS[name])


TOGETHER: dict[str, tuple[Step, ...]] = {
    "disk, clock and screen": together(*list(HARMLESS)[:4]),
    "another channel": together(*list(HARMLESS)[4:8]),
    "pad, pace and line": together(*list(HARMLESS)[8:]),
}


def with_harmless(script: tuple[Step, ...], harmless: tuple[Step, ...]) -> tuple[Step, ...]:
    """They begin once the treatment runs, where the script goes on after that; a disk is well again in the end."""
    first = script[:1] if len(script) > 1 else ()
    return (*first, *harmless, *script[len(first) :], *WELL)


def session_of(script: tuple[Step, ...], harmless: tuple[Step, ...]) -> Scenario:
    """On two channels where the second is to be broken."""
    channels = max((step.channel or 1 for step in harmless if isinstance(step, Fault)), default=1)
    return scenario(*with_harmless(script, harmless), channels=channels)


@pytest.mark.thorough
@pytest.mark.parametrize("harmless", TOGETHER)
def test_each_of_the_harmless_faults_has_an_effect(harmless: str, stand: Stand) -> None:
    """Or nothing would be shown with it."""
    script = (Treat(16), Wait(1_200), Press(Key.PAUSE), Wait(500), Press(Key.RESUME), Wait(1_000))
    figures = stand.play(session_of(script, TOGETHER[harmless]))
    assert figures.faults
    assert [kind for kind, times in figures.faults.items() if figures.took[kind] < times] == []


@pytest.mark.thorough
@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize(
    "harmless",
    [
        *(pytest.param(steps, id=name) for name, steps in TOGETHER.items()),
        *(pytest.param(steps, id=name, marks=pytest.mark.campaign) for name, steps in HARMLESS.items()),
    ],
)
def test_harmless_faults_hide_no_mistake(
    mistake: str, harmless: tuple[Step, ...], stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, script, words = MISTAKES[mistake]
    both = session_of(script, harmless)
    assert failing(stand, both) == "", "it does no harm by itself"
    make(monkeypatch)
    assert words in failing(stand, both) != ""
