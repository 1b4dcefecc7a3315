"""The line between port and simulated device, able to bring answers out of order.

Everything else that lines do is a fault of the simulator's own; it has none that exchanges two answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.runtime.open import Peer


@dataclass(slots=True)
class CampaignLine:
    """`to_swap` answers still to be held back behind the next one; `swapped` were."""

    peer: Peer
    to_swap: int = 0
    swapped: int = 0
    _held: bytes = b""

    def from_host(self, data: bytes) -> None:
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        data = self.peer.to_host()
        if not data:
            return b""
        if self._held:
            held, self._held = self._held, b""
            self.swapped += 1
            return data + held
        if self.to_swap:
            self.to_swap -= 1
            self._held = data
            return b""
        return data
