"""Command, result and mode numbers, named after the document. They are data: no code may guess one."""

from __future__ import annotations

from enum import IntEnum


class Command(IntEnum):
    """SM2 document v1.24 sections 4.1 to 4.3 [source]; the MOTOmed's are not spoken here."""

    INIT = 1
    INIT_ACK = 2
    UNKNOWN_COMMAND = 3
    GET_STIMULATION_MODE = 10
    GET_STIMULATION_MODE_ACK = 11
    INIT_CHANNEL_LIST = 30
    INIT_CHANNEL_LIST_ACK = 31
    START_CHANNEL_LIST = 32
    # Printed with its request's number (p. 19), and the error with this one (p. 20): slips [source: SM2 document]
    START_CHANNEL_LIST_ACK = 33
    STOP_CHANNEL_LIST = 34
    STOP_CHANNEL_LIST_ACK = 35
    STIMULATION_ERROR = 38


class Result(IntEnum):
    """SM2 document v1.24 [source]; signed on the line, every number but 0 is an error."""

    OK = 0
    TRANSFER_ERROR = -1
    PARAMETER_ERROR = -2
    WRONG_MODE = -3
    INCOMPATIBLE = -5
    BUSY = -8


class Mode(IntEnum):
    """GetStimulationModeAck [source]."""

    START = 0
    INITIALISED = 1
    STARTED = 2


class Pushed(IntEnum):
    """StimulationError: the device says it by itself and has stopped everything [source: p. 20]."""

    EMERGENCY_SWITCH = -1
    ELECTRODE = -2
    MODULE = -3
