"""Law: what a kind of fault does to the device and its stage is the sum of its active injections, nothing more.

Each function is given all active injections of its kind and sets the lever anew, so that overlapping faults neither
cancel nor outlive each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from firmware_sim.faults.inside import Faults
from firmware_sim.faults.timeline import Injection
from firmware_sim.stage import Load, Stage
from firmware_sim.stage.output_faults import OutputFaults
from firmware_sim.stage.pulse import Points

ELECTRODE_KINDS = ("electrode_off", "electrode_dry", "electrode_open", "electrode_short")
LEVER_KINDS = ("lying_ack", "hang", "reset", "supply_sag", "wrong_version")
OUTPUT_KINDS = ("gain_error", "stuck_output", "dac_offset", "charge_imbalance")


@dataclass(slots=True)
class StackedFaults(OutputFaults):
    """The faults set by hand, and behind them every injected one, each counted on its own."""

    injected: dict[int, OutputFaults] = field(default_factory=dict)

    @property
    def some(self) -> bool:
        return bool(self.injected) or OutputFaults.some.fget(self)  # type: ignore[attr-defined]  # a property has fget

    def alter(self, channel: int, points: Points) -> Points:
        points = OutputFaults.alter(self, channel, points)
        for faults in self.injected.values():
            points = faults.alter(channel, points)
        return points

    def peek(self, channel: int, points: Points) -> Points:
        points = OutputFaults.peek(self, channel, points)
        for faults in self.injected.values():
            points = faults.peek(channel, points)
        return points


def stacked(stage: Stage) -> StackedFaults:
    """The stage's output faults, made fit for injections."""
    old = stage.output_faults
    if isinstance(old, StackedFaults):
        return old
    stage.output_faults = stack = StackedFaults(
        old.gain_permille, old.offset_ua, old.imbalance_permille, old.stuck_ua, old.channels, old.effects
    )
    return stack


def output_faults(one: Injection, last_ua: int) -> OutputFaults:
    """What one injection does to the output; `last_ua` is the amplitude at which it would stick."""
    channels = None if one.channel is None else frozenset((one.channel,))
    match one.kind:
        case "gain_error":
            return OutputFaults(gain_permille=one.number("gain_permille"), channels=channels)
        case "dac_offset":
            return OutputFaults(offset_ua=one.number("offset_ua"), channels=channels)
        case "charge_imbalance":
            return OutputFaults(imbalance_permille=one.number("imbalance_permille"), channels=channels)
        case _:
            return OutputFaults(stuck_ua=int(one.params.get("level_ua", last_ua)), channels=channels)


@dataclass(slots=True)
class Pads:
    """What lies on the channels beneath the electrode faults: load and contact, as placed."""

    beneath: dict[int, tuple[Load, int]] = field(default_factory=dict)

    def settle(self, stage: Stage, channel: int, active: Sequence[Injection]) -> None:
        """Put on the channel what its newest electrode fault makes of it, or what was there before."""
        mine = [one for one in active if one.channel == channel]
        if not mine:
            if channel in self.beneath:
                place(stage, channel, *self.beneath.pop(channel))
            return
        if channel not in self.beneath:
            self.beneath[channel] = stage.load(channel), stage.contact_permille(channel)
        load, contact = self.beneath[channel]
        match mine[-1]:
            case Injection(kind="electrode_off", params={"contact_permille": int(part)}) if part:
                place(stage, channel, load, min(part, contact))
            case Injection(kind="electrode_dry", params=params):
                place(stage, channel, str(params["load"]), contact)
            case Injection(kind="electrode_short"):
                place(stage, channel, "short", 1000)
            case _:
                place(stage, channel, "open", 1000)


def place(stage: Stage, channel: int, load: Load | str, contact_permille: int) -> None:
    if stage.load(channel) != load:
        stage.set_load(channel, load)
    stage.set_contact(channel, contact_permille)


def pull(faults: Faults, stage: Stage, nominal_mv: int, active: Sequence[Injection]) -> None:
    """Set the levers inside the device and its supply as the active injections want them."""
    lies = {str(one.params["to"]) for one in active if one.kind == "lying_ack"}
    faults.silent_update = bool(lies & {"update", "both"})
    faults.silent_stop = bool(lies & {"stop", "both"})
    faults.no_dead_man = any(one.kind == "hang" and one.params["output"] == "goes_on" for one in active)
    faults.stuck_in_reset = any(one.kind == "reset" or starves(one) for one in active)
    told = [one for one in active if one.kind == "wrong_version"]
    faults.versions = (_version(told[-1], "firmware"), _version(told[-1], "sciencemode")) if told else None
    sags = [one.number("compliance_mv") for one in active if one.kind == "supply_sag"]
    stage.compliance_mv = max(1, min([nominal_mv, *sags]))


def starves(one: Injection) -> bool:
    """Whether a supply is too weak for the device to stay up."""
    return one.kind == "supply_sag" and one.number("compliance_mv") < one.number("restart_below_mv")


def _version(one: Injection, name: str) -> tuple[int, int, int]:
    first, second, third = (int(part) for part in str(one.params[name]).split("."))
    return first, second, third
