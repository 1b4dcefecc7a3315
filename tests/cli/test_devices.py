"""`nmes devices` as a person meets it: ports seen, devices asked, remembered, changed, confirmed, forgotten."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import CRAMP, Nmes
from pytest_mock import MockerFixture
from serial.tools import list_ports_common

from nmes.link.lock import DeviceLock
from nmes.runtime.known_devices import FILE, Heard, load, remember

ACM = (0x0483, 0x5740)
SAID = "P24, P24-SIM001, 0.1.0 (ScienceMode 4.0.0)"


@pytest.fixture
def simulator() -> Iterator[str]:
    """A simulated P24 on a pseudo-terminal, as a program of its own."""
    command = [sys.executable, "-P", "-m", "firmware_sim", "--serve", "pty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        yield program.stdout.readline().split()[-1]
        program.terminate()


def plug(mocker: MockerFixture, url: str, serial: str | None = "A1", ids: tuple[int, int] = ACM) -> None:
    """This port is the computer's only USB port."""
    port = list_ports_common.ListPortInfo(url)
    port.vid, port.pid = ids
    port.serial_number, port.description = serial, "STM32\x1b[2J Virtual COM Port"
    mocker.patch("serial.tools.list_ports.comports", return_value=[port])


@pytest.fixture(autouse=True)
def nothing_plugged(mocker: MockerFixture) -> None:
    mocker.patch("serial.tools.list_ports.comports", return_value=[])


def keep(home: Path, url: str, firmware: str = "1.2.3 (ScienceMode 4.0.0)", family: str = "p24") -> None:
    remember(home, "A1", ACM, url, Heard(family, "P24-0001", firmware, "2026-11-26T10:00:00+00:00"))


def test_without_a_port_it_says_what_to_do(nmes: Nmes) -> None:
    assert nmes("devices").out.startswith("no USB serial port is there: plug the stimulator in")
    assert json.loads(nmes("devices", "--json").out) == {"ports": [], "remembered": []}


@pytest.mark.thorough
@pytest.mark.covers("SR-26", "SR-27")
def test_a_device_is_asked_remembered_changed_confirmed_and_forgotten(
    nmes: Nmes, home: Path, simulator: str, mocker: MockerFixture
) -> None:
    plug(mocker, simulator)
    before = nmes("devices").out
    assert (
        f"{simulator}\n  0483:5740, serial number A1, STM32\ufffd[2J Virtual COM Port\n  may be one of: P24." in before
    )

    asked = nmes("devices", "identify", simulator, "--device", "p24")
    assert (asked.code, asked.out.splitlines()) == (
        0,
        [
            f"{simulator}: {SAID}",
            "its versions are those that the documents describe",
            "remembered by serial number A1",
        ],
    )
    assert f"remembered as {SAID}, identified on 20" in nmes("devices").out
    again = json.loads(nmes("devices", "identify", simulator, "--json").out)
    assert (again["outcome"], again["identified"]["family"]) == ("same", "p24"), "no --device is needed any more"

    (home / FILE).unlink()
    keep(home, simulator)
    changed = nmes("devices", "identify", simulator)
    assert changed.code == 1
    assert "it is not as it is remembered by serial number A1" in changed.out
    assert "if that is right: nmes devices confirm A1" in changed.err
    assert "It has changed" in nmes("devices").out
    assert json.loads(nmes("devices", "--json").out)["ports"][0]["changed"] is True
    assert "It has changed" in nmes("doctor").out

    assert nmes("devices", "confirm", simulator).out == f"remembered from now on: {SAID}\n"
    assert "It has changed" not in nmes("devices").out
    assert nmes("devices", "confirm", "A1").code == 2
    assert nmes("devices", "forget", "A1").out == "no longer remembered: serial number A1\n"
    assert nmes("devices", "forget", "A1", "--json").code == 2
    assert load(home) == ()


@pytest.mark.thorough
@pytest.mark.covers("SR-27")
def test_a_session_hears_who_the_device_is_and_that_is_noticed(
    nmes: Nmes, home: Path, simulator: str, mocker: MockerFixture
) -> None:
    plug(mocker, simulator)
    keep(home, simulator)
    nmes("run", CRAMP, "--plain", "--port", simulator, stdin="-\n")
    [device] = load(home)
    assert device.known.device_id == "P24-0001", "what is remembered stays until a person confirms the other"
    assert device.now is not None
    assert (device.now.family, device.now.device_id) == ("p24", "P24-SIM001")


def test_what_is_there_is_named_where_another_was_said(nmes: Nmes, home: Path, simulator: str) -> None:
    other = nmes("devices", "identify", simulator, "--device", "rehamove3")
    assert (other.code, other.out) == (1, "")
    assert "is a P24, which speaks ScienceMode 4.0.0, not a RehaMove3" in other.err
    unkept = nmes("devices", "identify", simulator, "--device", "p24")
    assert (unkept.code, unkept.out.splitlines()[-1]) == (0, "it has no USB serial number, so it cannot be remembered")
    assert not (home / FILE).exists()


