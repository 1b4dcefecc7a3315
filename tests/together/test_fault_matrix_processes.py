"""The same faults on the real way: simulator process, socket, pyserial, the loop's thread; put in by the backdoor."""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from together.real_line import WAIT_S, Desk

from helpers.plans import simple_plan
from laws.instrument import DEAF_US
from nmes.core import events as e
from nmes.core.session import begin
from nmes.core.view import Output, Word
from nmes.devices.sciencemode4.driver import P24Driver
from nmes.runtime.clock import RealClock
from nmes.runtime.loop import Loop
from nmes.runtime.open import open_guarded
from nmes.runtime.turn import Controller
from nmes.trial.bench import MemorySink


@dataclass
class Device:
    """A simulator of its own, and the way in beside its line."""

    process: subprocess.Popen[str]
    url: str
    backdoor: socket.socket

    @classmethod
    def start(cls) -> Device:
        command = [sys.executable, "-m", "firmware_sim", "--backdoor"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], WAIT_S)[0], "the simulator says nothing"
        url, backdoor = (process.stdout.readline().strip() for _ in range(2))
        address, _, token = backdoor.removeprefix("backdoor tcp://").partition(" ")
        host, _, port = address.partition(":")
        door = socket.create_connection((host, int(port)), WAIT_S)
        door.sendall(json.dumps({"token": token}).encode() + b"\n")
        assert b'"ok":true' in door.recv(1_000)
        return cls(process, url.removeprefix("listening "), door)

    def ask(self, **request: object) -> dict[str, Any]:
        self.backdoor.sendall(json.dumps({"id": 1, **request}).encode() + b"\n")
        with self.backdoor.makefile("rb") as lines:
            answer: dict[str, Any] = json.loads(lines.readline())
        assert answer["ok"], answer
        return answer

    def faults(self) -> list[dict[str, Any]]:
        faults: list[dict[str, Any]] = self.ask(do="get", what="state")["state"]["faults"]
        return faults

    def last_pulse_us(self) -> int:
        return int(self.ask(do="get", what="pulses", last=1)["pulses"][-1]["t_us"])

    def active(self) -> bool:
        return any(channel["active"] for channel in self.ask(do="get", what="state")["state"]["device"]["channels"])

    def end(self) -> None:
        self.backdoor.close()
        self.process.kill()
        self.process.communicate()


class RealDesk(Desk):
    """A controller in its own loop on a real line."""

    def __init__(self, device: Device) -> None:

        def tell(event: e.Event) -> None:
            self.controller.tell(event)

        self.sink = MemorySink(tell)
        begun = begin(simple_plan(), ())
        self.controller = Controller(begun, P24Driver(), open_guarded(device.url), self.sink, RealClock(), 600_000)
        self.loop = Loop(self.controller)
        self.loop.start()

    def recorded(self) -> set[str]:
        bodies: list[dict[str, Any]] = [dict(entry.body) for entry in list(self.sink.entries) if entry.type == "event"]
        return {body["event"]["type"] for body in bodies}


@pytest.fixture
def device() -> Iterator[Device]:
    started = Device.start()
    yield started
    started.end()


@pytest.mark.parametrize(
    ("kind", "params", "word", "why", "record"),
    [
        pytest.param("disconnect", {}, Word.UNSURE, "link_lost", "LinkLost", marks=pytest.mark.campaign),
        pytest.param("mute", {}, Word.UNSURE, "unanswered", "HaltUnconfirmed", marks=pytest.mark.campaign),
        pytest.param("hang", {}, Word.UNSURE, "unanswered", "HaltUnconfirmed", marks=pytest.mark.campaign),
        pytest.param("reset", {}, Word.STOPPED, "fault:not_initialised", "DeviceFault", marks=pytest.mark.campaign),
        pytest.param(
            "drop_bytes", {"permille": 1000}, Word.UNSURE, "unanswered", "HaltUnconfirmed", marks=pytest.mark.campaign
        ),
    ],
)
def test_a_fault_over_the_real_line_ends_as_on_the_bench(
    device: Device, kind: str, params: dict[str, object], word: Word, why: str, record: str
) -> None:
    desk = RealDesk(device)
    desk.live()
    assert device.active()
    device.ask(do="inject", fault=kind, params=params)
    desk.until(lambda view: view.word is word)
    assert desk.controller.view.why == why
    desk.until(lambda view: view.output is (Output.OFF if word is Word.STOPPED else Output.UNKNOWN))
    desk.until(lambda _: not device.active())
    [fault] = device.faults()
    assert fault["effects"] > 0
    assert device.last_pulse_us() <= fault["began_us"] + DEAF_US, "the device's own timer ends it, on its own clock"
    desk.until(lambda _: record in desk.recorded())
    desk.controller.post(e.End())
    desk.until(lambda _: desk.controller.done)
    desk.loop.join(WAIT_S)
    assert desk.loop.failure is None
