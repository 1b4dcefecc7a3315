"""Law: the panel reaches the simulator by the backdoor alone, and nothing that comes back from there ends the panel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Protocol

from firmware_sim.panel import answers
from firmware_sim.panel.actions import Request
from firmware_sim.panel.fields import Node, Unreadable
from firmware_sim.panel.state import PanelState, Refused, Waveform

Url = str | Callable[[], str]
"""The line's address, or where to ask for it: a pseudo-terminal that is plugged in again has another name."""


class Backdoor(Protocol):
    """One JSON line in, one JSON line out."""

    def handle(self, line: str) -> str: ...


class Client:
    """Puts requests to the backdoor; every failure comes back as Refused."""

    def __init__(self, backdoor: Backdoor) -> None:
        self._backdoor = backdoor
        self._number = 0

    def state(self) -> PanelState | Refused:
        """Everything there is to show now."""
        try:
            node = self._ask({"do": "get", "what": "state"})
            return node if isinstance(node, Refused) else answers.state(node)
        except Unreadable as error:
            return Refused(str(error))

    def waveform(self, channel: int) -> Waveform | Refused | None:
        """The channel's last pulse; None when it gave none."""
        try:
            node = self._ask({"do": "get", "what": "waveform", "channel": channel})
            return node if isinstance(node, Refused) else answers.waveform(node)
        except Unreadable as error:
            return Refused(str(error))

    def send(self, requests: Iterable[Request]) -> Refused | None:
        """Put them in order; the first that is refused ends it."""
        for request in requests:
            try:
                node = self._ask(request)
            except Unreadable as error:
                return Refused(str(error))
            if isinstance(node, Refused):
                return node
        return None

    def _ask(self, request: Request) -> Node | Refused:
        self._number += 1
        line = json.dumps({"id": self._number, **request})
        try:
            return answers.answer(self._backdoor.handle(line))
        except Unreadable:
            raise
        except Exception as error:  # noqa: BLE001 - a broken simulator is shown as one line; the panel stays
            return Refused(f"the simulator failed: {type(error).__name__}: {error}")
