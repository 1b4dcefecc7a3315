"""What the guard asks of a keeper: a process of its own that halts a device without a dead-man if this program dies.

The guard engages it before anything leaves that can lead to output, renews it in the turn that did the work, lets it
rest when a halt is confirmed, and halts itself as soon as the keeper is in trouble: without it nothing would end the
output of a device that has no timer. When the guard's own line is dead, it does not leave the keeper to miss it.
"""

from __future__ import annotations

from typing import Protocol


class Keeper(Protocol):
    """Nothing here waits but `end`. Times are the guard's; trouble is one sentence, "" if there is none."""

    def engage(self, now_us: int) -> str:
        """Something is about to leave that can lead to output."""

    def renew(self, now_us: int) -> str:
        """A turn did its work."""

    def rest(self) -> None:
        """A halt is confirmed and nothing is on its way."""

    def give_up(self) -> None:
        """Nothing can be halted from here any more: one that is engaged takes over now. Said again, nothing changes."""

    def end(self, *, confirmed: bool) -> None:
        """The line is about to be closed; without a confirmed halt the keeper goes on by itself."""
