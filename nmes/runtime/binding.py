"""What a session's record is bound to, and the session made again from it: both halves beside each other.

Law: `session_of(binding(...))` is the session that was begun, whichever program of a readable vocabulary reads it.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from nmes import __version__
from nmes.core import limits
from nmes.core.attended import Attended
from nmes.core.capabilities import Capabilities
from nmes.core.measurement import NOBODY, Origin, Who
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.protocol_file import parse
from nmes.core.session import begin
from nmes.core.session_value import RULES, Session
from nmes.record.clocks import Clocks
from nmes.record.codec import READABLE, VOCABULARY, Codec, Undecodable, encode
from nmes.record.files import Kind
from nmes.record.levels import last_levels, treated_before
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded

_CAPABILITIES = Codec(Capabilities)
_ORIGIN = Codec(Origin)
_ATTENDED = Codec(Attended)


def attended_of(home: Path, kind: Kind, loaded: Loaded, who: Who, *, patient_stop: bool = False) -> Attended:
    """What a session that a person attends is begun with: the levels of the last one, the card's outcomes, and
    whether it is the patient's first. Without a code nobody can tell that, and the checklist's answer decides.

    RecordError if the records cannot be read.
    """
    protocol = loaded.protocol
    ghosts = last_levels(home, kind, who, protocol.id, str(protocol.version))
    first = bool(who.code) and not treated_before(home, kind, who, protocol.id)
    return Attended(ghosts, protocol.outcomes, patient_stop, first)


def binding(
    loaded: Loaded,
    plan: Plan,
    device: str,
    begun_ms: int,
    who: Who = NOBODY,
    origin: Origin | None = None,
    attended: Attended | None = None,
    *,
    simulator: str = "",
    clocks: Clocks | None = None,
    family: Family = DEFAULT,
) -> dict[str, object]:
    """What a session is bound to: its protocol to the byte, the program, the limits in force, the clocks, for whom.

    With the vocabulary of its events, the capabilities, the patient's cramp threshold frequency and, where a person
    attends it, the marks and the outcomes of the card, it is all that a later program needs to make the same plan and
    replay the session. By `patient`, `side`, `muscles` and `assessment` a later session finds a measured value.
    `family`: which stimulator was said to be there; the device tells who it is in the first event. `simulator`: name
    and version of what plays it. The chain and the station's key are added by the journal.
    """
    time_of_day, order = clocks.names if clocks else ("", "")
    return {
        "events": VOCABULARY,
        "rules": RULES,
        "protocol": loaded.protocol.id,
        "protocol_version": str(loaded.protocol.version),
        "protocol_sha256": loaded.sha256,
        "protocol_yaml": loaded.text.decode("utf-8"),
        "program": f"nmes {__version__}",
        "python": platform.python_version(),
        "device": encode(device),
        "family": family.key,
        "model": plan.capabilities.model,
        "capabilities": encode(plan.capabilities),
        "patient": who.code,
        "side": who.side,
        "muscles": [channel.muscle for channel in loaded.protocol.channels],
        "assessment": plan.assessment,
        "ctf_mhz": origin.ctf_mhz if origin else None,
        "ctf_origin": encode(origin),
        "attended": encode(attended),
        "simulator": simulator,
        "clocks": "monotonic orders, universal time informs",
        "clock_sources": {"order": order, "time_of_day": time_of_day},
        "begun_ms": begun_ms,
        "limits": {name.lower(): value for name, value in vars(limits).items() if name.isupper()},
        "ceilings": asdict(family.ceilings),
    }


def session_of(bound: Mapping[str, object]) -> Session:
    """The session a record began with, from what it is bound to; for replaying it through today's `step`.

    RecordError if it was written in a vocabulary this program does not know.
    """
    if bound.get("events") not in READABLE:
        known = ", ".join(map(str, READABLE))
        raise Undecodable(f"the record's events are of version {bound.get('events')}, this program knows {known}")
    rules = bound.get("rules", 0)
    if not isinstance(rules, int) or not 0 <= rules <= RULES:
        raise Undecodable(f"the record's rules are of version {rules}, this program knows up to {RULES}")
    protocol = parse(str(bound["protocol_yaml"]).encode(), f"{bound['protocol']}.yaml", of_record=True)
    ctf_mhz = bound["ctf_mhz"]
    plan = plan_for(protocol, _CAPABILITIES.decode(bound["capabilities"]), int(str(ctf_mhz)) if ctf_mhz else None)
    origin = bound.get("ctf_origin")
    who = Who(str(bound.get("patient", "")), str(bound.get("side", "")))
    attended = bound.get("attended")
    session, _ = begin(
        plan,
        protocol.screening_codes,
        who,
        _ORIGIN.decode(origin) if origin else None,
        _ATTENDED.decode(attended) if attended else None,
        rules,
    )
    return replace(session, now_ms=int(str(bound["begun_ms"])))
