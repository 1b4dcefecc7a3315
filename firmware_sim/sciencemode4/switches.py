"""Law: what no document states is a switch here, so that a driver can be shown not to depend on it.

Each switch names the [inferred] statement it covers. `alternatives()` walks through every other setting, one
switch at a time; a law that holds under all of them holds whatever the real device does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from firmware_sim import switching
from firmware_sim.switching import flag as _flag
from firmware_sim.switching import switch as _switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One way a P24 might behave where the documents are silent."""

    update_clears_error: bool = _flag(
        True, "an update that enables a faulty channel clears its error; otherwise only Ml_init and Ml_stop do"
    )
    update_restarts_faulty: bool = _flag(
        True, "an update that enables a faulty channel starts it again; otherwise it stays off until Ml_init"
    )
    update_restarts_period: bool = _flag(
        False, "an update of a running channel gives a pulse at once and counts the period from there"
    )
    first_pulse: Literal["at_once", "after_one_period"] = _switch(
        "at_once", ("at_once", "after_one_period"), "when a newly enabled channel gives its first pulse"
    )
    update_without_channels_state: Literal["ml_init", "ml_run"] = _switch(
        "ml_init", ("ml_init", "ml_run"), "the state after an update that enables no channel"
    )
    timeout_state: Literal["ml_init", "ml_run"] = _switch(
        "ml_init", ("ml_init", "ml_run"), "the state after 2 s without a renewing frame"
    )
    timeout_keeps_voltage: bool = _flag(True, "the high voltage stays on after that timeout")
    stop_all_state: Literal["ml_init", "ml_run"] = _switch(
        "ml_init", ("ml_init", "ml_run"), "the state after a fault with stop-on-all-errors"
    )
    last_channel_fault_state: Literal["ml_run", "ml_init"] = _switch(
        "ml_run", ("ml_run", "ml_init"), "the state after a fault, in continue mode, of the only running channel"
    )
    reinit: Literal["restarts", "refuse_7"] = _switch(
        "restarts", ("restarts", "refuse_7"), "Ml_init while the mid level is already initialised"
    )
    ll_reinit: Literal["restarts", "refuse_7"] = _switch(
        "restarts",
        ("restarts", "refuse_7"),
        "Ll_init while the low level is already initialised; pulses waiting are lost",
    )
    ll_voltage_codes: Literal["accepted", "refuse_2"] = _switch(
        "accepted", ("accepted", "refuse_2"), "the RehaMove3's high-voltage codes 2 to 6 (30 to 150 V) in Ll_init"
    )
    ll_pulse_without_voltage: Literal[0, 4, 8, 28] = _switch(
        0, (0, 8, 28), "the result of a low-level pulse while the high voltage is off; nothing flows"
    )
    ll_full_buffer: Literal[4, 16, 21, "silence"] = _switch(
        16, (16, 21, "silence"), "the result of a low-level pulse for which the buffer of ten has no room; it is lost"
    )
    ll_running_pulse_counts: bool = _flag(False, "the low-level pulse under way takes one of the ten places")
    ll_stop_with_queue: Literal["drops", "drops_with_7", "finishes"] = _switch(
        "drops",
        ("drops", "drops_with_7", "finishes"),
        "Ll_stop while pulses wait: lost without an answer, lost with result 7 each, or given before the level ends",
    )
    ll_measurement_answered: bool = _flag(
        True, "Ll_channel_config_ack carries the samples asked for; otherwise it says that nothing was measured"
    )
    ll_sample_unit: Literal["hundredths", "hundreds"] = _switch(
        "hundredths",
        ("hundredths", "hundreds"),
        "what 1 is in a measurement sample: 0.01 mA or 0.01 V, or 100 µA or 100 mV",
    )
    stop_when_none_result: Literal[7, 0] = _switch(7, (7, 0), "the result of a stop when nothing is initialised")
    bad_checksum_reply: Literal["command_result_1", "general_error", "silence"] = _switch(
        "command_result_1",
        ("command_result_1", "general_error", "silence"),
        "the answer to a frame with a wrong checksum or length whose prefix can be read",
    )
    over_budget: Literal["refuse_2", "pulse_timeout"] = _switch(
        "refuse_2", ("refuse_2", "pulse_timeout"), "an update whose pulses together take longer than there is time"
    )
    refused_frames_renew_deadman: bool = _flag(False, "an update or poll that is refused still restarts the 2 s timer")
    fault_result_mirrored: bool = _flag(
        True, "the result of a poll repeats the first channel fault (10, 16, 28) instead of staying 0"
    )
    reset_ack_sent: bool = _flag(True, "Reset is acknowledged before the restart")
    boot_ms: Literal[0, 500, 3000] = _switch(
        0, (0, 500, 3000), "how long a restart takes; meanwhile the lamp is violet and nothing is heard or answered"
    )
    ramp_on_reenable: bool = _flag(
        True, "a channel that was off runs its ramp again when enabled; otherwise only once after Ml_init"
    )
    ramp_fractions: Literal["k_of_n_plus_1", "k_minus_1_of_n"] = _switch(
        "k_of_n_plus_1",
        ("k_of_n_plus_1", "k_minus_1_of_n"),
        "the share of the full current in the k-th of n ramp pulses: k/(n+1), or (k-1)/n starting at 0",
    )
    unknown_cmd_repeats_number: bool = _flag(True, "Unknown_cmd carries the packet number of the request, not 0")
    battery_status_answered: bool = _flag(False, "the RehaMove3 command Get_battery_status is answered")
    rehamove3_answered: bool = _flag(
        False, "the RehaMove3 commands Get_version_main, Set_power, Get_version_stim and Get_main_status are answered"
    )
    current_sources: Literal[1, 2] = _switch(
        1, (1, 2), "one current source serves all channels, or one for channels 1-4 and one for 5-8"
    )
    open_lead_below_floor: Literal["silent", "low_current"] = _switch(
        "silent", ("silent", "low_current"), "what an open lead shows under 15 mA, where no electrode error is seen"
    )
    fault_after_pulses: Literal[1, 3] = _switch(1, (1, 3), "how many bad pulses in a row make a channel fault")
    extra_bytes: Literal["ignored", "refuse_2"] = _switch(
        "ignored", ("ignored", "refuse_2"), "bytes behind the last parameter of a request"
    )
    reserved_bits: Literal["ignored", "refuse_2"] = _switch(
        "ignored", ("ignored", "refuse_2"), "a reserved bit of a point that is set, the interpolation mode among them"
    )


def values_of(name: str) -> tuple[Any, ...]:
    """The settings of switch `name`, default first. Raises KeyError for an unknown name."""
    return switching.values_of(Switches, name)


def names() -> tuple[str, ...]:
    """All switches."""
    return switching.names(Switches)


def covers(name: str) -> str:
    """The statement, stated in no document, that switch `name` covers."""
    return switching.covers(Switches, name)


def turned(switches: Switches, given: Mapping[str, object]) -> Switches:
    """`switches` with other settings, each as itself or as its text. ValueError in one sentence."""
    return switching.turned(switches, given)


def alternatives(base: Switches | None = None) -> Iterator[tuple[str, Switches]]:
    """`base` and then `base` with one switch changed, every other value once, each with a name for a test id."""
    return switching.alternatives(base or Switches())
