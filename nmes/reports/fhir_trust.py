"""How far a bundle can be believed, in FHIR's words: where it is from, and what verifying its record found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from nmes.record.head_code import code_of
from nmes.record.story import Signature, Story
from nmes.record.verify import Damaged, Intact, Torn
from nmes.reports.fhir_parts import OWN, Resource, Session, filled, line, of_hl7

_ACTIVITY: Final = {
    "system": "http://dicom.nema.org/resources/ontology/DCM",
    "code": "110100",
    "display": "Application Activity",
}
"""[source: DICOM PS3.16, Application Activity]"""


def audit(session: Session) -> Resource:
    """The session as an event of the program, with the verdict on its record and the mistakes that were caught."""
    story = session.story
    outcome, said = _verdict(session)
    return filled(
        {
            "resourceType": "AuditEvent",
            "type": _ACTIVITY,
            "action": "E",
            "period": {"start": session.at(0), "end": session.at(story.end_ms)},
            "recorded": session.at(story.end_ms),
            "outcome": outcome,
            "outcomeDesc": said,
            "agent": [
                {"who": session.to("program"), "requestor": False},
                *({"who": {"display": name}, "requestor": True} for name in _who(session)),
            ],
            "source": filled({"site": line(session.opened.station), "observer": session.to("program")}),
            "entity": [filled({"what": _record(session), "detail": list(_details(session))})],
        }
    )


def provenance(session: Session, made: Sequence[str]) -> Resource:
    """Made by the program from the record; of who signed it is said that they did, not proven by this copy."""
    by = of_hl7("provenance-participant-type", "assembler")
    author = of_hl7("provenance-participant-type", "attester")
    return filled(
        {
            "resourceType": "Provenance",
            "target": [session.to(name) for name in made],
            "occurredPeriod": {"start": session.at(0), "end": session.at(session.story.end_ms)},
            "recorded": session.at(session.story.end_ms),
            "agent": [
                {"type": by, "who": session.to("program")},
                *({"type": author, "who": {"display": name}} for name in signed_by(session.story)),
            ],
            "entity": [{"role": "source", "what": _record(session)}],
        }
    )


def _verdict(session: Session) -> tuple[str, str]:
    """FHIR's grade (0 success, 4 minor, 8 serious failure), and the sentence."""
    story = session.story
    match story.verdict:
        case Intact() if story.broken:
            return "4", line(f"The record is whole, then writing ended: {story.broken}")
        case Intact() if story.sealed is not None and story.sealed.pending:
            said = "The record is whole, and signed up to entry {entry}; what stands after it may have been changed."
            return "4", said.format(entry=story.sealed.to_seq)
        case Intact(entries=entries):
            return "0", f"The record verifies: {entries} entries."
        case Torn(entries=entries):
            return "4", f"The record is whole up to entry {entries}; the line after it is cut off."
        case Damaged(sentence=sentence):
            return "8", f"The record is damaged. {sentence}"
        case _:
            assert_never(story.verdict)


def _record(session: Session) -> Resource:
    """The record's file, by the hash it ends in."""
    head = session.story.verdict.head
    identifier = {"system": f"{OWN}:record-hash", "value": head.hash} if head else {}
    return filled({"identifier": identifier, "display": session.story.path.name})


def _details(session: Session) -> Iterator[Resource]:
    story, head = session.story, session.story.verdict.head
    if head is not None:
        yield {"type": "head_code", "valueString": code_of(head.hash)}
    if story.sealed is not None:
        yield {"type": "station_key", "valueString": story.sealed.key}
        yield {"type": "station_key_known", "valueString": "yes" if story.sealed.known else "no"}
        yield {"type": "signed_to_entry", "valueString": str(story.sealed.to_seq)}
    yield from ({"type": f"caught:{one.catch}", "valueString": str(len(one.times))} for one in story.caught)


def signed_by(story: Story) -> list[str]:
    """The name of who signed the session; none where nobody did."""
    signature = story.signature
    return [line(signature.by)] if isinstance(signature, Signature) and line(signature.by) else []


def _who(session: Session) -> list[str]:
    """Who asked the checklist and who signed, each once."""
    asked = [line(one.by) for one in session.story.screening]
    return list(dict.fromkeys(name for name in (*asked, *signed_by(session.story)) if name))
