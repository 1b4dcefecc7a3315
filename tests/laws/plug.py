"""A line that is gone while the plug of the simulated device is pulled."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.simulator import Simulator
from nmes.link.port import PortLost
from nmes.runtime.open import Peer


@dataclass(frozen=True, slots=True)
class Plug:
    """What the host's own port does when there is no line any more."""

    peer: Peer
    simulator: Simulator

    def from_host(self, data: bytes) -> None:
        self._check()
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        self._check()
        return self.peer.to_host()

    def _check(self) -> None:
        if not self.simulator.line_up:
            raise PortLost("the plug was pulled; connect again.")
