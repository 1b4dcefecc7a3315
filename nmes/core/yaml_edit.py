"""Changes single values of a YAML text and keeps every other letter of it, comments and line breaks included. Pure.

The places come from the parser's own events, so that what is replaced is exactly what was read. Nothing is judged here:
the changed text is read again by whoever uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from nmes.core.problems import ProtocolError
from nmes.core.yaml_tree import Path, read

Span = tuple[int, int]


def with_values(text: str, values: Mapping[Path, str]) -> str:
    """The text with the value at each path replaced by this YAML source; KeyError for a path that is not there.

    A list or a group may be replaced as a whole, by a source of one line.
    """
    places = spans(text)
    for path in sorted(values, key=lambda path: places[path], reverse=True):
        start, end = places[path]
        gap = " " if start == end else ""  # a key without a value: its colon needs a space
        text = f"{text[:start]}{gap}{values[path]}{text[end:]}"
    return text


def with_lines_after(text: str, key: str, lines: str) -> str:
    """The text with whole `lines` after the value of a key at the top; KeyError if there is none."""
    _, end = spans(text)[(key,)]
    at = text.find("\n", end) + 1
    return f"{text}\n{lines}" if at == 0 else f"{text[:at]}{lines}{text[at:]}"


def scalar(value: str) -> str:
    """A text as YAML on one line, in quotes only where it would be read as something else."""
    return value if _plain(value) else f'"{"".join(map(_quoted, value))}"'


def _quoted(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def _plain(value: str) -> bool:
    if any(letter in value for letter in ",[]{}\n"):
        return False
    try:
        text = f"key: {value}\nlist: [{value}]".encode("utf-8", "surrogatepass")  # a list in a row has rules of its own
        return read(text, "").value == {"key": value, "list": [value]}
    except ProtocolError:
        return False


@lru_cache(maxsize=4)
def spans(text: str) -> Mapping[Path, Span]:
    """Where each value begins and ends, by path; a comment behind a value is no part of it. Kept for the next call."""
    walk = _Walk(text)
    for event in YAML(typ="safe", pure=True).parse(text):
        walk.take(event)
    return walk.found


@dataclass(slots=True)
class _Open:
    """A list or group that has not ended; `key` is the key whose value comes next."""

    path: Path
    start: int
    is_group: bool
    count: int = 0
    key: str | None = None


@dataclass(slots=True)
class _Walk:
    text: str
    found: dict[Path, Span] = field(default_factory=dict)
    open: list[_Open] = field(default_factory=list)
    last_end: int = 0

    def take(self, event: Event) -> None:
        match event:
            case CollectionStartEvent():
                path = self._next_path()
                self.open.append(_Open(path, event.start_mark.index, isinstance(event, MappingStartEvent)))
            case CollectionEndEvent():
                ended = self.open.pop()
                # A block's own end lies before the next token, behind comments: it ends with what it holds.
                flow_end = event.end_mark.index if event.end_mark.index > event.start_mark.index else 0
                self.last_end = max(self.last_end, flow_end)
                self.found[ended.path] = (ended.start, max(ended.start, self.last_end))
            case ScalarEvent():
                self._scalar(event)
            case _:
                pass  # the beginnings and ends of documents hold no place

    def _scalar(self, event: ScalarEvent) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if start == end:  # nothing is written there, and the parser's mark lies before the next word: behind the colon
            start = end = self.text.find(":", self.last_end) + 1
        end = start + len(self.text[start:end].rstrip())
        self.last_end = max(self.last_end, end)
        parent = self.open[-1] if self.open else None
        if parent is not None and parent.is_group and parent.key is None:
            parent.key = event.value
            return
        self.found[self._next_path()] = (start, end)

    def _next_path(self) -> Path:
        if not self.open:
            return ()
        parent = self.open[-1]
        if parent.is_group:
            key, parent.key = parent.key or "", None
            return (*parent.path, key)
        parent.count += 1
        return (*parent.path, parent.count - 1)
