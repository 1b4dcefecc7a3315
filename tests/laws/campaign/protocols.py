"""Random protocols within the schema: another dose in the words of a shipped card, loaded and compiled as any other.

Most are sound; some ask for what cannot be given, and are refused by the loader or by the plan, as they should be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from nmes.core.body_map import regional_codes
from nmes.core.capabilities import Capabilities
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError, ProtocolError
from nmes.core.protocol_file import parse_located
from nmes.core.screening import always_asked
from nmes.core.yaml_tree import read
from nmes.runtime.families import DEFAULT
from nmes.runtime.library import Loaded, shipped_folder

ID = "campaign"
CARD = "pain/tens_knee_oa.yaml"
KEPT = (
    "title", "grade", "purpose", "region", "body_regions", "indication", "setting", "position", "channels",
    "precautions", "contraindications", "patient_instructions", "stop_rules", "outcomes",
)  # fmt: skip
STATED = ("sites", "body_sites", "polarity")
MOST_TRIES = 400
"""A channel-list device can give one in twelve of what is drawn."""


@cache
def _card() -> Mapping[str, Any]:
    """The words of the card; the cache holds one value that nobody changes."""
    path = shipped_folder() / CARD
    value = read(path.read_bytes(), path.name).value
    assert isinstance(value, dict)
    return {name: _plain(value[name]) for name in KEPT}


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case _:
            return value


def drawn(chance: Random, capabilities: Capabilities = DEFAULT.capabilities) -> tuple[str, int]:
    """The text of a protocol that can be treated with on such a device, and how many were refused before it."""
    for refused in range(MOST_TRIES):
        text = json.dumps(_document(chance))
        try:
            plan_for(loaded(text).protocol, capabilities, None)
        except (ProtocolError, PlanError):
            continue
        return text, refused
    raise AssertionError(f"{MOST_TRIES} protocols were refused one after another")


@lru_cache(maxsize=8)
def loaded(text: str) -> Loaded:
    """A protocol's text as the library would have loaded it; ProtocolError. Kept, because it is asked for at once."""
    path, data = Path(f"{ID}.yaml"), text.encode()
    protocol, tree = parse_located(data, path.name)
    return Loaded(protocol, path, data, sha256(data).hexdigest(), tree)


def _document(chance: Random) -> dict[str, Any]:
    kind = chance.choices(("nmes", "tens", "assessment"), (55, 38, 7))[0]
    count = 1 if kind == "assessment" else chance.choices((1, 2, 3, 4), (50, 35, 10, 5))[0]
    doses = [_dose(chance) for _ in range(count)]
    stages = [_STAGES[kind](chance, name) for name in _names(chance, kind)]
    _match_phases(doses, stages)
    more: dict[str, Any] = {"operator_absent_limit_s": chance.choice((10, 20, 60, 300, 900))}
    if count > 1 and kind == "nmes":
        more["channel_timing"] = chance.choice(("simultaneous", "alternating", "sequential"))
    return document(kind, doses, stages, more)


def document(
    kind: str, doses: Sequence[Mapping[str, Any]], stages: list[dict[str, Any]], more: Mapping[str, Any]
) -> dict[str, Any]:
    """A whole protocol: these doses, a channel each, in the words of the card, and the origins that it has to state."""
    card = _card()
    whole: dict[str, Any] = {
        **card,
        "id": ID,
        "version": 1,
        "kind": kind,
        "grade": "C",
        "channels": [card["channels"][index % 2] | dose for index, dose in enumerate(doses)],
        "stages": stages,
        "intensity": {"target": "strong_comfortable", "note": "Strong; comfortable"},
        "citations": [],
        **more,
    }
    if kind == "assessment":
        whole["assessment"] = {"measures": "ctf"}
    whole["contraindications"] = _asked(whole)
    whole["provenance"] = {path: {"tag": "design"} for path in _origins(whole)}
    return whole


def simple(channels: int = 1) -> str:
    """Twelve contractions at 50 Hz, 1 s up, 4 s, 1 s down, 4 s of rest: for tests of the campaign, on every family."""
    dose = {
        "pad_cm2": 45,
        "waveform": {"shape": "symmetric", "phase_us": 300, "gap_us": 0},
        "max_amplitude_ma": 40,
    }
    times = {"on_s": 4, "off_s": 4, "on_includes_ramps": False, "contractions": 12}
    stage = {"name": "work", "frequency_hz": 50, "ramp_up_s": 1, "ramp_down_s": 1, **times}
    return json.dumps(document("nmes", [dose] * channels, [stage], {"operator_absent_limit_s": 60}))


def _match_phases(doses: list[dict[str, Any]], stages: list[dict[str, Any]]) -> None:
    """A sweep of the phase ends at the phase of every channel."""
    for stage in stages:
        if "phase_sweep" in stage:
            for dose in doses:
                dose["waveform"]["phase_us"] = stage["phase_sweep"]["high_us"]


def _names(chance: Random, kind: str) -> tuple[str, ...]:
    if kind == "assessment":
        return ("test",)
    return chance.choices((("work",), ("warm_up", "work"), ("warm_up", "work", "cool_down")), (6, 2, 1))[0]


def _asked(document: Mapping[str, Any]) -> list[str]:
    """Every question that has to be asked, in whichever list."""
    sites = tuple(site for channel in document["channels"] for site in channel["body_sites"])
    needed = (*document["contraindications"], *always_asked(document["kind"], "none"), *regional_codes(sites))
    return [code for code in dict.fromkeys(needed) if code not in document["precautions"]]


