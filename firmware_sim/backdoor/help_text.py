"""Law: the help is made of the tables that the requests are checked by, so it cannot tell anything else."""

from __future__ import annotations

from typing import Any

from firmware_sim import switching
from firmware_sim.faults.catalogue import described
from firmware_sim.model import Model
from firmware_sim.stage import LOADS

REQUESTS = (
    (
        '{"do":"get","what":"state"}',
        "everything at a glance; also what = pulses (last), waveform (channel), faults, help",
    ),
    ('{"do":"set","what":"load","channel":1,"to":"dry"}', "the electrode of a channel"),
    ('{"do":"set","what":"contact","channel":1,"to":500}', "how much of a pad lies on the skin, per mille"),
    ('{"do":"set","what":"wear","channel":1,"worn_h":20}', "from now on the pad dries and warms, after hours of use"),
    ('{"do":"set","what":"length","muscle":"gastrocnemius","to":"stretched"}', "stretched, shortened or neutral"),
    ('{"do":"set","what":"switch","name":"first_pulse","to":"at_once"}', "an undocumented behaviour"),
    (
        '{"do":"inject","fault":"electrode_off","channel":1,"for_us":500000,"params":{}}',
        "a fault, now or at_us; without for_us until cleared; the answer has its number",
    ),
    ('{"do":"clear","injection":3}', "end a fault now; without a number all"),
    ('{"do":"snapshot","name":"a"}', "keep everything as it is"),
    ('{"do":"restore","name":"a"}', "go on from there as if no time had passed"),
    ('{"do":"advance","by_us":1000000}', "from Python only, on a clock that the caller moves"),
)


def page(model: Model) -> dict[str, Any]:
    """Requests, faults, loads, and the switches of this device."""
    table = model.switches
    return {
        "requests": [{"request": request, "does": does} for request, does in REQUESTS],
        "faults": [row for row in described() if not model.senseless(str(row["fault"]), {})],
        "loads": list(LOADS),
        "switches": {
            name: {"values": list(switching.values_of(table, name)), "covers": switching.covers(table, name)}
            for name in switching.names(table)
        },
    }
