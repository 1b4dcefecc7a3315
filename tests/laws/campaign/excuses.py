"""What one fault can do, by its kind, its direction and its channel; what a kind is not named for it excuses nowhere.

A device that restarts or has no supply gives nothing meanwhile, and nothing afterwards until it is begun anew: that
excuses nothing. Neither does a false version.
"""

from __future__ import annotations

from firmware_sim.faults.timeline import Injection

OUTPUT = frozenset({"gain_error", "dac_offset", "charge_imbalance", "stuck_output"})
ELECTRODES = frozenset({"electrode_off", "electrode_dry", "electrode_open", "electrode_short"})
BYTES = frozenset({"drop_bytes", "corrupt_bytes", "duplicate_bytes", "delay_bytes", "split_bytes"})
"""Each has a direction."""
LINE = BYTES | {"mute", "deaf", "disconnect"}
ENDS = frozenset({"emergency_switch", "module_error"})
"""With these the device itself ends the output, or withholds it."""
DEVICE = frozenset({"reset", "hang", "supply_sag", "clock_drift", "wrong_version", "lying_ack"})
SPOILS_DOSE = OUTPUT | ELECTRODES | {"supply_sag", "clock_drift", "lying_ack", "hang"}
"""With these what flowed is not what was asked for, or not when, and nothing on the line tells."""
TORN = frozenset({"drop_bytes", "corrupt_bytes", "duplicate_bytes"})
WHOLE = 1000
LONGEST_FRAME = 64
"""Bytes."""


def is_on(one: Injection, channel: int) -> bool:
    return one.channel in (None, channel)


def made_of(one: Injection, ua: int) -> int:
    """The most that one fault of the output makes of a current."""
    match one.kind:
        case "gain_error":
            return max(ua, ua * one.number("gain_permille") // 1000 + 1)
        case "dac_offset":
            return ua + abs(one.number("offset_ua"))
        case "charge_imbalance":
            return ua * (1000 + abs(one.number("imbalance_permille"))) // 1000 + 1
        case _:
            return ua


def keeps_requests(one: Injection) -> bool:
    """Whether what the host sends can be lost, late or unread: also a halt."""
    return one.kind in {"deaf", "disconnect", "hang"} or (one.kind in BYTES and one.params["direction"] != "to_host")


def keeps_answers(one: Injection) -> bool:
    """Whether an answer can be lost or late: the session hears of nothing, and its next request waits."""
    return one.kind in {"mute", "disconnect", "hang"} or (one.kind in BYTES and one.params["direction"] != "to_device")


def cuts_off(one: Injection) -> bool:
    """Whether nothing that the host sends is understood: not even a halt that is repeated."""
    if one.kind in {"drop_bytes", "corrupt_bytes"}:
        return keeps_requests(one) and one.number("permille") == WHOLE
    return one.kind in {"deaf", "disconnect", "hang"}


def tears_requests(one: Injection) -> bool:
    """Whether a request can arrive as another one, if nothing but a short sum protects it."""
    return one.kind in TORN and keeps_requests(one)


def tears_answers(one: Injection) -> bool:
    """Whether an answer of one byte can arrive as another one."""
    return one.kind == "corrupt_bytes" and keeps_answers(one)


def withholds(one: Injection) -> bool:
    """Whether the device says nothing of what it withholds, and may give it again by itself."""
    return one.kind == "emergency_switch"


def deaf_to_changes(one: Injection) -> bool:
    """Whether what is asked for can be acknowledged, or sent, and not be done, and nothing tells."""
    return one.kind in {"lying_ack", "stuck_output"} or outlives_timer(one)


def deaf_to_updates(one: Injection) -> bool:
    return one.kind == "lying_ack" and one.params["to"] in {"update", "both"}


def ignores_halts(one: Injection) -> bool:
    match one.kind:
        case "lying_ack":
            return one.params["to"] in {"stop", "both"}
        case "stuck_output":
            return one.params["mode"] == "after_stop"
        case _:
            return False


def outlives_timer(one: Injection) -> bool:
    match one.kind:
        case "hang":
            return one.params["output"] == "goes_on"
        case "stuck_output":
            return one.params["mode"] == "after_stop"
        case _:
            return False


def held_up_us(one: Injection) -> int:
    """How late a frame can be."""
    match one.kind:
        case "delay_bytes":
            return one.number("delay_us") + one.number("jitter_us")
        case "split_bytes":
            return LONGEST_FRAME * one.number("gap_us") // one.number("piece")
        case _:
            return 0


def slows_clock(one: Injection) -> bool:
    return one.kind == "clock_drift" and one.number("ppm") < 0
