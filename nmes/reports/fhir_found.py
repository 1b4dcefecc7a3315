"""The observations of a bundle: one a channel with what was set and given, one for each finding and measured value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from nmes.core import events as e
from nmes.record.store import Closed
from nmes.reports.channels import Row, channels
from nmes.reports.fhir_parts import Made, Resource, Session, coded, filled, line, of_hl7, quantity
from nmes.reports.measures import Measure, measures

_PAIN: Final = {
    "system": "http://loinc.org",
    "code": "72514-3",
    "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
}
"""[source: LOINC 72514-3]"""
_GIVEN: Final = (
    ("level_last_ua", "mA", "Level that the patient accepted last"),
    ("most_ua", "mA", "Highest amplitude that the stimulator acknowledged"),
    ("output_ms", "s", "Time with output"),
    ("phase_high_us", "us", "Duration of the first phase"),
    ("frequency_low_mhz", "Hz", "Lowest frequency of the pulses"),
    ("frequency_high_mhz", "Hz", "Highest frequency of the pulses"),
    ("pad_mm2", "cm2", "Area of the smaller pad"),
)
"""Columns of a channel's row, the UCUM unit, the name."""
_UNITS: Final = {"mhz": "Hz", "ua": "mA", "mn": "N", "score": "{score}"}
_SKIN: Final = ("normal", "redness", "irritation", "burn or blister")
_NAMES: Final = {
    e.Finding.SKIN.value: "Skin under the electrodes",
    e.Finding.NRS.value: "Pain",
    e.Finding.ADVERSE.value: "Adverse event",
    e.What.CTF.value: "Cramp threshold frequency",
    f"{e.What.CTF}_typed": "Cramp threshold frequency, typed by hand",
    e.What.SENSORY_THRESHOLD.value: "Sensory threshold",
    e.What.MOTOR_THRESHOLD.value: "Motor threshold",
    e.What.MAX_TOLERATED.value: "Maximum tolerated",
    e.What.MVIC.value: "Own strongest contraction",
    e.What.EVOKED.value: "Evoked force",
}
_ASKED: Final = frozenset({e.Finding.NRS.value, e.Finding.OUTCOME.value})
"""What a patient says, rather than what is seen."""


def observations(session: Session) -> Iterator[Made]:
    """Those of the channels, then those of the findings."""
    for row in channels(session.story):
        yield Made(f"channel-{row['channel']}", _channel(session, row))
    for number, found in enumerate(measures(session.story), start=1):
        yield Made(f"finding-{number}", _finding(session, found))


def _base(session: Session, t_ms: int, category: str, entries: Iterable[int]) -> Resource:
    """`entries`: what it is from; where one was corrected since, it is amended, and what is right is a note."""
    right = [session.corrected[seq] for seq in entries if seq in session.corrected]
    final = "final" if isinstance(session.story.ending, Closed) else "preliminary"
    return {
        "resourceType": "Observation",
        "status": "amended" if right else final,
        "note": [{"text": line(f"Corrected since: {one}")} for one in right],
        "category": [of_hl7("observation-category", category)],
        "subject": session.subject,
        "effectiveDateTime": session.at(t_ms),
        "partOf": [session.to("procedure")],
    }


def _channel(session: Session, row: Row) -> Resource:
    """Each number a component; the charge is a range, and said to be unknown where the record has none."""
    parts = [
        {"code": coded("channel", name, said), "valueQuantity": quantity(row[name], unit)}
        for name, unit, said in _GIVEN
        if row.get(name) is not None
    ]
    charge = coded("channel", "charge_nc", "Charge of the first phases")
    if row["charge_low_nc"] is None:
        parts.append({"code": charge, "dataAbsentReason": of_hl7("data-absent-reason", "unknown")})
    else:
        bounds = {"low": quantity(row["charge_low_nc"], "uC"), "high": quantity(row["charge_high_nc"], "uC")}
        parts.append({"code": charge, "valueRange": bounds})
    where = line(f"{session.opened.side} {row['muscle'] or ''}")
    levels = session.story.all("level", "lowered")
    entries = [one.at.seq for one in levels if one.value("channel") == row["channel"]]
    return filled(_base(session, 0, "procedure", entries)) | {
        "code": coded("observation", "channel", "Stimulation given", f"Stimulation given on channel {row['channel']}"),
        "device": session.to("stimulator"),
        **({"bodySite": {"text": where}} if where else {}),
        "component": parts,
    }


def _finding(session: Session, found: Measure) -> Resource:
    category = "survey" if found.what in _ASKED else "exam"
    base = _base(session, found.at.t_ms, category, [found.at.seq]) | {"code": _code(found)}
    when = {"code": coded("observation", "when", "When"), "valueString": f"{found.when} the treatment"}
    return filled(base | _value(session, found) | {"component": [when]})


def _code(found: Measure) -> Resource:
    """An outcome is called as the card calls it; of a channel it is said of which."""
    if found.what == e.Finding.OUTCOME:
        return coded("finding", found.what, "Outcome", found.of)
    name = _NAMES.get(found.what, found.what)
    made = coded("finding", found.what, name, f"{name}, channel {found.of}" if found.of else "")
    return made | {"coding": [*made["coding"], _PAIN]} if found.what == e.Finding.NRS else made


def _value(session: Session, found: Measure) -> Resource:
    match found:
        case Measure(value=None):
            return _typed(session, found)
        case Measure(value=str(value)):
            return {"valueQuantity": {"value": float(value)}}
        case Measure(what=e.Finding.SKIN.value, value=int(value)):
            name = _SKIN[value] if 0 <= value < len(_SKIN) else str(value)
            return {"valueCodeableConcept": coded("skin", str(value), name)}
        case Measure(unit="yes", value=int(value)):
            return {"valueBoolean": bool(value)}
        case Measure(unit=unit, value=int(value)) if unit in _UNITS:
            return {"valueQuantity": quantity(value, _UNITS[unit])}
        case _:
            return {"valueInteger": found.value}


def _typed(session: Session, found: Measure) -> Resource:
    """What was typed as an outcome; or that it was not done, and why."""
    seen = next((one.observed for one in session.story.findings if one.at.seq == found.at.seq), None)
    said = line(seen.text) if seen else ""
    if seen is not None and seen.value is not None and said:
        return {"valueString": said}
    absent = of_hl7("data-absent-reason", "not-performed")
    return {"dataAbsentReason": filled(absent | {"text": said})}
