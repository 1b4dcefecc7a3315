"""Law: what the ScienceMode1 document leaves open is a switch, so that a driver can be shown not to depend on it."""

from dataclasses import dataclass
from typing import Literal

from firmware_sim.switching import switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One way a RehaStim 1 might behave where the document is silent."""

    emergency_answers: Literal["acknowledges", "mute", "refuses"] = switch(
        "acknowledges",
        ("acknowledges", "mute", "refuses"),
        "what comes back while the emergency button is pressed: as ever, nothing, or errors to all but a stop",
    )
    emergency_release: Literal["stays_off", "resumes"] = switch(
        "stays_off",
        ("stays_off", "resumes"),
        "when the button is released: nothing before the next initialisation, or the list goes on",
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
    narrow_width: Literal["plays", "plays_20us", "refuse"] = switch(
        "plays", ("plays", "plays_20us", "refuse"), "a width of 10 to 19 us, on which the document's tables disagree"
    )
    short_group_time: Literal["accepted", "refuse"] = switch(
        "accepted", ("accepted", "refuse"), "a group time under 3 ms; a public client's default is 1.5 ms"
    )
    long_group: Literal["refuse", "accepted"] = switch(
        "refuse",
        ("refuse", "accepted"),
        "groups that leave less than 1.5 ms of the main period: forbidden, and in the document's own example",
    )
    main_time_0: Literal["one_shot", "refuse"] = switch(
        "one_shot", ("one_shot", "refuse"), "Main_Time code 0, for which ScienceMode2 has the one-shot mode"
    )
    empty_list: Literal["refuse", "accepted"] = switch(
        "refuse", ("refuse", "accepted"), "an initialisation without any channel"
    )
    init_while_running: Literal["restarts", "refuse"] = switch(
        "restarts", ("restarts", "refuse"), "an initialisation while a list is played: pulses stop, or an error"
    )
    single_pulse_in_list: Literal["refuse", "plays"] = switch(
        "refuse", ("refuse", "plays"), "a single pulse while a list is initialised or played"
    )
    stop_when_idle: Literal["ok", "error"] = switch(
        "ok", ("ok", "error"), "the acknowledgement of a stop when nothing is initialised"
    )
    reserved_bits: Literal["ignored", "refuse"] = switch("ignored", ("ignored", "refuse"), "a reserved bit that is set")
    boot_ms: Literal[0, 500, 3000] = switch(
        0, (0, 500, 3000), "how long a restart takes; meanwhile nothing is heard or told"
    )
