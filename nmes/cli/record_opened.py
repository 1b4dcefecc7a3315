"""For whom a session was, and what it asked for, from the entry it was opened with.

Apart from the events' words, because it is read from the binding, which every version of the program wrote otherwise:
what an older record has not is left out, and what cannot be read is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nmes.core.measurement import Origin
from nmes.core.problems import ProtocolError
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.core.protocol_phrases import frequency
from nmes.record.codec import Codec, Undecodable
from nmes.runtime.measured_words import origin_sentence, warning

_ORIGIN = Codec(Origin)


def whom_and_what(body: Mapping[str, Any]) -> Iterator[str]:
    """The patient's code and side, the frequency of each stage, and where a derived one comes from."""
    yield f"for patient code {body.get('patient') or '-'}, side {body.get('side') or '-'}"
    yield from _frequencies(body)
    if body.get("ctf_origin") is not None:
        try:
            origin = _ORIGIN.decode(body["ctf_origin"])
        except Undecodable as error:
            yield f"where its frequency comes from cannot be read by this version: {error}"
            return
        yield " ".join(filter(None, (origin_sentence(origin), warning(origin))))


def _frequencies(body: Mapping[str, Any]) -> Iterator[str]:
    protocol = _protocol(body)
    for stage in protocol.stages if protocol else ():
        yield f"frequency of the {stage.name.replace('_', ' ')}: {frequency(stage)}"


def _protocol(body: Mapping[str, Any]) -> Protocol | None:
    """The protocol as the record holds it; the story is told without it where it cannot be read any more."""
    try:
        return parse(str(body.get("protocol_yaml", "")).encode(), f"{body.get('protocol', '?')}.yaml", of_record=True)
    except ProtocolError:
        return None
