"""Law: what a kind of fault does to the device and its stage is the sum of its active injections, nothing more.

Each function is given all active injections of its kind and sets the lever anew, so that overlapping faults neither
cancel nor outlive each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from firmware_sim.faults.inside import Faults
from firmware_sim.faults.timeline import Injection
from firmware_sim.stage import Stage
from firmware_sim.stage.output import named
from firmware_sim.stage.output_faults import OutputFaults
from firmware_sim.stage.pad import Placed

ELECTRODE_KINDS = ("electrode_off", "electrode_dry", "electrode_open", "electrode_short")
LEVER_KINDS = ("lying_ack", "hang", "reset", "supply_sag", "wrong_version", "emergency_switch", "module_error")
OUTPUT_KINDS = ("gain_error", "stuck_output", "dac_offset", "charge_imbalance")


def output_faults(one: Injection, levels: Mapping[int, int]) -> OutputFaults:
    """What one injection does to the output; `levels` are the amplitudes at which its channels would stick."""
    channels = None if one.channel is None else frozenset((one.channel,))
    match one.kind:
        case "gain_error":
            return OutputFaults(gain_permille=one.number("gain_permille"), channels=channels)
        case "dac_offset":
            return OutputFaults(offset_ua=one.number("offset_ua"), channels=channels)
        case "charge_imbalance":
            return OutputFaults(imbalance_permille=one.number("imbalance_permille"), channels=channels)
        case _:
            if "level_ua" in one.params:
                return OutputFaults(stuck_ua=one.number("level_ua"), channels=channels)
            return OutputFaults(levels=dict(levels), channels=channels)


@dataclass(slots=True)
class Pads:
    """What lies on the channels beneath the electrode faults, as placed."""

    beneath: dict[int, Placed] = field(default_factory=dict)

    def settle(self, stage: Stage, channel: int, active: Sequence[Injection]) -> None:
        """Put on the channel what its newest electrode fault makes of it, or what was there before."""
        mine = [one for one in active if one.channel == channel]
        if mine:
            placed = self.beneath.setdefault(channel, stage.placed(channel))
            stage.place(channel, _spoiled(placed, mine[-1]))
        elif channel in self.beneath:
            stage.place(channel, self.beneath.pop(channel))

    def without(self, stage: Stage, out: Injection, active: Sequence[Injection]) -> Placed:
        """What would lie on the channel of one fault if only the others were there."""
        channel = out.channel or 0
        others = [one for one in active if one.channel == channel and one is not out]
        placed = self.placed(stage, channel)
        return _spoiled(placed, others[-1]) if others else placed

    def placed(self, stage: Stage, channel: int) -> Placed:
        """What was placed, whatever an electrode fault makes of it."""
        return self.beneath.get(channel) or stage.placed(channel)

    def cover(self, channel: int, placed: Placed) -> bool:
        """Whether an electrode fault hides the channel; what is placed there now then shows when it has ended."""
        if channel in self.beneath:
            self.beneath[channel] = placed
            return True
        return False


def _spoiled(placed: Placed, one: Injection) -> Placed:
    match one:
        case Injection(kind="electrode_off", params={"contact_permille": int(part)}) if part:
            return replace(placed, contact_permille=min(part, placed.contact_permille))
        case Injection(kind="electrode_dry", params=params):
            return Placed(named(str(params["load"])), placed.contact_permille)
        case Injection(kind="electrode_short"):
            return Placed(named("short"))
        case _:
            return Placed(named("open"))


def pull(faults: Faults, stage: Stage, nominal_mv: int, active: Sequence[Injection]) -> None:
    """Set the levers inside the device and its supply as the active injections want them."""
    lies = {str(one.params["to"]) for one in active if one.kind == "lying_ack"}
    faults.silent_update = bool(lies & {"update", "both"})
    faults.silent_stop = bool(lies & {"stop", "both"})
    faults.no_dead_man = any(one.kind == "hang" and one.params["output"] == "goes_on" for one in active)
    faults.stuck_in_reset = any(one.kind == "reset" or starves(one) for one in active)
    faults.emergency_open = any(one.kind == "emergency_switch" for one in active)
    faults.module_broken = any(one.kind == "module_error" for one in active)
    told = [one for one in active if one.kind == "wrong_version"]
    faults.versions = (_version(told[-1], "firmware"), _version(told[-1], "sciencemode")) if told else None
    stage.compliance_mv = supply_mv(nominal_mv, active)


def supply_mv(nominal_mv: int, active: Sequence[Injection]) -> int:
    """What the supply is left with."""
    sags = [one.number("compliance_mv") for one in active if one.kind == "supply_sag"]
    return max(1, min([nominal_mv, *sags]))


def starves(one: Injection) -> bool:
    """Whether a supply is too weak for the device to stay up."""
    return one.kind == "supply_sag" and one.number("compliance_mv") < one.number("restart_below_mv")


def _version(one: Injection, name: str) -> tuple[int, int, int]:
    first, second, third = (int(part) for part in str(one.params[name]).split("."))
    return first, second, third
