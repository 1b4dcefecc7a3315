"""Requests to frames, frames to responses: the one place that joins `frame` with `requests` and `responses`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from nmes.devices.sciencemode2 import responses
from nmes.devices.sciencemode2.frame import Frame
from nmes.devices.sciencemode2.frame import encode as encode_frame
from nmes.devices.sciencemode2.numbers import Command
from nmes.devices.sciencemode2.requests import InitAck, Request
from nmes.devices.sciencemode2.responses import Init, Malformed, Response, StimulationError

_READERS: dict[int, Callable[[bytes], Response | Init | StimulationError]] = {
    **{
        command: partial(responses.ack, command)
        for command in (
            Command.INIT_CHANNEL_LIST_ACK,
            Command.START_CHANNEL_LIST_ACK,
            Command.STOP_CHANNEL_LIST_ACK,
        )
    },
    Command.INIT: responses.init,
    Command.UNKNOWN_COMMAND: responses.unknown_command,
    Command.GET_STIMULATION_MODE_ACK: responses.mode_ack,
    Command.STIMULATION_ERROR: responses.stimulation_error,
}


def encode(request: Request | InitAck, packet_number: int) -> bytes:
    """The bytes of a request. ValueError if a value is outside the device's range."""
    return encode_frame(Frame(packet_number, request.command, request.data()))


def decode(frame: Frame) -> Response | Init | StimulationError:
    """What a frame of the device says. `Malformed` if it is nothing it says to us, or too short for it."""
    reader = _READERS.get(frame.command)
    if reader is None:
        raise Malformed(f"command {frame.command} is no response of this device")
    return reader(frame.data)
