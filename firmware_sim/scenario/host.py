"""Law: the host of a scenario is a small program that speaks real frames and believes nothing but the answers.

Sans I/O: it gives bytes to send and is given bytes that came. It does not act on answers; a scenario says what it does.
`hosts` has one for each family; this one speaks ScienceMode3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Protocol

from firmware_sim.scenario.model import Action, Shape, Train
from firmware_sim.sciencemode4 import framing, requests
from firmware_sim.sciencemode4.limits import MAX_PERIOD_CODE
from firmware_sim.sciencemode4.requests import socket_of


class Host(Protocol):
    """`results` has the result of the last request of each kind, None while it is not answered."""

    results: dict[str, int | None]

    def request(self, action: Action) -> bytes | None:
        """The bytes of an action; None when it is not the host's. ValueError for one that this host cannot say."""

    def poll(self) -> bytes:
        """What a host of this family asks again and again. ValueError where there is nothing of the kind."""

    def hear(self, data: bytes) -> None:
        """Bytes from the device."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """What the two families say differently: the version they are asked for, the poll, and the grid of the period."""

    version: int
    selector: int
    stop_flag: bool
    quarters: bool


P24 = Tongue(requests.GET_EXTENDED_VERSION, selector=4, stop_flag=True, quarters=True)
REHAMOVE3 = Tongue(requests.GET_VERSION_MAIN, selector=2, stop_flag=False, quarters=False)

COMMANDS = {
    "init": requests.ML_INIT,
    "update": requests.ML_UPDATE,
    "poll": requests.ML_GET_CURRENT_DATA,
    "stop": requests.ML_STOP,
    "reset": requests.RESET,
    "status": requests.GET_STIM_STATUS,
    "low_init": requests.LL_INIT,
    "low_pulse": requests.LL_CHANNEL_CONFIG,
    "low_stop": requests.LL_STOP,
}
HEADS = {socket_of(head): head for head in range(0, 128, 16)}
"""The channel byte of a low-level pulse, per channel 1 to 8."""


class FrameHost:
    """The host of a P24 or a RehaMove3."""

    def __init__(self, tongue: Tongue = P24) -> None:
        self._tongue = tongue
        self._commands = {**COMMANDS, "version": tongue.version}
        self.results: dict[str, int | None] = {}
        self._receiver = framing.Receiver()
        self._number = 0
        self._asked: dict[int, str] = {}

    def request(self, action: Action) -> bytes | None:
        """The bytes of an action; None when it is not the host's."""
        what = action.what
        if what == "raw":
            return self._raw(bytes.fromhex(action.raw or ""))
        if what not in self._commands:
            return None
        return self._frame(what, self._data(action))

    def _raw(self, data: bytes) -> bytes:
        self.results["raw"] = None
        for item in framing.Receiver().feed(data):
            self._asked[item.packet_number] = "raw"
        return data

    def poll(self) -> bytes:
        """A poll of all channels."""
        return self._frame("poll", bytes((self._tongue.selector,)))

    def _frame(self, what: str, data: bytes) -> bytes:
        self._number = (self._number + 1) % 64
        self._asked[self._number] = what
        self.results[what] = None
        return framing.encode(self._number, self._commands[what], data)

    def hear(self, data: bytes) -> None:
        """Bytes from the device."""
        for item in self._receiver.feed(data) if data else ():
            if isinstance(item, framing.Frame):
                what = self._asked.get(item.packet_number, "raw")
                ours = what != "raw" and item.command in (self._commands[what] + 1, 66, 67)
                self.results[what if ours else "raw"] = item.data[0] if item.data else None

    def _data(self, action: Action) -> bytes:
        match action.what:
            case "init":
                return bytes((self._tongue.stop_flag and (action.init is None or action.init.stop_on_all_errors),))
            case "update":
                trains = action.update or {}
                enabled = sum(1 << channel - 1 for channel in trains)
                return bytes((enabled,)) + b"".join(self._train(trains[channel]) for channel in sorted(trains))
            case "poll":
                return bytes((self._tongue.selector,))
            case "low_init":
                return b"\0"
            case "low_pulse" if action.low_pulse is not None:
                points = _points(action.low_pulse)
                head = 0x80 | HEADS[action.low_pulse.channel] | len(points) // 4 - 1
                return bytes((head,)) + points
            case _:
                return b""

    def _train(self, train: Train) -> bytes:
        """Points and ramp, the period on the device's grid, then the points."""
        points = _points(train)
        return bytes((len(points) // 4 - 1 << 4 | train.ramp,)) + self._period(train.hz).to_bytes(2, "big") + points

    def _period(self, hz: float) -> int:
        """The code of the next longer period: on the 0.25 ms grid as far as there is one, else on that of 0.5 ms."""
        quarters = ceil(4000 / hz - 1e-9)
        if self._tongue.quarters and quarters <= MAX_PERIOD_CODE:
            return quarters << 1 | 1
        return ceil(quarters / 2) << 1


def _points(shape: Shape) -> bytes:
    """Phase, gap (if any) and the phase back; each with 12 bits of µs and 10 bits of 2 x mA + 300."""
    pieces = [(shape.phase_us, shape.ma), (shape.gap_us, 0.0), (shape.phase_us, -shape.ma)]
    words = [us << 20 | int(2 * ma + 300) << 10 for us, ma in pieces if us]
    return b"".join(word.to_bytes(4, "big") for word in words)
