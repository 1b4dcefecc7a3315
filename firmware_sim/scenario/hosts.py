"""Which host speaks to which family. The two older ones are spoken to with raw bytes, besides stop and a keep-alive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from firmware_sim.model import Model
from firmware_sim.scenario.host import P24, REHAMOVE3, FrameHost, Host
from firmware_sim.scenario.model import HOST_ACTIONS, Action
from firmware_sim.sciencemode2 import framing
from firmware_sim.sciencemode2.requests import Command
from firmware_sim.sciencemode4.framing import Frame, Receiver

STOP = b"\xc0"
"""Of ScienceMode1. [source: ScienceMode1 document, Table 5]"""


def new_host(model: Model) -> Host:
    """A host that speaks the family's language. ValueError for a family without one."""
    match model.key:
        case "p24":
            return FrameHost(P24)
        case "rehamove3":
            return FrameHost(REHAMOVE3)
        case "rehastim2":
            words = {"poll": framing.encode(0, Command.GET_STIMULATION_MODE)}
            return RawHost(model.name, {**words, "stop": framing.encode(1, Command.STOP_CHANNEL_LIST)}, frames())
        case "rehastim1":
            return RawHost(model.name, {"stop": STOP}, list)
        case _:
            raise ValueError(f"no host speaks to a {model.name}")


def frames() -> Callable[[bytes], Iterable[int]]:
    """The first data byte of each frame of ScienceMode2; 0 of one without data."""
    receiver = Receiver(framing.WIRE)

    def heard(data: bytes) -> Iterable[int]:
        return [item.data[0] if item.data else 0 for item in receiver.feed(data) if isinstance(item, Frame)]

    return heard


class RawHost:
    """Says raw bytes and the few words it knows. Whatever is heard is the result of what was said last."""

    def __init__(self, name: str, words: Mapping[str, bytes], heard: Callable[[bytes], Iterable[int]]) -> None:
        self.results: dict[str, int | None] = {}
        self._name, self._words, self._heard = name, words, heard
        self._last = "raw"

    def request(self, action: Action) -> bytes | None:
        """The bytes of an action; None when it is not the host's. ValueError for one that this family does not know."""
        if action.raw is not None:
            return self._said("raw", bytes.fromhex(action.raw))
        return self._word(action.what) if action.what in HOST_ACTIONS else None

    def poll(self) -> bytes:
        """The keep-alive. ValueError where there is none."""
        return self._word("poll")

    def hear(self, data: bytes) -> None:
        """Bytes from the device."""
        for result in self._heard(data) if data else ():
            self.results[self._last] = result

    def _word(self, what: str) -> bytes:
        if what not in self._words:
            raise ValueError(f"{what} is not said to a {self._name}; there are: {', '.join(('raw', *self._words))}")
        return self._said(what, self._words[what])

    def _said(self, what: str, data: bytes) -> bytes:
        self._last = what
        self.results[what] = None
        return data
