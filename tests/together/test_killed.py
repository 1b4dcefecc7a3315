"""A controller of each family is killed while current flows: the stage's trace says when the skin fell silent.

Three devices stop by themselves. The RehaStim 1 never does: a keeper halts it, and if that is killed too, nothing does.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from together.killing import How, Lit, keeper_of
from together.processes import Controller, Launcher, frames_us, pulses_us

from nmes.link.vigil import SILENT_MS
from nmes.runtime.families import FAMILIES, family
from nmes.runtime.keepers import kept

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="/proc"), pytest.mark.timeout(90)]
STOP = 2
"""What the trace of a RehaStim 1 calls its halt."""
LIT = str(Path(__file__).with_name("lit_process.py"))
SPARE_MS = 600
"""What this computer may be late, and what one pulse period is, beside the bound itself."""


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path_factory.mktemp("killed"))
    yield launcher
    launcher.end()


@pytest.mark.covers("PR-01", "LW-04", "FR-03", "SR-28")
def test_kill_9_leaves_the_skin_silent_within_the_time_of_each_family(launcher: Launcher, tmp_path: Path) -> None:
    devices = {one.key: launcher.device(one.key, "pty", "--device", one.key) for one in FAMILIES}
    named = [word for key, device in devices.items() for word in (device.url, key)]
    controller = Controller(launcher.process(LIT, str(tmp_path), *named), tmp_path)
    controller.line("READY")
    lit = {key: Lit(key, device, controller) for key, device in devices.items()}
    struck_ns = lit["rehastim1"].strike(How.KILLED)
    struck_us = {key: one.in_trace_us(struck_ns) for key, one in lit.items()}
    wrong = {}
    for key, one in lit.items():
        late_ms = (pulses_us(one.silent(struck_ns))[-1] - struck_us[key]) // 1000
        if late_ms > (family(key).capabilities.watchdog_ms or SILENT_MS) + SPARE_MS:
            wrong[key] = late_ms
    assert wrong == {}
    kept_by = lit["rehastim1"]
    halts = frames_us(kept_by.device.trace.told(), STOP)
    assert halts[-1] > struck_us["rehastim1"], "the keeper did it"
    assert [kept(tmp_path / key) for key in lit if key != "rehastim1"] == [[]] * (len(lit) - 1)
    [said] = kept(tmp_path / "rehastim1")
    assert "died while current could flow. Its keeper stopped the stimulator" in said
    assert kept_by.device.url in said


@pytest.mark.campaign
@pytest.mark.covers("SR-28", "SR-07")
def test_a_controller_that_stood_still_is_halted_for_and_does_not_start_again_by_itself(launcher: Launcher) -> None:
    lit = Lit.begin(launcher, "stopped", "rehastim1")
    lit.controller.line("READY")
    struck_ns = lit.strike(How.STOPPED)
    silent_us = pulses_us(lit.silent(struck_ns))[-1]
    assert (silent_us - lit.in_trace_us(struck_ns)) // 1000 <= SILENT_MS + SPARE_MS
    lit.controller.send(signal.SIGCONT)
    lit.controller.line("STATE stopped")
    lit.controller.send(signal.SIGTERM)
    lit.controller.ended()
    assert pulses_us(lit.device.trace.told())[-1] == silent_us
    [said] = kept(lit.controller.home)
    assert "stood still for more than 1 s" in said


@pytest.mark.campaign
@pytest.mark.covers("SR-28")
def test_if_the_keeper_is_killed_too_a_device_without_a_dead_man_goes_on(launcher: Launcher) -> None:
    """What nothing here can cover: it is said on the screen and in the guide, and the emergency button is for it."""
    lit = Lit.begin(launcher, "both", "rehastim1")
    lit.controller.line("READY")
    assert lit.goes_on(lit.strike(How.BOTH)) > 10


@pytest.mark.campaign
@pytest.mark.covers("SR-28")
def test_a_keeper_that_is_killed_alone_makes_the_controller_stop(launcher: Launcher) -> None:
    lit = Lit.begin(launcher, "keeper", "rehastim1")
    lit.controller.line("READY")
    keeper = keeper_of(lit.controller.process.pid)
    assert keeper is not None
    os.kill(keeper, signal.SIGKILL)
    lit.controller.line("STATE stopped guard:keeper")
    lit.controller.send(signal.SIGTERM)
    lit.controller.ended()


@pytest.mark.campaign
@pytest.mark.covers("FR-03")
@pytest.mark.parametrize("taken", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_every_signal_that_ends_the_program_halts_first(launcher: Launcher, taken: signal.Signals) -> None:
    lit = Lit.begin(launcher, taken.name, "rehastim1")
    lit.controller.line("READY")
    lit.controller.send(taken)
    assert lit.controller.ended() == 128 + taken
    told = lit.device.trace.told()
    after = [t_us for t_us in frames_us(told, STOP) if t_us > pulses_us(told)[-1]]
    assert after, "a halt was the answer"
    assert kept(lit.controller.home) == []
    again = launcher.controller(f"{taken.name}-again", lit.device.url, None, "rehastim1")
    again.line("READY")


@pytest.mark.thorough
def test_no_process_of_a_controller_that_has_none_is_taken_for_a_keeper() -> None:
    assert keeper_of(int(Path("/proc/self").resolve().name)) is None
