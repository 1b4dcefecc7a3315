"""The plan a session had, made again from what its record is bound to; a record that does not allow it has none."""

from __future__ import annotations

from dataclasses import dataclass

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
    try:
        protocol = parse(opened.protocol_yaml.encode(), f"{opened.protocol}.yaml", of_record=True)
        device: Capabilities = _CAPABILITIES.decode(opened.bound.get("capabilities"))
        return Planned(protocol, plan_for(protocol, device, ctf_mhz if type(ctf_mhz) is int else None))
    except (ProblemsError, Undecodable):
        return None
