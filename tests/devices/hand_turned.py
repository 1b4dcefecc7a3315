"""A driver, a device at the byte level and the line between them, turned by hand: what the families' benches share."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from nmes.devices.stimulator import DeviceCommand, Driver


class FarEnd(Protocol):
    """What hangs at the line, as a test of one family has written it."""

    heard: list[Any]

    def hear(self, frame: bytes, now_ms: int) -> bytes | None:
        """One write of the driver; the answer, None for none."""

    def due_ms(self) -> int | None:
        """When it speaks by itself."""

    def speak(self, now_ms: int) -> bytes:
        """What it says by itself now; b"" for nothing."""


class OnlyAnswers:
    """A device that says nothing by itself."""

    def due_ms(self) -> int | None:
        return None

    def speak(self, now_ms: int) -> bytes:
        return b""


D = TypeVar("D", bound=FarEnd)


class HandTurned(Generic[D]):
    """Driver, device and a line that takes `delay_ms` each answer; time moves only when told."""

    def __init__(self, driver: Driver, device: D, delay_ms: int) -> None:
        self.driver = driver
        self.device = device
        self.delay_ms = delay_ms
        self.now_ms = 10_000
        self.events: list[object] = []
        self._answers: list[tuple[int, bytes]] = []

    def order(self, command: DeviceCommand) -> None:
        self.driver.execute(command, self.now_ms)
        self._write()

    def turn(self) -> None:
        if said := self.device.speak(self.now_ms):
            self._answers.append((self.now_ms, said))
        due = [answer for at_ms, answer in self._answers if at_ms <= self.now_ms]
        self._answers = [(at_ms, answer) for at_ms, answer in self._answers if at_ms > self.now_ms]
        for answer in due:
            self.driver.receive(answer, self.now_ms)
        self.driver.tick(self.now_ms)
        self._write()

    def run(self, ms: int) -> None:
        """Turn whenever bytes come or the driver's own deadline says so, and at no other time."""
        end_ms = self.now_ms + ms
        while True:
            owns = (self.driver.next_deadline_ms(self.now_ms), self.device.due_ms())
            times = [at_ms for at_ms, _ in self._answers] + [at_ms for at_ms in owns if at_ms is not None]
            if not times or min(times) > end_ms:
                break
            self.now_ms = max(self.now_ms, min(times))
            self.turn()
        self.now_ms = end_ms

    def stall(self, ms: int) -> None:
        """Time passes and nobody turns; the device goes on."""
        end_ms = self.now_ms + ms
        while (due_ms := self.device.due_ms()) is not None and due_ms <= end_ms:
            self._answers.append((due_ms, self.device.speak(due_ms)))
        self.now_ms = end_ms

    def say(self, data: bytes) -> None:
        """Bytes from the line that answer nothing."""
        self.driver.receive(data, self.now_ms)
        self._write()

    @property
    def waiting(self) -> bool:
        """An answer is on its way."""
        return bool(self._answers)

    def forget(self) -> None:
        self.events.clear()
        self.device.heard.clear()

    @property
    def names(self) -> list[str]:
        return [heard.name for heard in self.device.heard]

    def _write(self) -> None:
        frames = self.driver.frames()
        for frame in frames:
            if answer := self.device.hear(frame, self.now_ms):
                self._answers.append((self.now_ms + self.delay_ms, answer))
        if frames:
            self.driver.sent(self.now_ms)
        self.events += self.driver.events()
