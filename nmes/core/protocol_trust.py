"""How far a value of a protocol can be trusted, in a word behind it. Only what is tagged `source` is ever called one.

In the core, because every place that shows a value has to say the same of it: card, screens, line mode, audit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from nmes.core.protocol import Protocol, Provenance

Speak = Callable[[str], str]
"""Gives a sentence in the reader's language; where it is not given, the sentence stays as it is."""
TO_VERIFY: Final = "TO\N{NO-BREAK SPACE}VERIFY"
"""Never broken over two lines, so that it is found and marked wherever it stands."""
TAGS: Final = {"source": "source", "verify": TO_VERIFY, "design": "our default", "computed": "computed"}
OUTDATED: Final = "CHANGED, source no longer holds"
UNCLEAR: Final = f"{TO_VERIFY}: one phase or the whole pulse"

_DURATION: Final = re.compile(r"channels\.(\d+)\.waveform\.phase_us|stages\.\d+\.phase_sweep\.(?:low|high)_us")


class Outdated(Provenance):
    """The origin of a value that was changed in a copy and still names the original's source. Never read from a file:
    put in its place where a copy is shown beside its original."""


def word(found: Provenance, speak: Speak = str) -> str:
    """What kind of origin it is."""
    return speak(OUTDATED if isinstance(found, Outdated) else TAGS[found.tag])


def unclear(protocol: Protocol, path: str) -> bool:
    """Whether this is a duration of which the document does not say what it measures."""
    found = _DURATION.fullmatch(path)
    if found is None:
        return False
    meant = protocol.channels if found[1] is None else (protocol.channels[int(found[1])],)
    return any(channel.waveform.definition == "unknown" for channel in meant)


def tag(protocol: Protocol, path: str, speak: Speak = str) -> str:
    """` (TO VERIFY)` and the like; nothing where the file states nothing."""
    found = protocol.provenance.get(path)
    parts = [word(found, speak)] if found else []
    return _said([*parts, *([speak(UNCLEAR)] if unclear(protocol, path) else [])])


def doubt(protocol: Protocol, path: str, speak: Speak = str) -> str:
    """The tag only where it is a doubt: for places with no room to tell every origin, and none to hide a doubt."""
    found = protocol.provenance.get(path)
    doubted = found is not None and (found.tag == "verify" or isinstance(found, Outdated))
    parts = [word(found, speak)] if found and doubted else []
    return _said([*parts, *([speak(UNCLEAR)] if unclear(protocol, path) else [])])


def pulse_doubts(protocol: Protocol, channel: int, speak: Speak = str) -> str:
    """Of a level's frequency and phase together, what is in doubt: ` (TO VERIFY: frequency; ...)`. Channels from 1."""
    told = []
    for index, stage in enumerate(protocol.stages):
        where = f"stages.{index}."
        paths = [path for path in protocol.provenance if path.startswith((f"{where}frequency_hz", f"{where}burst"))]
        name = speak("frequency of the {stage}").format(stage=stage.name.replace("_", " "))
        name = speak("frequency") if len(protocol.stages) == 1 else name
        told += [f"{name}{doubt(protocol, path, speak)}" for path in paths if doubt(protocol, path)][:1]
    phase = f"channels.{channel - 1}.waveform.phase_us"
    name = speak("phase")
    told += [f"{name}{doubt(protocol, phase, speak)}"] if doubt(protocol, phase) else []
    return f" [{', '.join(told)}]" if told else ""


def origin(protocol: Protocol, path: str) -> str:
    """Where a value comes from: its tag, the citations, the note."""
    found = protocol.provenance[path]
    cited = f" [{', '.join(found.cite)}]" if found.cite else ""
    doubted = f"; {UNCLEAR}" if unclear(protocol, path) else ""
    return f"{word(found)}{cited}{doubted}{f'. {found.note}' if found.note else ''}"


def _said(parts: list[str]) -> str:
    return f" ({'; '.join(parts)})" if parts else ""
