"""What can go wrong in a campaign, drawn: every kind of fault the simulator knows, within bounds a law can speak of.

A fault so large that it is another device (a current ten times what was set) says nothing about the controller; the
judge takes each fault's own size into account, so none is left out for being large.
"""

from __future__ import annotations

from random import Random

from firmware_sim.devices import MODELS
from firmware_sim.faults.catalogue import ALL
from firmware_sim.model import Model
from laws.campaign.script import Fault

Params = dict[str, int | str]

WAYS = ("both", "to_device", "to_host")
FOR_EVER = 0.15
"""How many faults last until somebody mends them."""


def kinds_of(model: Model) -> tuple[str, ...]:
    """What this family can have in any form."""
    return tuple(kind for kind in ALL if not model.senseless(kind, {}))


def drawn(chance: Random, channels: int, model: Model = MODELS["p24"]) -> Fault:
    """One fault of any kind that this family can have, on one of the first channels where it needs one."""
    while True:
        kind = chance.choice(kinds_of(model))
        for_us = None if chance.random() < FOR_EVER else chance.choice((100, 400, 1_000, 3_000, 8_000, 20_000)) * 1000
        channel = chance.randint(1, channels) if kind in ON_A_CHANNEL else None
        given = params(kind, chance)
        if not model.senseless(kind, given):
            return Fault(kind, channel, tuple(given.items()), for_us)


ON_A_CHANNEL = frozenset(
    ("electrode_off", "electrode_dry", "electrode_open", "electrode_short",
     "gain_error", "stuck_output", "dac_offset", "charge_imbalance")
)  # fmt: skip


def params(kind: str, chance: Random) -> Params:
    """What this fault is like; {} for the kinds that are always the same."""
    match kind:
        case "drop_bytes" | "corrupt_bytes" | "duplicate_bytes":
            return {
                "permille": chance.choice((5, 20, 100, 1000)),
                "unit": chance.choice(("byte", "frame")),
                "direction": chance.choice(WAYS),
            }
        case "delay_bytes":
            delay_us, jitter_us = chance.choice((5_000, 30_000, 60_000, 150_000, 300_000)), chance.choice((0, 50_000))
            return {"delay_us": delay_us, "jitter_us": jitter_us, "direction": chance.choice(WAYS)}
        case "split_bytes":
            gap_us = chance.choice((300, 1_000, 4_000))
            return {"piece": chance.choice((1, 3, 8)), "gap_us": gap_us, "direction": chance.choice(WAYS)}
        case _:
            return _of_the_device(kind, chance)


def _of_the_device(kind: str, chance: Random) -> Params:
    match kind:
        case "electrode_off":
            return {"contact_permille": chance.choice((0, 0, 300, 700))}
        case "electrode_dry":
            return {"load": chance.choice(("dry", "worn"))}
        case "gain_error":
            return {"gain_permille": chance.choice((0, 500, 900, 1_200, 2_000))}
        case "stuck_output":
            return {"mode": chance.choice(("level", "after_stop"))}
        case "dac_offset":
            return {"offset_ua": chance.choice((-3_000, 500, 2_000, 10_000))}
        case "charge_imbalance":
            return {"imbalance_permille": chance.choice((-300, 50, 100, 500))}
        case "hang":
            return {"output": chance.choice(("dead_man", "goes_on"))}
        case "supply_sag":
            return {"compliance_mv": chance.choice((15_000, 30_000, 60_000)), "restart_below_mv": 25_000}
        case "clock_drift":
            return {"ppm": chance.choice((-200_000, -20_000, 20_000, 200_000))}
        case "lying_ack":
            return {"to": chance.choice(("update", "stop", "both"))}
        case _:
            return {}
