"""Law: the replies of a RehaMove3 that have another form than those of a P24. Errors have the length of the reply."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_sim.sciencemode4 import replies, requests
from firmware_sim.sciencemode4.replies import Result

SELECTOR = 2


def ll_channel_config(
    result: int,
    channel: int,
    measurement: int = 0,  # noqa: ARG001 - the shape of the P24's; there is no measurement here
    sampling_us: int = 0,  # noqa: ARG001 - as above
    samples: Sequence[int] = (),  # noqa: ARG001 - as above
) -> bytes:
    """14 bytes as a frame: the channel, coded 0 to 3 [inferred], is valid with an electrode error only."""
    return bytes((result, channel - 1 if result == Result.ELECTRODE else 0))


def refusal(command: int, result: int, data: bytes) -> bytes:
    """Reply data for request `command` with `result` other than 0."""
    if command == requests.LL_CHANNEL_CONFIG:
        return bytes((result, 0))
    if command == requests.ML_GET_CURRENT_DATA:
        return bytes((result, data[0] if data else SELECTOR, 0))
    return replies.refusal(command, result, data)
