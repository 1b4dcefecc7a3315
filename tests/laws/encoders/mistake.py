"""What an encoder does wrong, and where: in the units, the shape of a pulse, the bytes, the channels, the frames.

`harm` is the law that the mistake breaks where no guard stands: a test shows that it does, so that a walk behind the
guard in which no law breaks says something. "" where the device itself refuses it or nobody would feel it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from guard.rig import Points

from laws.encoders.wanted import Blocks, Want, Wants, block_of, data_of, frame_of, points_of

Values = Callable[[Want], Want]
Shape = Callable[[Points], Points]
Bytes = Callable[[bytes], bytes]
Channels = Callable[[Blocks], Blocks]
Data = Callable[[bytes, Random], bytes]
Frames = Callable[[bytes, Sequence[bytes], Random], list[bytes]]
"""A frame and all that were right before it -> what is written in its place."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where it goes wrong; everything else is right."""

    harm: str = ""
    values: Values = lambda want: want
    shape: Shape = lambda points: points
    block: Bytes = lambda block: block
    channels: Channels = lambda blocks: blocks
    data: Data = lambda data, _rng: data
    frames: Frames = lambda frame, _earlier, _rng: [frame]

    def writes(self, number: int, wants: Wants, earlier: Sequence[bytes], rng: Random) -> list[bytes]:
        """What this encoder writes for what is wanted."""
        made = {channel: self._block(want) for channel, want in wants.items() if want.amplitude_ua}
        data = self.data(data_of(self.channels(made)), rng)
        return self.frames(frame_of(number, data), earlier, rng)

    def _block(self, want: Want) -> bytes:
        meant = self.values(want)
        return self.block(block_of(self.shape(points_of(meant)), meant.wave.period_us))


RIGHT = Mistake()
