"""Lines that are pulled, lost, found again under another name, held by somebody else: judged by the simulator's trace.

Law: whatever becomes of a line, no current flows from it that a person did not start again from 0; and a device under
an old name gets not one byte.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals and signals of POSIX", allow_module_level=True)

from together.processes import (
    DEAD_MAN_US,
    HALT,
    INIT,
    POLL,
    UPDATE,
    Controller,
    Device,
    Launcher,
    dead_man,
    frames_us,
    most_ua,
    next_line,
    pulses_us,
)

from nmes.record.files import Kind
from nmes.record.store import Closed, list_sessions
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(120)]

FIRST_STEP_UA = 1_000
LATE_STARTS = 4
"""The first pulses of a session that begins from 0 have at most one increase [SR-05]."""


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(tmp_path)
    yield made
    made.end()


def with_current(launcher: Launcher, device: Device, name: str = "first") -> Controller:
    controller = launcher.controller(name, device.url)
    controller.line("READY")
    return controller


def closed_by(controller: Controller, why: str) -> None:
    """It ended by itself, said nothing to stderr, and its record is whole and says why."""
    controller.line("RECORD")
    assert controller.ended() == 0
    assert controller.complaint() == ""
    [summary] = list_sessions(controller.home, Kind.SIMULATION)
    assert summary.ending == Closed(why)
    assert isinstance(verify_session(summary.path).verdict, Intact)


def begins_from_zero(launcher: Launcher, device: Device, name: str, since_us: int) -> None:
    """Another controller at the device: halted and questioned first, then raised by steps from 0."""
    controller = launcher.controller(name, device.url)
    controller.line("READY")
    told = [line for line in device.trace.told() if line["t_us"] > since_us]
    assert frames_us(told, INIT, HALT)[0] < frames_us(told, UPDATE, POLL)[0], "nothing renews what it finds"
    first_us = pulses_us(told)[0]
    assert most_ua([line for line in told if line["t_us"] < first_us + 100_000]) <= FIRST_STEP_UA
    controller.send(signal.SIGTERM)
    controller.ended()


def taken_name(name: str) -> int:
    """The far end of a terminal that now bears the name; what else had to be opened for it stays open too."""
    for _ in range(64):
        far, near = os.openpty()
        if os.ttyname(near) == name:
            return far
    raise AssertionError("the system gives that name to nobody")


@pytest.mark.parametrize("line", ["pty", "tcp"])
def test_a_line_that_is_pulled_leaves_a_controller_that_says_so_and_a_device_that_stops(
    launcher: Launcher, line: str
) -> None:
    device = launcher.device("device", line, "--backdoor")
    controller = with_current(launcher, device)
    device.ask(do="inject", fault="disconnect", params={})
    controller.line("STATE unsure link_lost")
    closed_by(controller, "link_lost")
    told = device.trace.until(dead_man)
    assert pulses_us(told)[-1] < frames_us(told, UPDATE, POLL)[-1] + DEAD_MAN_US
    [fault] = device.ask(do="get", what="state")["state"]["faults"]
    assert fault["effects"] > 0


def test_a_port_that_comes_back_under_another_name_is_not_followed_and_the_old_name_gets_no_byte(
    launcher: Launcher,
) -> None:
    device = launcher.device("device", "pty", "--backdoor")
    controller = with_current(launcher, device)
    device.ask(do="inject", fault="disconnect", params={})
    controller.line("STATE unsure link_lost")
    controller.line("RECORD")
    other = taken_name(device.url)
    os.set_blocking(other, False)
    device.ask(do="clear")
    found = next_line(device.process, "listening ")
    assert found != device.url, "another device bears the old name now"
    closed_us = device.trace.until(dead_man)[-1]["t_us"]
    assert controller.ended() == 0
    device.url = found
    begins_from_zero(launcher, device, "second", closed_us)
    told = device.trace.told()
    between = [line for line in told if closed_us < line["t_us"] and line.get("frame") == UPDATE]
    assert between, "the second one used the new name"
    with pytest.raises(BlockingIOError):
        os.read(other, 1)


def test_a_simulator_that_is_killed_and_started_again_is_a_new_device(launcher: Launcher) -> None:
    device = launcher.device("device", "tcp")
    controller = with_current(launcher, device)
    port = device.url.rpartition(":")[2]
    device.process.kill()
    device.process.wait()
    again = launcher.device("again", "tcp", "--port", port)
    assert again.url == device.url
    controller.line("STATE unsure link_lost")
    closed_by(controller, "link_lost")
    assert not [line for line in again.trace.told() if "frame" in line], "nobody comes back by himself"
    begins_from_zero(launcher, again, "second", 0)


def test_a_device_that_stands_still_is_given_up_and_does_not_go_on_when_it_wakes(launcher: Launcher) -> None:
    device = launcher.device("device", "tcp")
    controller = with_current(launcher, device)
    device.process.send_signal(signal.SIGSTOP)
    try:
        controller.line("STATE unsure unanswered")
    finally:
        device.process.send_signal(signal.SIGCONT)
    told = device.trace.until(lambda told: bool(frames_us(told, HALT)) and frames_us(told, HALT)[-1] > 0)
    closed_by(controller, "unanswered")
    told = device.trace.told()
    assert pulses_us(told)[-1] <= max(frames_us(told, HALT)[-1], frames_us(told, UPDATE, POLL)[-1] + DEAD_MAN_US)


# --- two controllers, one device ---


SENTENCE = {
    ("the same user", "pty"): "is held by nmes, process {pid}, user ",
    ("the same user", "tcp"): "is held by nmes, process {pid}, user ",
    ("another user", "pty"): "is held by another program; end that program",
    ("another user", "tcp"): "The line to the stimulator is gone",
}
"""Locks of another user are not seen; there the system's own, or the far end, knows one client only."""


