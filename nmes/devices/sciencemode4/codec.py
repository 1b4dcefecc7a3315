"""Requests to frames, frames to responses: the one place that joins `frame` with `requests` and `responses`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from nmes.devices.sciencemode4 import responses
from nmes.devices.sciencemode4.diagnosis import DiagnosticRequest
from nmes.devices.sciencemode4.frame import Frame
from nmes.devices.sciencemode4.frame import encode as encode_frame
from nmes.devices.sciencemode4.numbers import Command
from nmes.devices.sciencemode4.requests import Request
from nmes.devices.sciencemode4.responses import Malformed, Response

_READERS: dict[int, Callable[[bytes], Response]] = {
    **{
        command: partial(responses.ack, command)
        for command in (
            Command.LL_INIT_ACK,
            Command.LL_STOP_ACK,
            Command.ML_INIT_ACK,
            Command.ML_UPDATE_ACK,
            Command.ML_STOP_ACK,
            Command.RESET_ACK,
        )
    },
    Command.LL_CHANNEL_CONFIG_ACK: responses.ll_channel_config_ack,
    Command.ML_GET_CURRENT_DATA_ACK: responses.current_data,
    Command.GET_DEVICE_ID_ACK: responses.device_id,
    Command.GET_VERSION_MAIN_ACK: responses.version_main,
    Command.GET_BATTERY_STATUS_ACK: responses.battery_status,
    Command.GET_STIM_STATUS_ACK: responses.stim_status,
    Command.GENERAL_ERROR: responses.general_error,
    Command.UNKNOWN_CMD: responses.unknown_cmd,
    Command.GET_EXTENDED_VERSION_ACK: responses.extended_version,
}


def encode(request: Request | DiagnosticRequest, packet_number: int) -> bytes:
    """The bytes of a request. ValueError if a value is outside the device's range."""
    return encode_frame(Frame(packet_number, request.command, request.data()))


def decode(frame: Frame) -> Response:
    """What a frame of the device says. `Malformed` if it is no response, or too short for one."""
    reader = _READERS.get(frame.command)
    if reader is None:
        raise Malformed(f"command {frame.command} is no response of this device")
    return reader(frame.data)
