"""Law: what the RehaMove3's document leaves open is a switch of its own; what the P24 has too has the same name.

`behaviour` tells the shared levels in the P24's words what these switches mean for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_sim.sciencemode4.switches import Switches as Shared
from firmware_sim.switching import flag, switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One way a RehaMove3 might behave where the documents are silent."""

    faulty_channel: Literal["skips", "stops"] = switch(
        "skips",
        ("skips", "stops"),
        "a channel whose test pulse fails leaves that pulse out and tries the next, or stops until an update comes",
    )
    electrode_bit: Literal["until_update", "last_pulse"] = switch(
        "until_update",
        ("until_update", "last_pulse"),
        "how long a poll shows an electrode error: until an update enables the channel, or until a pulse succeeds",
    )
    short_seen: bool = flag(False, "the test pulse also refuses two electrodes that touch, not only one that is off")
    open_lead_below_floor: Literal["silent", "electrode"] = switch(
        "silent", ("silent", "electrode"), "what an open lead shows for pulses under 15 mA"
    )
    update_clears_error: bool = flag(
        True, "an update that enables a faulty channel clears its error; otherwise only Ml_init and Ml_stop do"
    )
    update_restarts_faulty: bool = flag(
        True, "an update that enables a channel which a fault stopped starts it again; otherwise only Ml_init does"
    )
    update_restarts_period: bool = flag(
        False, "an update of a running channel gives a pulse at once and counts the period from there"
    )
    first_pulse: Literal["at_once", "after_one_period"] = switch(
        "at_once", ("at_once", "after_one_period"), "when a newly enabled channel gives its first pulse"
    )
    update_without_channels_state: Literal["ml_init", "ml_run"] = switch(
        "ml_init", ("ml_init", "ml_run"), "the state after an update that enables no channel"
    )
    timeout_state: Literal["ml_init", "ml_run"] = switch(
        "ml_init", ("ml_init", "ml_run"), "the state after 2 s without a renewing frame"
    )
    timeout_keeps_voltage: bool = flag(True, "the high voltage stays on after that timeout")
    last_channel_fault_state: Literal["ml_run", "ml_init"] = switch(
        "ml_run", ("ml_run", "ml_init"), "the state after a fault stopped the only running channel"
    )
    reinit: Literal["restarts", "refuse_7"] = switch(
        "restarts", ("restarts", "refuse_7"), "Ml_init while the mid level is already initialised"
    )
    ll_reinit: Literal["restarts", "refuse_7"] = switch(
        "restarts",
        ("restarts", "refuse_7"),
        "Ll_init while the low level is already initialised; pulses waiting are lost",
    )
    ll_pulse_without_voltage: Literal[0, 4] = switch(
        0, (0, 4), "the result of a low-level pulse while the high voltage is off; nothing flows"
    )
    ll_full_buffer: Literal[4, "silence"] = switch(
        4, (4, "silence"), "the result of a low-level pulse for which there is no room; ten may wait, as in the P24"
    )
    ll_stop_with_queue: Literal["drops", "drops_with_7", "finishes"] = switch(
        "drops",
        ("drops", "drops_with_7", "finishes"),
        "Ll_stop while pulses wait: lost without an answer, lost with result 7 each, or given before the level ends",
    )
    stop_when_none_result: Literal[7, 0] = switch(7, (7, 0), "the result of a stop when nothing is initialised")
    bad_checksum_reply: Literal["command_result_1", "general_error", "silence"] = switch(
        "command_result_1",
        ("command_result_1", "general_error", "silence"),
        "the answer to a frame with a wrong checksum or length whose prefix can be read",
    )
    over_budget: Literal["refuse_2", "pulses_left_out"] = switch(
        "refuse_2",
        ("refuse_2", "pulses_left_out"),
        "an update whose pulses together take longer than there is time: refused, or those without room left out",
    )
    refused_frames_renew_deadman: bool = flag(False, "an update or poll that is refused still restarts the 2 s timer")
    fault_result_mirrored: bool = flag(False, "the result of a poll is 10 while it shows an electrode error, not 0")
    reset_ack_sent: bool = flag(False, "Reset is acknowledged; the document lists the answer as currently not sent")
    boot_ms: Literal[0, 500, 3000] = switch(
        0, (0, 500, 3000), "how long a restart takes; meanwhile nothing is heard or answered"
    )
    ramp_on_reenable: bool = flag(
        True, "a channel that was off runs its ramp again when enabled; otherwise only once after Ml_init"
    )
    ramp_fractions: Literal["k_of_n_plus_1", "k_minus_1_of_n"] = switch(
        "k_of_n_plus_1",
        ("k_of_n_plus_1", "k_minus_1_of_n"),
        "the share of the full current in the k-th of n ramp pulses: k/(n+1), or (k-1)/n starting at 0",
    )
    unknown_cmd_repeats_number: bool = flag(True, "Unknown_cmd carries the packet number of the request, not 0")
    library_commands_answered: bool = flag(
        False, "Set_power, Get_version_stim and Get_main_status of the C library are answered; the document has none"
    )
    other_selectors: Literal["refuse_2", "as_p24"] = switch(
        "refuse_2", ("refuse_2", "as_p24"), "a poll with selector 3 or 4 is answered in the P24's form"
    )
    short_points: Literal["as_20", "refuse_2"] = switch(
        "as_20", ("as_20", "refuse_2"), "a point that lasts less than 20 us"
    )
    long_pulses: Literal["refuse_2", "accepted"] = switch(
        "refuse_2", ("refuse_2", "accepted"), "a pulse whose points together last more than 16000 us"
    )
    outside_1_to_500_hz: Literal["accepted", "refuse_2"] = switch(
        "accepted", ("accepted", "refuse_2"), "a period shorter than 2 ms or longer than 1 s"
    )
    extra_bytes: Literal["ignored", "refuse_2"] = switch(
        "ignored", ("ignored", "refuse_2"), "bytes behind the last parameter of a request"
    )
    reserved_bits: Literal["ignored", "refuse_2"] = switch(
        "ignored",
        ("ignored", "refuse_2"),
        "a reserved bit that is set: of a point, the enable byte, the period, the channel byte or Ml_init",
    )


