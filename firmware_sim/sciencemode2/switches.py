"""Law: what no document states of a RehaStim2 is a switch, so that a driver can be shown not to depend on it."""

from dataclasses import dataclass
from typing import Literal

from firmware_sim.switching import flag, switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One way a RehaStim2 might behave where the documents are silent."""

    first_init: Literal["at_once", "after_500ms"] = switch(
        "at_once", ("at_once", "after_500ms"), "when the first Init comes after the start or after the watchdog"
    )
    init_ack_results: Literal["zero", "zero_or_one"] = switch(
        "zero", ("zero", "zero_or_one"), "which results of InitAck connect; one public client sends 1"
    )
    init_ack_number: Literal["any", "last_init"] = switch(
        "any", ("any", "last_init"), "which packet number InitAck must repeat"
    )
    before_init_ack: Literal["silence", "refuse_3"] = switch(
        "silence", ("silence", "refuse_3"), "the answer to a request before the device is connected"
    )
    bad_checksum_reply: Literal["result_1", "silence"] = switch(
        "result_1", ("result_1", "silence"), "the answer to a damaged frame whose command can be read: -1, or none"
    )
    while_busy: Literal["refuse_8", "accepted"] = switch(
        "refuse_8", ("refuse_8", "accepted"), "a request, other than a stop, while the last is not answered yet"
    )
    update_takes_effect: Literal["next_pass", "next_slot"] = switch(
        "next_pass", ("next_pass", "next_slot"), "from when on new values are used: the next pass, or the next slot"
    )
    list_begins: Literal["at_once", "after_interval"] = switch(
        "at_once", ("at_once", "after_interval"), "when the first pass of a started list begins"
    )
    odd_currents: Literal["down", "up", "as_coded"] = switch(
        "down", ("down", "up", "as_coded"), "what an odd current becomes: the device has steps of 2 mA"
    )
    zero_width: Literal["plays_20us", "no_pulse"] = switch(
        "plays_20us", ("plays_20us", "no_pulse"), "a pulse of width 0: as every width below 20 us, or none"
    )
    zero_current_tested: bool = flag(
        False, "the test pulse looks at the electrode before a slot at 0 mA too, and can end everything"
    )
    fault_after_pulses: Literal[1, 3] = switch(
        1, (1, 3), "how many bad test pulses in a row on a channel are an electrode error"
    )
    open_switch_noticed: Literal["at_start", "at_init", "at_once"] = switch(
        "at_start",
        ("at_start", "at_init", "at_once"),
        "when an emergency switch that is open in start mode is told: at a start or a single pulse, at an"
        " initialisation too, or at once",
    )
    short_inter_pulse: Literal["singles_only", "accepted", "refuse_2"] = switch(
        "singles_only",
        ("singles_only", "accepted", "refuse_2"),
        "an inter-pulse interval under the 8 ms of the documented firmware; a public client uses 2 ms",
    )
    crowded_list: Literal["refuse_2", "stretched"] = switch(
        "refuse_2", ("refuse_2", "stretched"), "a list whose slots of 1.5 ms take longer than the interval they are in"
    )
    empty_list: Literal["refuse_2", "accepted"] = switch(
        "refuse_2", ("refuse_2", "accepted"), "an initialisation without any channel"
    )
    execution_1: Literal["refuse_2", "as_0"] = switch(
        "refuse_2", ("refuse_2", "as_0"), 'channel execution 1, which is "not yet implemented"'
    )
    boot_ms: Literal[0, 500, 3000] = switch(
        0, (0, 500, 3000), "how long a restart takes; meanwhile nothing is heard or told"
    )
