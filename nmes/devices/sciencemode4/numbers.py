"""Command and result numbers, named after the manual. They are data: no code may guess one."""

from __future__ import annotations

from enum import IntEnum


class Command(IntEnum):
    """P24 Instructions for Use v1.1 Tables 4 and 19 [source]; see the comments for the exceptions."""

    LL_INIT = 0
    LL_INIT_ACK = 1
    LL_CHANNEL_CONFIG = 2
    LL_CHANNEL_CONFIG_ACK = 3
    LL_STOP = 4
    LL_STOP_ACK = 5
    ML_INIT = 30
    ML_INIT_ACK = 31
    ML_UPDATE = 32
    ML_UPDATE_ACK = 33
    ML_STOP = 34
    ML_STOP_ACK = 35
    # The manual's Table 19 prints 37 and 38; the vendor's library and all clients use 36 and 37 [verify]
    ML_GET_CURRENT_DATA = 36
    ML_GET_CURRENT_DATA_ACK = 37
    # RehaMove3 only [source: vendor's library]; named so that its frames can be read
    GET_VERSION_MAIN = 50
    GET_VERSION_MAIN_ACK = 51
    GET_DEVICE_ID = 52
    GET_DEVICE_ID_ACK = 53
    # RehaMove3 only [source: vendor's library]
    GET_BATTERY_STATUS = 54
    GET_BATTERY_STATUS_ACK = 55
    RESET = 58
    RESET_ACK = 59
    GET_STIM_STATUS = 62
    GET_STIM_STATUS_ACK = 63
    # These two answer any request; all others are request + 1
    GENERAL_ERROR = 66
    UNKNOWN_CMD = 67
    GET_EXTENDED_VERSION = 68
    GET_EXTENDED_VERSION_ACK = 69


class Result(IntEnum):
    """The results a driver must tell apart; every other number except 0 is an error too.

    P24 Instructions for Use v1.1 Table 27 [source].
    """

    OK = 0
    TRANSFER_ERROR = 1
    PARAMETER_ERROR = 2
    NOT_INITIALISED = 7
    ELECTRODE_ERROR = 10
    UNKNOWN_COMMAND = 11
    PULSE_TIMEOUT = 16
    PULSE_LOW_CURRENT = 28


class StimStatus(IntEnum):
    """Get_stim_status_ack, P24 Instructions for Use v1.1 Table 7 [source]."""

    NONE = 0
    LOW_LEVEL = 1
    MID_LEVEL = 2
    MID_LEVEL_RUNNING = 3


HIGH_VOLTAGE_OFF = 1
"""Get_stim_status_ack, P24 Instructions for Use v1.1 Table 7 [source]; 6 = 150 V."""

ALL_CHANNELS = 4
"""The selector of Ml_get_current_data the P24 documents, Table 25 [source]."""

FOUR_CHANNELS = 2
"""The selector the RehaMove3 documents [source: SM3 document v3.2.4]."""
