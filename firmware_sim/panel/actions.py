"""Law: everything a person can do at the panel is a request that a program could have sent.

Pure: an action, what is known and the chosen channel in; requests and a sentence out, or the reason why not. Keys,
buttons, tooltips and the help all come from ACTIONS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from firmware_sim.panel.person import full_name, muscle_under
from firmware_sim.panel.state import Fault, PanelState, Refused
from firmware_sim.panel.words import fault_name

Request = Mapping[str, object]
SNAPSHOT: Final = "panel"
GOOD: Final = "good"
BAD_LOADS: Final = ("worn", "dry", "half-lifted", "open", "short")
WHOLE_PERMILLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Action:
    """`row` is the row of buttons it stands in, `tip` its tooltip and its line in the help."""

    id: str
    key: str
    label: str
    row: int
    tip: str


ACTIONS: Final = (
    Action("off", "o", "Pull off", 1, "Pull the electrode off the chosen channel"),
    Action("back", "p", "Put back", 1, "Put a good electrode back: ends every electrode fault of the chosen channel"),
    Action("dry", "d", "Dry", 1, "Let the electrode of the chosen channel dry out; again ends it"),
    Action("short", "s", "Short", 1, "Let the electrodes of the chosen channel touch; again ends it"),
    Action("drain", "v", "Drain supply", 1, "Drain the supply so that less voltage is left; again ends it"),
    Action("reset", "r", "Reset", 1, "Restart the device, as a power glitch does"),
    Action("stretch", "t", "Stretch", 1, "Stretch the muscle under the chosen channel (ends a cramp); again lets go"),
    Action("garble", "g", "Garble", 2, "Garble bytes on the device's line; again ends it"),
    Action("mute", "m", "Mute", 2, "Let the device answer nothing; again ends it"),
    Action("disconnect", "x", "Disconnect", 2, "Pull the plug of the device's line; again puts it in"),
    Action("clear", "c", "Clear all", 2, "End all running faults"),
    Action("snapshot", "n", "Snapshot", 2, "Remember everything as it is now"),
    Action("restore", "b", "Restore", 2, "Go back to the snapshot"),
    Action("quit", "q", "Quit", 2, "End the simulator"),
    Action("help", "f1", "Help", 2, "All keys, and what the lamp says"),
)
_TOGGLES: Final = {"drain": "supply_sag", "garble": "corrupt_bytes", "mute": "mute", "disconnect": "disconnect"}
_ELECTRODES: Final = {"off": "electrode_off", "dry": "electrode_dry", "short": "electrode_short"}


@dataclass(frozen=True, slots=True)
class Ask:
    """Send `requests` in order; if all are taken, say `said`."""

    requests: tuple[Request, ...]
    said: str


def ask(action: str, state: PanelState, channel: int) -> Ask | Refused:
    """What an action asks of the backdoor. `channel` is the chosen one."""
    if action in _TOGGLES:
        return _toggle(action, state)
    match action:
        case "off" | "dry" | "short":
            return _electrode(action, state, channel)
        case "back":
            return _put_back(state, channel)
        case "reset":
            return Ask(({"do": "inject", "fault": "reset"},), "The device restarts.")
        case "stretch":
            return _stretch(state, channel)
        case "clear":
            return _clear_all(state)
        case "snapshot":
            return Ask(({"do": "snapshot", "name": SNAPSHOT},), "Snapshot taken; b goes back to it.")
        case "restore":
            return Ask(({"do": "restore", "name": SNAPSHOT},), "Back at the snapshot.")
        case _:
            return Refused(f"there is no action {action}")


def is_on(action: str, state: PanelState, channel: int) -> bool:
    """Whether what the action begins is so now: its button then carries a mark."""
    if action in _TOGGLES:
        return bool(_active(state, _TOGGLES[action]))
    if action in _ELECTRODES:
        return bool(_active(state, _ELECTRODES[action], channel))
    if action == "stretch" and state.patient is not None:
        muscle = muscle_under(state.patient, channel)
        return muscle is not None and muscle.length == "stretched"
    return False


def _active(state: PanelState, kind: str, channel: int | None = None) -> list[Fault]:
    """Injections of a kind that are not over; of one channel if one is given."""
    return [
        fault
        for fault in state.faults
        if fault.kind.startswith(kind) and fault.state != "over" and channel in (None, fault.channel)
    ]


def _clearing(faults: list[Fault]) -> tuple[Request, ...]:
    return tuple({"do": "clear", "injection": fault.number} for fault in faults)


def _toggle(action: str, state: PanelState) -> Ask:
    kind = _TOGGLES[action]
    running = _active(state, kind)
    name = fault_name(kind).capitalize()
    if running:
        return Ask(_clearing(running), f"{name}: ended.")
    return Ask(({"do": "inject", "fault": kind},), f"{name}: from now on, until it is ended.")


def _electrode(action: str, state: PanelState, channel: int) -> Ask | Refused:
    """One electrode fault at a time on a channel: the new one replaces the old."""
    kind = _ELECTRODES[action]
    running = _active(state, "electrode_", channel)
    if any(fault.kind == kind for fault in running):
        if action == "off":
            return Refused(f"Channel {channel}: the electrode is off already; p puts it back")
        return Ask(_clearing(running), f"Channel {channel}: {fault_name(kind)}: ended.")
    inject = {"do": "inject", "fault": kind, "channel": channel}
    return Ask((*_clearing(running), inject), f"Channel {channel}: {fault_name(kind)}; p puts it right.")


def _put_back(state: PanelState, channel: int) -> Ask | Refused:
    """End the channel's electrode faults; a load that was bad from the start is replaced by a good one.

    A load without a name is this person's own pad and skin: it stays.
    """
    running = _active(state, "electrode_", channel)
    if running:
        return Ask(_clearing(running), f"Channel {channel}: the electrode is as it was.")
    now = state.channel(channel)
    requests: list[Request] = []
    if now.load in BAD_LOADS:
        requests.append({"do": "set", "what": "load", "channel": channel, "to": GOOD})
    if now.contact_permille != WHOLE_PERMILLE:
        requests.append({"do": "set", "what": "contact", "channel": channel, "to": WHOLE_PERMILLE})
    if not requests:
        return Refused(f"Channel {channel}: the electrode is good already")
    return Ask(tuple(requests), f"Channel {channel}: a good electrode is on.")


def _stretch(state: PanelState, channel: int) -> Ask | Refused:
    if state.patient is None:
        return Refused("There is no patient to stretch: start with --patient PROFILE")
    muscle = muscle_under(state.patient, channel)
    if muscle is None:
        return Refused(f"Channel {channel} lies on no muscle; choose another channel with 1 to 8")
    to = "neutral" if muscle.length == "stretched" else "stretched"
    request = {"do": "set", "what": "length", "muscle": muscle.name, "to": to}
    return Ask((request,), f"{full_name(muscle)}: {to}.")


def _clear_all(state: PanelState) -> Ask | Refused:
    """Every fault by its number: what was set by hand stays."""
    running = _active(state, "")
    if not running:
        return Refused("No fault is running")
    return Ask(_clearing(running), f"{len(running)} fault{'s' if len(running) != 1 else ''} ended.")
