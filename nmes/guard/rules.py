"""The names of everything the guard can object to; they go into the record and must not change their meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """Why it halted: the first group looks at requests, the second at answers and silence, the last at the line."""

    UNKNOWN_FRAME = "unknown_frame"
    FRAME_RATE = "frame_rate"
    INIT_FLAG = "init_flag"
    INIT_NOT_OFF = "init_not_off"
    NOT_ENABLED = "not_enabled"
    NOT_ARMED = "not_armed"
    CHANNEL_LIST = "channel_list"
    AMPLITUDE_CEILING = "amplitude_ceiling"
    CONFIRMED_LEVEL = "confirmed_level"
    CONFIRMED_CHARGE = "confirmed_charge"
    CONFIRMED_RATE = "confirmed_rate"
    PULSE_SHAPE = "pulse_shape"
    RISE = "rise"
    BURST_TOO_SOON = "burst_too_soon"
    DEVICE_RAMP = "device_ramp"
    PERIOD = "period"
    PULSE_TIME = "pulse_time"
    PHASE_DURATION = "phase_duration"
    PHASE_CHARGE = "phase_charge"
    NET_CHARGE = "net_charge"
    RMS_CURRENT = "rms_current"
    RMS_DENSITY = "rms_density"
    POWER_DENSITY = "power_density"
    PULSE_ENERGY = "pulse_energy"
    SESSION_CHARGE = "session_charge"

    WRITTEN_LATE = "written_late"
    DEVICE_SILENT = "device_silent"
    UPDATE_UNANSWERED = "update_unanswered"
    BURST_TOO_LONG = "burst_too_long"
    REPLY_NOT_OK = "reply_not_ok"
    CHANNEL_SILENT = "channel_silent"
    CHANNEL_ACTIVE = "channel_active"
    CHANNEL_FAULT = "channel_fault"
    DEVICE_RESTARTED = "device_restarted"

    KEEPER = "keeper"
    PORT_FAILED = "port_failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One broken rule, with a plain sentence of what was asked and what is allowed."""

    rule: Rule
    detail: str
