"""A record as a FHIR R4B bundle, for systems that keep patients' files: what was done, with what, found and measured.

Law: the bundle says less than the record and nothing else. It is a copy without the record's proof, so it names the
record's file, its last hash and what verification found, by which anybody can go back to it. R4B, because that is what
the library has that is nearest to R4, which such systems speak; its models judge each bundle before it leaves. No
terminology is used whose codes were not read: names are this program's own, units are UCUM. A simulated session is
marked as test data, and one without a patient's code has no Patient.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nmes.core import events as e
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.store import FIRST_GIVEN, Closed, Interrupted, Unfinished
from nmes.record.story import Story
from nmes.reports.fhir_endings import ending_name
from nmes.reports.fhir_found import observations
from nmes.reports.fhir_parts import OWN, Made, Resource, Session, coded, filled, line, words
from nmes.reports.fhir_trust import audit, provenance, signed_by
from nmes.reports.form import LibraryMissing

TEST_DATA: Final = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
"""[source: HL7 v3 ActReason, test health data]"""
_DONE: Final = frozenset({"complete", "assessed", FIRST_GIVEN})
_NOT_TOLD: Final = "Adverse event, not described"


def fhir_of(story: Story, corrected: Mapping[int, str] | None = None) -> str:
    """The bundle as JSON, valid by the models of `fhir.resources`; LibraryMissing without the extra `fhir`.

    `corrected`: what is right instead of entries that were corrected since. RecordError for a record whose opening
    entry cannot be read: whose it is, is not known.
    """
    try:
        from fhir.resources.R4B.bundle import Bundle  # noqa: PLC0415 - an extra, and slow
    except ImportError as error:
        said = _(
            "FHIR needs the library fhir.resources, which is not installed. In the folder of nmes: pip install "
            "'.[fhir]'."
        )
        raise LibraryMissing(said) from error
    bundle = bundle_of(story, corrected)
    Bundle.model_validate(bundle)
    return json.dumps(bundle, ensure_ascii=False, indent=1) + "\n"


def bundle_of(story: Story, corrected: Mapping[int, str] | None = None) -> Resource:
    """The bundle as plain values; the same story gives the same bundle."""
    if story.opened is None:
        said = _("{path}: the first entry of this record cannot be read: whose it is is not known.")
        raise RecordError(said.format(path=story.path))
    session = Session(story, story.opened, corrected or {})
    done = [Made("procedure", _procedure(session)), *observations(session)]
    trust = [Made("audit", audit(session)), Made("provenance", provenance(session, [one.name for one in done]))]
    made = [*_patient(session), *_devices(session), *done, *trust]
    return filled(
        {
            "resourceType": "Bundle",
            "meta": _meta(story),
            "language": "en",
            "identifier": {"system": f"{OWN}:session", "value": story.session},
            "type": "collection",
            "entry": [{"fullUrl": session.url(one.name), "resource": _tagged(one, story)} for one in made],
        }
    )


def _meta(story: Story) -> Resource:
    """Each resource has it too: a system that takes a bundle apart keeps resources, not the bundle."""
    return {"tag": [TEST_DATA]} if story.kind is Kind.SIMULATION else {}


def _tagged(one: Made, story: Story) -> Resource:
    return filled({"resourceType": one.resource["resourceType"], "meta": _meta(story), **one.resource})


def _patient(session: Session) -> Iterator[Made]:
    """The code, and nothing else: who it stands for is known to the clinic's own list."""
    if code := line(session.opened.patient):
        identifier = [{"system": f"{OWN}:patient-code", "value": code}]
        yield Made("patient", {"resourceType": "Patient", "identifier": identifier})


def _devices(session: Session) -> Iterator[Made]:
    """The stimulator as it identified itself, and the program that led it."""
    device, opened = session.story.device, session.opened
    yield Made(
        "stimulator",
        filled(
            {
                "resourceType": "Device",
                "identifier": _named("device-id", device.device_id if device else ""),
                "deviceName": _called((device.model if device else "") or opened.model, "model-name"),
                "version": [{"value": line(device.firmware)}] if device and line(device.firmware) else [],
                "type": words("Electrical stimulator of muscles and nerves"),
            }
        ),
    )
    program = {"deviceName": _called(opened.program, "model-name"), "type": words("Program that controls a stimulator")}
    yield Made("program", filled({"resourceType": "Device", **program}))


def _named(system: str, value: str) -> list[Resource]:
    return [{"system": f"{OWN}:{system}", "value": line(value)}] if line(value) else []


def _called(name: str, kind: str) -> list[Resource]:
    return [{"name": line(name), "type": kind}] if line(name) else []


def _procedure(session: Session) -> Resource:
    story, opened = session.story, session.opened
    ended = story.ending.told_why if isinstance(story.ending, Closed) else ""
    happened = [one.observed for one in story.findings if one.observed.finding is e.Finding.ADVERSE]
    notes = [one.observed.text for one in story.findings if one.observed.finding is e.Finding.NOTE]
    notes += [f"Entry {seq} was corrected since: {right}" for seq, right in session.corrected.items()]
    return filled(
        {
            "resourceType": "Procedure",
            "identifier": _named("session", story.session),
            "status": _status(story),
            "statusReason": coded("ending", line(ended), ending_name(line(ended))) if line(ended) else {},
            "code": _protocol(session),
            "subject": session.subject,
            "performedPeriod": filled({"start": session.at(0), "end": _end(session)}),
            "performer": [{"actor": {"display": name}} for name in signed_by(story)],
            "bodySite": [{"text": line(f"{opened.side} {muscle}")} for muscle in opened.muscles if line(muscle)],
            "complication": [words(one.text if line(one.text) else _NOT_TOLD) for one in happened if one.value],
            "note": [{"text": line(text)} for text in notes if line(text)],
            "usedReference": [session.to("stimulator"), session.to("program")],
        }
    )


def _protocol(session: Session) -> Resource:
    opened = session.opened
    coding: dict[str, Any] = {
        "system": f"{OWN}:protocol",
        "code": line(opened.protocol),
        "version": line(opened.version),
    }
    return filled({"coding": [filled(coding)], "text": line(f"{opened.protocol} {opened.version}")})


def _end(session: Session) -> str:
    over_ms = session.story.over_ms
    return "" if over_ms is None else session.at(over_ms)


def _status(story: Story) -> str:
    """As far as the record tells; one whose end cannot be read is of unknown status."""
    match story.ending:
        case Closed() if not story.flowed:
            return "not-done"
        case Closed():
            return "completed" if story.ending.told_why in _DONE else "stopped"
        case Interrupted():
            return "stopped"
        case Unfinished():
            return "in-progress"
        case _:
            return "unknown"
