"""The computer itself: it sleeps, its clock is set, both its cores are busy, it has no file descriptor left.

The controller and the simulator are processes; what is on the skin is told by the simulator's own trace.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("signals and limits of POSIX", allow_module_level=True)
import resource

from together.processes import (
    DEAD_MAN_US,
    HALT,
    POLL,
    UPDATE,
    Controller,
    Device,
    Launcher,
    dead_man,
    frames_us,
    pulses_us,
)

from nmes.core.session import step
from nmes.record.files import Kind
from nmes.record.replay import Same, replay
from nmes.record.store import Closed, list_sessions, read_session
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact
from nmes.runtime.binding import session_of

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(120)]

HOUR_MS = 3_600_000
KEPT_ALIVE_US = 1_000_000
"""Half of what the device waits, and as long as the guard does, on a computer whose every core is busy [design]."""
SOON_US = 300_000
"""What is done at once, on a computer that does other things too [design]."""
SETTLED_S = 1.0


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(tmp_path)
    yield made
    made.end()


@pytest.fixture
def pair(launcher: Launcher) -> tuple[Controller, Device]:
    """With current that flows, over a pseudo-terminal."""
    device = launcher.device("device", "pty")
    controller = launcher.controller("controller", device.url)
    controller.line("READY")
    return controller, device


def ended_by_sigterm(controller: Controller, device: Device) -> list[dict[str, object]]:
    """It ends as it should; what the record holds, which is whole and replays."""
    controller.send(signal.SIGTERM)
    assert controller.ended() == 128 + signal.SIGTERM
    assert controller.complaint() == ""
    [summary] = list_sessions(controller.home, Kind.SIMULATION)
    assert isinstance(summary.ending, Closed)
    assert isinstance(verify_session(summary.path).verdict, Intact)
    entries = list(read_session(summary.path))
    assert isinstance(replay(entries, step, session_of), Same)
    return [{"type": entry.type, **entry.body} for entry in entries]


def plan_ms(line: str) -> int:
    return int(line.split()[1])


# --- it sleeps, its clock is set ---


@pytest.mark.parametrize("asleep_s", [0.0, 2.5])
def test_after_an_hour_of_sleep_nothing_goes_on_by_itself_and_the_plan_has_waited(
    pair: tuple[Controller, Device], asleep_s: float
) -> None:
    """0 s: the clocks alone, as in a virtual machine that was moved. 2.5 s: the device has long stopped by itself."""
    controller, device = pair
    before_ms = plan_ms(controller.line("PLAN"))
    slept_us = device.trace.told()[-1]["t_us"]
    if asleep_s:
        controller.send(signal.SIGSTOP)
        time.sleep(asleep_s)
    controller.send(signal.SIGUSR1)
    controller.send(signal.SIGCONT)
    controller.line("STATE stopped")
    assert plan_ms(controller.line("PLAN")) <= before_ms + 5_000 < HOUR_MS
    told = device.trace.until(lambda told: any(t_us > slept_us for t_us in frames_us(told, HALT)))
    halted_us = next(t_us for t_us in frames_us(told, HALT) if t_us > slept_us)
    time.sleep(SETTLED_S)
    last_us = pulses_us(device.trace.told())[-1]
    assert last_us <= (slept_us + DEAD_MAN_US if asleep_s else halted_us)
    assert dead_man(told) == bool(asleep_s)
    ended_by_sigterm(controller, device)
    assert pulses_us(device.trace.told())[-1] == last_us


def test_a_wall_clock_that_is_set_back_is_told_and_changes_nothing(pair: tuple[Controller, Device]) -> None:
    controller, device = pair
    set_us = device.trace.told()[-1]["t_us"]
    controller.send(signal.SIGUSR2)
    told = device.trace.until(lambda told: pulses_us(told)[-1] > set_us + 2_000_000)
    assert [t_us for t_us in frames_us(told, HALT) if t_us > set_us] == []
    entries = ended_by_sigterm(controller, device)
    [step_told] = [entry for entry in entries if entry["type"] == "clock_step"]
    assert step_told["by_ms"] == pytest.approx(-2 * HOUR_MS, abs=5)


# --- every core is busy ---


def spin() -> None:
    while True:
        pass


@contextmanager
def every_core_busy() -> Iterator[None]:
    """A program for each core that does nothing but count, at the same priority as ours."""
    context = multiprocessing.get_context("spawn")
    spinning = [context.Process(target=spin, daemon=True) for _ in os.sched_getaffinity(0)]
    for one in spinning:
        one.start()
    try:
        yield
    finally:
        for one in spinning:
            one.kill()
            one.join()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="who cannot count the cores")
def test_with_every_core_busy_the_device_is_kept_alive_and_a_stop_is_at_once(pair: tuple[Controller, Device]) -> None:
    controller, device = pair
    with every_core_busy():
        from_us = device.trace.told()[-1]["t_us"]
        told = device.trace.until(lambda told: pulses_us(told)[-1] > from_us + 5_000_000)
        renewed_us = [t_us for t_us in frames_us(told, UPDATE, POLL) if t_us > from_us]
        assert max(later - earlier for earlier, later in pairwise(renewed_us)) < KEPT_ALIVE_US
        assert [t_us for t_us in frames_us(told, HALT) if t_us > from_us] == []
        start_ns = told[0]["start"]["monotonic_ns"]
        sent_us = (time.monotonic_ns() - start_ns) // 1000
        ended_by_sigterm(controller, device)
    assert pulses_us(device.trace.told())[-1] - sent_us < SOON_US
    assert not dead_man(device.trace.told())


# --- no file descriptor is left ---


def use_up(process: int) -> None:
    """From here on it can open nothing, and accept nothing; what it has open stays."""
    lowest_free = next(number for number in range(1 << 16) if not Path(f"/proc/{process}/fd/{number}").is_symlink())
    _, hard = resource.prlimit(process, resource.RLIMIT_NOFILE)
    resource.prlimit(process, resource.RLIMIT_NOFILE, (lowest_free, hard))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of another process")
def test_without_a_file_descriptor_left_the_session_goes_on_and_a_stop_works(pair: tuple[Controller, Device]) -> None:
    controller, device = pair
    use_up(controller.process.pid)
    from_us = device.trace.told()[-1]["t_us"]
    told = device.trace.until(lambda told: pulses_us(told)[-1] > from_us + 2_000_000)
    assert [t_us for t_us in frames_us(told, HALT) if t_us > from_us] == []
    controller.send(signal.SIGTERM)
    assert controller.ended() == 128 + signal.SIGTERM
    told = device.trace.told()
    halted_us = next(t_us for t_us in frames_us(told, HALT) if t_us > from_us)
    assert pulses_us(told)[-1] <= halted_us
    assert controller.complaint() == ""
    [summary] = list_sessions(controller.home, Kind.SIMULATION)
    assert summary.ending == Closed("stop:SIGTERM")
    assert isinstance(verify_session(summary.path).verdict, Intact)


LIMITS = range(8, 40, 2)
"""From too few to start a program to enough for a session."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of another process")
def test_with_too_few_file_descriptors_no_session_is_half_opened(launcher: Launcher) -> None:
    """Each limit in turn: a sentence, or a session; no traceback, no current, nothing left locked."""
    device = launcher.device("device", "pty")
    began = 0
    for limit in LIMITS:
        home = launcher.folder / f"home-{limit}"
        ran = launcher.process(
            "-c",
            f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({limit}, {limit}))\n"
            f"from nmes.__main__ import main\nraise SystemExit(main())",
            *("run", "tens_conventional", "--plain", "--port", device.url),
            *("--patient-code", "P-001", "--side", "left"),
            home=home,
        )
        said, wrong = ran.communicate(timeout=40)
        assert "Traceback" not in said + wrong, (limit, said, wrong)
        assert said + wrong, limit
        if ran.returncode != 0 and (home / "simulation").is_dir():
            assert [one for one in list_sessions(home, Kind.SIMULATION) if not isinstance(one.ending, Closed)] == []
        began += "FOR" in said.upper() and ran.returncode in {0, 1}
    assert began, "with enough of them it runs"
    assert pulses_us(device.trace.told()) == []
    assert frames_us(device.trace.told(), UPDATE) == []
