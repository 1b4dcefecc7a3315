"""What every resource of a bundle is made of: references, codes, quantities, times. Plain values, empty ones left out.

Resources are named by UUIDs made from the session, so that the same record gives the same bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from nmes.core.printable import printable
from nmes.record.story import Opened, Story

Resource = dict[str, Any]

OWN: Final = "urn:nmes"
"""The beginning of the names of this program's own code systems."""
UCUM: Final = "http://unitsofmeasure.org"
PER_UNIT: Final = {"mA": 1000, "s": 1000, "uC": 1000, "Hz": 1000, "N": 1000, "cm2": 100, "us": 1, "{score}": 1}
"""How many of the record's units (µA, ms, nC, mHz, mN, mm², µs) make one of these units of UCUM."""
SHOWN: Final = {"uC": "µC", "us": "µs", "cm2": "cm²", "{score}": "score"}


@dataclass(frozen=True, slots=True)
class Made:
    """A resource and its name within the bundle."""

    name: str
    resource: Resource


@dataclass(frozen=True, slots=True)
class Session:
    """A story whose opening entry is known. `corrected`: what is right instead of entries that were corrected since."""

    story: Story
    opened: Opened
    corrected: Mapping[int, str] = field(default_factory=dict, hash=False)

    def url(self, name: str) -> str:
        """What a resource of this bundle is called in it."""
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{OWN}:{self.story.session}:{name}')}"

    def to(self, name: str) -> Resource:
        return {"reference": self.url(name)}

    @property
    def subject(self) -> Resource:
        """The patient, or the words that nobody is named."""
        return self.to("patient") if line(self.opened.patient) else {"display": "no patient code was given"}

    def at(self, t_ms: int) -> str:
        """So long after the opening: the clock that never goes back, laid on the date of the start."""
        moment = datetime.fromisoformat(self.opened.at.t_utc) + timedelta(milliseconds=t_ms)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def filled(resource: Resource) -> Resource:
    """Without what is empty, which FHIR forbids; 0 and false stay."""
    return {name: value for name, value in resource.items() if value is not None and value not in ("", [], {})}


def line(said: str) -> str:
    """What may stand in a text of FHIR: one harmless line."""
    return printable(said).strip()


def words(said: str) -> Resource:
    """A code that is only words; empty for none."""
    return filled({"text": line(said)})


def coded(system: str, code: str, display: str, said: str = "") -> Resource:
    """A code of this program with its words; `said`: what it is called here, where that is more."""
    coding = {"system": f"{OWN}:{system}", "code": code, "display": line(display)}
    return {"coding": [coding], "text": line(said or display)}


def of_hl7(system: str, code: str) -> Resource:
    """A code of one of HL7's own systems."""
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def quantity(value: int, unit: str) -> Resource:
    """A number of the record in a unit of UCUM, exact."""
    per = PER_UNIT[unit]
    number = value // per if value % per == 0 else value / per
    return {"value": number, "unit": SHOWN.get(unit, unit), "system": UCUM, "code": unit}