def behaviour(own: Switches) -> Shared:
    """What these switches mean for the levels shared with the P24."""
    return Shared(
        update_clears_error=own.update_clears_error,
        update_restarts_faulty=own.update_restarts_faulty,
        update_restarts_period=own.update_restarts_period,
        first_pulse=own.first_pulse,
        update_without_channels_state=own.update_without_channels_state,
        timeout_state=own.timeout_state,
        timeout_keeps_voltage=own.timeout_keeps_voltage,
        last_channel_fault_state=own.last_channel_fault_state,
        reinit=own.reinit,
        ll_reinit=own.ll_reinit,
        ll_voltage_codes="accepted",
        ll_pulse_without_voltage=own.ll_pulse_without_voltage,
        ll_full_buffer=own.ll_full_buffer,
        ll_stop_with_queue=own.ll_stop_with_queue,
        ll_measurement_answered=False,
        stop_when_none_result=own.stop_when_none_result,
        bad_checksum_reply=own.bad_checksum_reply,
        over_budget="refuse_2" if own.over_budget == "refuse_2" else "pulse_timeout",
        refused_frames_renew_deadman=own.refused_frames_renew_deadman,
        fault_result_mirrored=own.fault_result_mirrored,
        reset_ack_sent=own.reset_ack_sent,
        boot_ms=own.boot_ms,
        ramp_on_reenable=own.ramp_on_reenable,
        ramp_fractions=own.ramp_fractions,
        unknown_cmd_repeats_number=own.unknown_cmd_repeats_number,
        battery_status_answered=True,
        rehamove3_answered=True,
        current_sources=1,
        fault_after_pulses=1,
    )
