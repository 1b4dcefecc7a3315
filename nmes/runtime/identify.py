"""Asking who is at a port that a person picked: the family's own driver, through the guard, and nothing that starts.

Law: what is sent is what a session sends before its first step: questions, and a halt where the driver finds something
running. The guard stands in between as ever. A line that was only listened to is left without a byte written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nmes.core.commands import Identify
from nmes.core.events import HaltUnconfirmed, Identified, LinkLost, WrongDevice
from nmes.devices.stimulator import Driver
from nmes.guard.port import GuardedPort, PortError
from nmes.language import _
from nmes.runtime.clock import Clock, RealClock
from nmes.runtime.families import Family
from nmes.runtime.open import open_asking

LIMIT_MS: Final = 10_000
"""Ten times what the slowest identification takes [design]; a driver gives up by itself long before."""
_READ: Final = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """It said who it is, and is halted."""

    identified: Identified


@dataclass(frozen=True, slots=True)
class NotIt:
    """It is another device, or silent, or cannot be reached; `reason` is one sentence."""

    reason: str
    unreachable: bool = False


def identify(url: str, family: Family, opened: Callable[[str, Family], GuardedPort] = open_asking) -> Found | NotIt:
    """Who is at `url`, as this family's driver finds it; the port is free again on return."""
    try:
        guard = opened(url, family)
    except PortError as error:
        return NotIt(str(error), unreachable=True)
    try:
        return ask(guard, family.new_driver(), RealClock())
    finally:
        guard.leave()


def ask(guard: GuardedPort, driver: Driver, clock: Clock) -> Found | NotIt:
    """The conversation, until the driver knows."""
    began_ms = clock.now_ms()
    driver.execute(Identify(), began_ms)
    while clock.now_ms() - began_ms < LIMIT_MS:
        try:
            _turn(guard, driver, clock)
        except PortError as error:
            return NotIt(str(error), unreachable=True)
        for event in driver.events():
            match event:
                case Identified():
                    return Found(event)
                case WrongDevice(reason) | LinkLost(reason):
                    return NotIt(reason)
                case HaltUnconfirmed():
                    return NotIt(_("something runs there and COULD NOT BE STOPPED: switch the stimulator off by hand"))
                case _:
                    pass  # what else a driver tells is for a session
    return NotIt(_("it did not say who it is within 10 s"))


def _turn(guard: GuardedPort, driver: Driver, clock: Clock) -> None:
    for frame in driver.frames():
        if guard.write(frame):
            driver.sent(clock.now_ms())
        else:
            driver.refused(clock.now_ms())
    deadline_ms = driver.next_deadline_ms(clock.now_ms())
    wait_ms = 100 if deadline_ms is None else max(0, min(100, deadline_ms - clock.now_ms()))
    data = guard.read(_READ, wait_ms)
    now_ms = clock.now_ms()
    if data:
        driver.receive(data, now_ms)
    driver.tick(now_ms)
