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
from nmes.language import _
from nmes.record.codec import Codec, Undecodable
from nmes.runtime.measured_words import SIDES, origin_sentence, warning
from nmes.ui.names import stage_words

_ORIGIN = Codec(Origin)


def whom_and_what(body: Mapping[str, Any]) -> Iterator[str]:
    """The patient's code and side, the frequency of each stage, and where a derived one comes from."""
    side = str(body.get("side") or "-")
    said = _("for patient code {code}, side {side}")
    yield said.format(code=body.get("patient") or "-", side=SIDES.get(side, side))
    yield from _frequencies(body)
    yield from where_from(body)


def where_from(body: Mapping[str, Any]) -> Iterator[str]:
    """Where a derived frequency comes from: measured, typed or the fallback; nothing where none is derived."""
    if body.get("ctf_origin") is not None:
        try:
            origin = _ORIGIN.decode(body["ctf_origin"])
        except Undecodable as error:
            said = _("where its frequency comes from cannot be read by this version: {error}")
            yield said.format(error=error)
            return
        yield " ".join(filter(None, (origin_sentence(origin), warning(origin))))


def _frequencies(body: Mapping[str, Any]) -> Iterator[str]:
    protocol = _protocol(body)
    for stage in protocol.stages if protocol else ():
        said = _("frequency of the {stage}: {frequency}")
        yield said.format(stage=stage_words(stage.name), frequency=frequency(stage, _))


def _protocol(body: Mapping[str, Any]) -> Protocol | None:
    """The protocol as the record holds it; the story is told without it where it cannot be read any more."""
    try:
        return parse(str(body.get("protocol_yaml", "")).encode(), f"{body.get('protocol', '?')}.yaml", of_record=True)
    except ProtocolError:
        return None
