"""The plan a session had, made again from what its record is bound to; a record that does not allow it has none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from nmes.core.capabilities import Capabilities
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.problems import ProblemsError
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.record.codec import Codec, Undecodable
from nmes.record.story import Opened

_CAPABILITIES = Codec(Capabilities)


@dataclass(frozen=True, slots=True)
class Planned:
    """The protocol and its plan as they were."""

    protocol: Protocol
    plan: Plan


def planned(opened: Opened) -> Planned | None:
    """As recorded, for the device and the threshold of then; None if this program cannot make it any more."""
    ctf_mhz = opened.bound.get("ctf_mhz")
    device = json.dumps(opened.bound.get("capabilities"), sort_keys=True)
    return _made(opened.protocol, opened.protocol_yaml, device, ctf_mhz if type(ctf_mhz) is int else None)


@lru_cache(maxsize=64)
def _made(name: str, yaml: str, device: str, ctf_mhz: int | None) -> Planned | None:
    """Sessions share a few protocols: a table of thousands would spend its time on making the same plans."""
    try:
        protocol = parse(yaml.encode(), f"{name}.yaml", of_record=True)
        capabilities: Capabilities = _CAPABILITIES.decode(json.loads(device))
        return Planned(protocol, plan_for(protocol, capabilities, ctf_mhz))
    except (ProblemsError, Undecodable):
        return None