@pytest.mark.covers("SR-26")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "which stimulator is there? say it with --device p24|rehamove3|rehastim2|rehastim1"),
        (("--device", "p99"), '--device "p99": there is no such stimulator; known are p24, '),
        (("--device", "RehaStim3"), '; did you mean "rehastim'),
        (("--device", "MotionStim 8"), "a RehaStim 1 tells nothing unless"),
        (("--device", "rehastim1"), "the one that starts nothing is the halt. If that is meant, add --halt"),
    ],
)
def test_nothing_is_sent_before_a_person_has_said_what_is_there(
    nmes: Nmes, arguments: tuple[str, ...], words: str
) -> None:
    far, near = os.openpty()
    found = nmes("devices", "identify", os.ttyname(near), *arguments)
    assert (found.code, found.out) == (2, "")
    assert words in found.err
    os.set_blocking(far, False)
    with pytest.raises(BlockingIOError):
        os.read(far, 1)
    os.close(far)
    os.close(near)


def test_a_port_that_is_held_is_shown_with_its_holder_and_not_asked(nmes: Nmes, mocker: MockerFixture) -> None:
    far, near = os.openpty()
    name = os.ttyname(near)
    plug(mocker, name)
    lock = DeviceLock(name, session="000012-x")
    lock.acquire()
    assert f"held by nmes, process {os.getpid()}, user " in nmes("devices").out
    asked = nmes("devices", "identify", name, "--device", "p24")
    assert asked.code == 1
    assert "session 000012-x: a session is running there; wait for its end" in asked.err
    told = nmes("doctor", "--port", name)
    assert told.code == 1
    assert f"bad       {name}: it is held by nmes" in told.out
    lock.release()
    mocker.patch("os.access", return_value=False)
    assert "it may not be opened by this user; see: nmes doctor" in nmes("devices").out
    os.set_blocking(far, False)
    with pytest.raises(BlockingIOError):
        os.read(far, 1)  # nobody who only looked has written a byte
    os.close(far)
    os.close(near)


def test_what_each_port_is_taken_for(nmes: Nmes, home: Path, mocker: MockerFixture) -> None:
    plug(mocker, "/dev/null", None, (0x1234, 1))
    assert "serial number none" in nmes("devices").out
    assert "no stimulator known here has such ids; nothing is ever sent there unasked" in nmes("devices").out
    plug(mocker, "/dev/null", "FT", (0x0403, 0x6015))
    assert "--device rehamove3|rehastim2|rehastim1" in nmes("devices").out
    missing = nmes("devices", "--port", "/dev/ttyNMES0")
    assert "/dev/ttyNMES0\n  there is no such port" in missing.out
    assert (missing.code, nmes("devices").code) == (1, 0)
    assert "socket://a:1\n  nothing is known about it" in nmes("devices", "--port", "socket://a:1").out
    keep(home, "/dev/ttyACM0", family="p99")
    keep(home, "/dev/ttyACM0", "9", family="p99")
    absent = nmes("devices").out
    assert "remembered, and at no port now: p99, P24-0001, 1.2.3 (ScienceMode 4.0.0), serial number A1" in absent
    assert "It has changed" in absent
    assert json.loads(nmes("devices", "--json").out)["remembered"][0]["at"] is None
    plug(mocker, "/dev/null")
    assert "which stimulator is there?" in nmes("devices", "identify", "/dev/null").err, "no family of this program"
    assert json.loads(nmes("devices", "confirm", "A1", "--json").out)["confirmed"]["known"]["firmware"] == "9"
    assert json.loads(nmes("devices", "forget", "A1", "--json").out) == {"forgotten": "A1"}


@pytest.mark.covers("SR-27")
def test_a_memory_that_cannot_be_read_is_one_sentence_and_exit_code_2(
    nmes: Nmes, home: Path, simulator: str, mocker: MockerFixture
) -> None:
    home.mkdir()
    (home / FILE).write_text("[" * 100_000)
    for command in ((), ("identify", "/dev/null"), ("confirm", "A1"), ("forget", "A1")):
        found = nmes("devices", *command)
        assert (found.code, found.out) == (2, ""), command
        assert found.err.count("\n") == 1
        assert "cannot be read (it is nested too deeply); nothing was changed" in found.err
    assert (home / FILE).read_text() == "[" * 100_000
    (home / FILE).unlink()
    plug(mocker, simulator)
    keep(home, simulator)
    with (home / "devices.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waits = threading.Event.wait
        hurried = lambda event, seconds=None: waits(event, seconds and 0)  # noqa: E731 - it takes the place of one
        mocker.patch("threading.Event.wait", hurried)
        for command in (("identify", simulator), ("confirm", "A1"), ("forget", "A1")):
            found = nmes("devices", *command)
            assert (found.code, found.out) == (2, ""), command
            assert "cannot be written" in found.err