def _origins(document: Mapping[str, Any]) -> Iterator[str]:
    """What has to say where it comes from: every number, and what else makes up the dose."""
    yield from ("position", "patient_instructions", "stop_rules", "outcomes", "intensity.target")
    yield "operator_absent_limit_s"
    if "assessment" in document:
        yield "assessment.measures"
    for index in range(len(document["channels"])):
        yield from (f"channels.{index}.{name}" for name in (*STATED, "waveform.shape"))
    for index, stage in enumerate(document["stages"]):
        if "on_includes_ramps" in stage:
            yield f"stages.{index}.on_includes_ramps"
    for name in ("channels", "stages"):
        yield from _numbers(document[name], name)


def _numbers(value: Any, path: str) -> Iterator[str]:
    match value:
        case dict():
            for key, part in value.items():
                yield from _numbers(part, f"{path}.{key}")
        case list():
            for index, part in enumerate(value):
                yield from _numbers(part, f"{path}.{index}")
        case bool() | str():
            return
        case _:
            yield path


# --- the dose ---


def _dose(chance: Random) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "shape": chance.choice(("symmetric", "symmetric", "asymmetric")),
        "phase_us": chance.choice((50, 100, 200, 250, 300, 400, 500, 1000)),
        "gap_us": chance.choice((0, 0, 50, 100, 200)),
    }
    if shape["shape"] == "asymmetric":
        shape["ratio"] = chance.randint(2, 8)
    return {
        "pad_cm2": chance.choice((9, 25, 25.6, 45, 90)),
        "waveform": shape,
        "max_amplitude_ma": chance.choice((5, 10, 20, 40, 60, 100)),
    }


def _ramps(chance: Random) -> dict[str, Any]:
    return {f"ramp_{way}_s": chance.choice((0.5, 0.5, 0.8, 1, 2, 3)) for way in ("up", "down")}


def _hertz(chance: Random) -> float:
    return chance.choice((0.5, 2, 5, 8, 12, 20, 35, 35, 50, 50, 60, 80, 100, 120))


def _contractions(chance: Random, name: str) -> dict[str, Any]:
    stage = {
        "name": name,
        "frequency_hz": _frequency(chance),
        **_ramps(chance),
        "on_s": chance.choice((1, 2, 3, 4, 6, 10)),
        "off_s": chance.choice((0.5, 1, 2, 4, 8, 20)),
        "on_includes_ramps": chance.random() < 0.3,
        "contractions": chance.choice((1, 2, 3, 5, 12, 30)),
    }
    if chance.random() < 0.15:
        stage |= {"sets": 2, "set_rest_s": chance.choice((1, 5, 20))}
    return stage


def _frequency(chance: Random) -> Any:
    match chance.choices(("fixed", "range", "derived", "sweep", "in turn"), (60, 10, 8, 12, 10))[0]:
        case "range":
            low, use, high = sorted(chance.sample((2, 5, 10, 20, 35, 50, 80, 100), 3))
            return {"low_hz": low, "high_hz": high, "use_hz": use}
        case "derived":
            return {"base": "ctf", "offset_hz": chance.randint(1, 20), "fallback_hz": chance.choice((20, 30, 35))}
        case "sweep":
            return {"from_hz": _hertz(chance), "to_hz": _hertz(chance), "sweep_s": chance.choice((1, 2, 5))}
        case "in turn":
            return {"first_hz": _hertz(chance), "second_hz": _hertz(chance), "each_s": chance.choice((1, 3, 6))}
        case _:
            return _hertz(chance)


def _continuous(chance: Random, name: str) -> dict[str, Any]:
    minutes = chance.choice((0.5, 0.5, 1, 2, 10, 30))
    stage = {"name": name, "continuous": True, "minutes": minutes, **_ramps(chance)}
    match chance.choices(("plain", "burst", "phase", "amplitude"), (50, 25, 12, 13))[0]:
        case "burst":
            per_second = chance.choice((1, 2, 2, 2.5, 4))
            burst = {"pulses": chance.choice((2, 3, 5, 7, 9, 20)), "per_second": per_second}
            return stage | {"frequency_hz": chance.choice((50, 80, 100, 150)), "burst": burst}
        case "phase":
            low, high = sorted(chance.sample((50, 100, 150, 200, 300), 2))
            sweep = {"low_us": low, "high_us": high, "sweep_s": chance.choice((1, 2, 4))}
            return stage | {"frequency_hz": _hertz(chance), "phase_sweep": sweep}
        case "amplitude":
            swing = {"depth_percent": chance.choice((10, 30, 50)), "cycle_s": chance.choice((1, 2, 4))}
            return stage | {"frequency_hz": _frequency(chance), "amplitude_modulation": swing}
        case _:
            return stage | {"frequency_hz": _frequency(chance)}


def _stepped(chance: Random, name: str) -> dict[str, Any]:
    start = chance.choice((4, 6, 10))
    steps = {"start_hz": start, "step_hz": chance.choice((2, 4)), "cap_hz": start + chance.choice((4, 8, 20))}
    times = {"on_s": chance.choice((2, 3, 5)), "off_s": chance.choice((1, 3, 10)), "on_includes_ramps": False}
    return {"name": name, "frequency_hz": steps, **_ramps(chance), **times}


_STAGES = {"nmes": _contractions, "tens": _continuous, "assessment": _stepped}
