"""Law: what a RehaMove3 reads otherwise than a P24 stands here: four channels, one grid, one selector, no measurement.

[source: RehaMove3 ScienceMode Description and Protocol v3.2.4] Numbers that only the C library knows are unknown
unless switched on. Pure and cached, as the requests of the P24.
"""

from __future__ import annotations

from functools import lru_cache, partial

from firmware_sim.sciencemode3.switches import Switches
from firmware_sim.sciencemode4 import limits, requests
from firmware_sim.sciencemode4.requests import Parsers, Reader, Refused
from firmware_sim.stage.pulse import Point, Points

CHANNELS = 4
SELECTOR = 2
GRID_US = 500
SHORTEST_POINT_US, LONGEST_PULSE_US = 20, 16_000  # [source: the document; the README says 10 to 65520]
SHORTEST_PERIOD_US, LONGEST_PERIOD_US = 2_000, 1_000_000  # 500 and 1 Hz [source: the document, p. 3]
HIGHEST_VOLTAGE_CODE = 6
LIBRARY = (requests.SET_POWER, requests.GET_VERSION_STIM, requests.GET_MAIN_STATUS)
KNOWN = {
    number: requests.PARSERS[number]
    for number in (
        requests.LL_STOP,
        requests.ML_STOP,
        requests.GET_VERSION_MAIN,
        requests.GET_DEVICE_ID,
        requests.GET_BATTERY_STATUS,
        requests.RESET,
        requests.GET_STIM_STATUS,
    )
}


def decode(command: int, data: bytes, switches: Switches) -> requests.Request:
    """The meaning of a frame for a RehaMove3 that is built so."""
    return _decode(command, data, switches)


@lru_cache(maxsize=8192)
def _decode(command: int, data: bytes, switches: Switches) -> requests.Request:
    extra, reserved = switches.extra_bytes == "refuse_2", switches.reserved_bits == "refuse_2"
    return requests.parsed(_parsers(switches), command, data, extra, reserved)


@lru_cache(maxsize=128)
def _parsers(switches: Switches) -> Parsers:
    """The table of a device that is built so."""
    own: Parsers = {
        requests.ML_INIT: _ml_init,
        requests.ML_UPDATE: partial(_ml_update, switches),
        requests.ML_GET_CURRENT_DATA: partial(_ml_get_current_data, switches),
        requests.LL_INIT: _ll_init,
        requests.LL_CHANNEL_CONFIG: partial(_ll_channel_config, switches),
    }
    library = {number: requests.PARSERS[number] for number in LIBRARY} if switches.library_commands_answered else {}
    return {**KNOWN, **own, **library}


def _ml_init(reader: Reader) -> requests.MlInit:
    """There is no stop-all flag: one reserved byte."""
    reader.reserved(reader.take(1, "the reserved byte"), "Ml_init")
    return requests.MlInit(stop_on_all_errors=False)


def _ml_update(switches: Switches, reader: Reader) -> requests.MlUpdate:
    enabled = reader.take(1, "the enable byte")
    reader.reserved(enabled >> CHANNELS, "the enable byte")
    on = (bit + 1 for bit in range(CHANNELS) if enabled >> bit & 1)
    return requests.MlUpdate(tuple(_setting(switches, reader, channel) for channel in on))


def _setting(switches: Switches, reader: Reader, channel: int) -> requests.ChannelSetting:
    count_ramp = reader.take(1, f"the point count of channel {channel}")
    code = reader.take(2, f"the period of channel {channel}")
    reader.reserved(code & 1, f"the period of channel {channel}")
    if not 1 <= code >> 1 <= limits.MAX_PERIOD_CODE:
        raise Refused(f"period code {code >> 1} of channel {channel} is out of range")
    period_us = (code >> 1) * GRID_US
    if switches.outside_1_to_500_hz == "refuse_2" and not SHORTEST_PERIOD_US <= period_us <= LONGEST_PERIOD_US:
        raise Refused(f"period of {period_us} us of channel {channel} is out of range")
    points = _points(switches, reader, (count_ramp >> 4) + 1)
    return requests.ChannelSetting(channel, count_ramp & 0x0F, period_us, points)


def _points(switches: Switches, reader: Reader, count: int) -> Points:
    points = tuple(requests.point(reader) for _ in range(count))
    shortest_us = min(us for us, _ in points)
    if shortest_us < SHORTEST_POINT_US and switches.short_points == "refuse_2":
        raise Refused(f"a point of {shortest_us} us is too short")
    played = tuple(Point(max(us, SHORTEST_POINT_US), ua) for us, ua in points)
    if sum(us for us, _ in played) > LONGEST_PULSE_US and switches.long_pulses == "refuse_2":
        raise Refused(f"a pulse of {sum(us for us, _ in played)} us is too long")
    return played


def _ml_get_current_data(switches: Switches, reader: Reader) -> requests.MlGetCurrentData:
    selector = reader.take(1, "the selector")
    if selector != SELECTOR and (selector not in (3, 4) or switches.other_selectors == "refuse_2"):
        raise Refused(f"selector {selector} is not {SELECTOR}")
    return requests.MlGetCurrentData(selector)


def _ll_init(reader: Reader) -> requests.LlInit:
    value = reader.take(1, "the mode byte")
    if value & 0xF1 or value >> 1 > HIGHEST_VOLTAGE_CODE:
        raise Refused(f"mode byte {value:02X} is out of range")
    return requests.LlInit(0, value >> 1)


def _ll_channel_config(switches: Switches, reader: Reader) -> requests.LlChannelConfig:
    head = reader.take(1, "the channel byte")
    reader.reserved(head & 0x10, "the channel byte")
    execute, count = bool(head & 0x80), (head & 0x0F) + 1
    points = _points(switches, reader, count) if execute or reader.left else ()
    return requests.LlChannelConfig(execute, (head >> 5 & 3) + 1, count, points)