def second(launcher: Launcher, url: str, *, runtime: str = "") -> subprocess.Popen[str]:
    """`nmes run --plain` of somebody else at the same device; with `runtime` of a user who sees no locks of ours."""
    folder = launcher.folder / (runtime or "runtime")
    folder.mkdir(exist_ok=True)
    return launcher.process(
        *(
            "-m",
            "nmes",
            "run",
            "tens_conventional",
            "--plain",
            "--port",
            url,
            "--patient-code",
            "P-001",
            "--side",
            "left",
        ),
        runtime=folder if runtime else None,
        home=launcher.folder / f"home-{runtime}",
    )


def goes_on(device: Device, since_us: int) -> None:
    """A second more of pulses, and not one halt since the second one was there."""
    last_us = pulses_us(device.trace.told())[-1]
    told = device.trace.until(lambda told: pulses_us(told)[-1] > last_us + 1_000_000)
    assert [t_us for t_us in frames_us(told, HALT) if t_us > since_us] == []
    assert max_gap_us(told, since_us) < 30_000


def max_gap_us(told: list[dict[str, Any]], since_us: int) -> int:
    """The longest silence between two pulses; conventional TENS gives one each 10 ms."""
    times = [t_us for t_us in pulses_us(told) if t_us > since_us]
    return max(later - earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("line", ["pty", "tcp"])
@pytest.mark.parametrize("who", ["the same user", "another user"])
def test_a_second_controller_is_refused_in_one_sentence_and_the_first_is_not_disturbed(
    launcher: Launcher, line: str, who: str
) -> None:
    device = launcher.device("device", line)
    controller = with_current(launcher, device)
    since_us = device.trace.told()[-1]["t_us"]
    refused = second(launcher, device.url, runtime="elsewhere" if who == "another user" else "")
    said, wrong = refused.communicate(timeout=40)
    assert refused.returncode != 0
    assert SENTENCE[who, line].format(pid=controller.process.pid) in said + wrong
    assert "Traceback" not in said + wrong
    goes_on(device, since_us)
    controller.send(signal.SIGTERM)
    assert controller.ended() == 128 + signal.SIGTERM


def test_another_name_of_the_same_port_is_the_same_port(launcher: Launcher, tmp_path: Path) -> None:
    device = launcher.device("device", "pty")
    controller = with_current(launcher, device)
    since_us = device.trace.told()[-1]["t_us"]
    (tmp_path / "stimulator").symlink_to(device.url)
    refused = second(launcher, str(tmp_path / "stimulator"))
    assert f"process {controller.process.pid}" in "".join(refused.communicate(timeout=40))
    goes_on(device, since_us)


@pytest.mark.parametrize("line", ["pty", "tcp"])
def test_who_comes_before_the_dead_mans_time_is_over_renews_nothing(launcher: Launcher, line: str) -> None:
    """The device still gives the dead controller's pulses: what is found is halted, never kept alive.

    A busy computer may take longer than 2 s to start a program; one that came too late shows nothing, and comes again.
    """
    for attempt in range(LATE_STARTS):
        device = launcher.device(f"device {attempt}", line)
        controller = with_current(launcher, device, f"first {attempt}")
        killed_us = device.trace.told()[-1]["t_us"]
        controller.send(signal.SIGKILL)
        controller.ended()
        follower = launcher.controller(f"second {attempt}", device.url)
        told = device.trace.until(lambda told, since_us=killed_us: any(t > since_us for t in frames_us(told, HALT)))
        halted_us = next(t for t in frames_us(told, HALT) if t > killed_us)
        assert pulses_us(told)[-1] <= halted_us
        if not dead_man(told):
            break
    else:
        pytest.fail(f"none of {LATE_STARTS} came in time")
    follower.line("READY")
    after = [line for line in device.trace.told() if line["t_us"] > halted_us]
    assert most_ua(after[: after.index(next(one for one in after if "pulse" in one)) + 3]) <= FIRST_STEP_UA
    follower.send(signal.SIGTERM)
    follower.ended()
