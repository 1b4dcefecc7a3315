"""A YAML text as plain values, each with its place; everything in YAML that can mislead a reader is refused.

Built from the parser's events rather than from loaded objects: every place is known, numbers stay as they were written
(Decimal, never float), and nothing is expanded, constructed or recursed into. Refused: anchors, aliases, tags,
directives, duplicate keys, deep nesting, tabs, large files, more than one document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from nmes.core.problems import Problem, ProtocolError

Key = str | int
Path = tuple[Key, ...]
Value = None | bool | int | Decimal | str | list["Value"] | dict[str, "Value"]
Place = tuple[int, int]

MAX_BYTES = 1_000_000
MAX_EVENTS = 20_000
MAX_DEPTH = 12

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)


def dotted(path: Path) -> str:
    """A path as it is written in messages and in `provenance`: `stages.0.on_s`."""
    return ".".join(str(key) for key in path)


@dataclass(slots=True)
class Tree:
    """Values with their places: line and column, from 1, of each value and of each key."""

    name: str
    value: Value = None
    values_at: dict[Path, Place] = field(default_factory=dict)
    keys_at: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where a value stands; of a value that is missing, where its nearest parent does."""
        while path and path not in self.values_at:
            path = path[:-1]
        return self.values_at.get(path, (1, 1))

    def get(self, path: Path) -> Value:
        """The value at a path, None if there is none."""
        value = self.value
        for key in path:
            match value, key:
                case dict(), str() if key in value:
                    value = value[key]
                case list(), int() if key < len(value):
                    value = value[key]
                case _:
                    return None
        return value

    def word(self, path: Path) -> str:
        """The text at a path; "" if there is none, or something that is no text and that the model tells."""
        value = self.get(path)
        return value if isinstance(value, str) else ""

    def problem(self, path: Path, reason: str, accepted: str = "", *, at_key: bool = False) -> Problem:
        """A problem with what stands at `path`, placed at its value, or at its key."""
        line, column = self.keys_at.get(path, (1, 1)) if at_key else self.place(path)
        return Problem(dotted(path), shown(self.get(path)), reason, accepted, self.name, line, column)

    def numbers(self, path: Path = ()) -> Iterator[Path]:
        """The paths of all numbers at and below `path`."""
        value = self.get(path)
        if isinstance(value, dict):
            for name in value:
                yield from self.numbers((*path, name))
        elif isinstance(value, list):
            for index in range(len(value)):
                yield from self.numbers((*path, index))
        elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            yield path


def shown(value: Value) -> str:
    """A value as the author wrote it, short; nothing for lists and groups of keys."""
    match value:
        case dict() | list() | None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value[:40]}…"' if len(value) > 40 else f'"{value}"'
        case int() | Decimal():
            return str(value)
        case _:
            assert_never(value)


def read(text: bytes, name: str) -> Tree:
    """The tree of one YAML document whose top is a group of keys; ProtocolError tells all that is wrong."""

    def refuse(reason: str, accepted: str, line: int = 1, column: int = 1) -> ProtocolError:
        return ProtocolError([Problem("", "", reason, accepted, name, line, column)])

    if len(text) > MAX_BYTES:
        raise refuse(f"the file has {len(text)} bytes", f"give at most {MAX_BYTES}")
    if text.startswith(b"\xef\xbb\xbf"):
        raise refuse("the file begins with a byte order mark", 'save it as "UTF-8 without BOM"')
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise refuse("the file is not UTF-8 text", "save it as UTF-8", line) from error
    tabs = [
        Problem("", "", "a tab is used for indentation", "use spaces", name, decoded.count("\n", 0, found.end()) + 1, 1)
        for found in _TAB_INDENT.finditer(decoded)
    ]
    if tabs:
        raise ProtocolError(tabs)
    builder = _Builder(Tree(name))
    try:
        for event in YAML(typ="safe", pure=True).parse(decoded):
            builder.take(event)
    except MarkedYAMLError as error:
        raise refuse(*_parser_words(error)) from error
    except ProtocolError:
        raise
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise refuse("this is not YAML", "check indentation, colons and quotes") from error
    tree, problems = builder.tree, builder.problems
    if not problems and not isinstance(tree.value, dict):
        reason = (
            "the file is empty" if tree.value is None else "the file must be a group of keys, not a list or one value"
        )
        raise refuse(reason, "start with id:, version:, title:", *tree.place(()))
    if problems:
        raise ProtocolError(problems)
    return tree


# What the parser says, where it began (True) or where it noticed (False), and the same for the person who wrote it.
_SAID = (
    (
        "mapping values are not allowed",
        False,
        "a colon is out of place here",
        "put a text with a colon in quotes, or indent the line as its neighbours are",
    ),
    ("expected <block end>", False, "this line is not in line with those above it", "indent it as its neighbours are"),
    ("expected ',' or ']'", True, "the list that begins here is not closed", "close it with ]"),
    ("expected ',' or '}'", True, "the group that begins here is not closed", "close it with }"),
    ("unexpected end of stream", True, "the quote that begins here is not closed", "close it, or remove it"),
    ("could not find expected ':'", True, "there is no colon after this key", "write key: value"),
    ("cannot start any token", False, "no value can begin with this character", "put the text in quotes"),
)


def _parser_words(error: MarkedYAMLError) -> tuple[str, str, int, int]:
    """What is wrong, what to do, line and column; the parser's own words where we have none."""
    said = str(error.problem)
    for part, at_beginning, reason, accepted in _SAID:
        if part in said:
            mark = error.context_mark if at_beginning else error.problem_mark
            return (reason, accepted, *_place(mark or error.problem_mark))
    return (f"this is not YAML: {said}", "check indentation, colons and quotes", *_place(error.problem_mark))


def _place(mark: StreamMark | None) -> Place:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Builder:
    """Takes parser events in order; `open` is the chain of lists and groups that have not ended."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Problem] = []
        self.open: list[tuple[Path, dict[str, Value] | list[Value]]] = []
        self.key: str | None = None
        self.events = 0
        self.documents = 0

    def take(self, event: Event) -> None:
        self.events += 1
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if self.events > MAX_EVENTS:
            self._fatal(place, "the file has too many entries", f"give at most {MAX_EVENTS}")
        match event:
            case DocumentStartEvent():
                self.documents += 1
                if self.documents > 1 or event.version or event.tags:
                    self._fatal(place, "the file has a directive or a second document", "remove % lines and ---")
            case CollectionStartEvent():
                self._plain(event, place)
                self._begin(event, place)
            case CollectionEndEvent():
                self.open.pop()
            case AliasEvent():
                self._note(place, "YAML aliases and merges are not allowed", "write the value out")
                self._value(None, place)
            case ScalarEvent():
                self._plain(event, place)
                self._scalar(event, place)
            case _:
                pass  # ends of documents and of the stream carry nothing

    def _begin(self, event: CollectionStartEvent, place: Place) -> None:
        if len(self.open) >= MAX_DEPTH:
            self._fatal(place, "the file is nested too deeply", f"give at most {MAX_DEPTH} levels")
        value: dict[str, Value] | list[Value] = {} if isinstance(event, MappingStartEvent) else []
        path = self._value(value, place)
        self.open.append((path, value))

    def _scalar(self, event: ScalarEvent, place: Place) -> None:
        if self.open and isinstance(self.open[-1][1], dict) and self.key is None:
            path, group = self.open[-1]
            self.key = event.value
            if event.value in group:
                self._note(place, "this key is given twice", "keep one of them", (*path, event.value))
            self.tree.keys_at.setdefault((*path, event.value), place)
            return
        self._value(event.value if event.style else _plain_value(event.value), place)

    def _value(self, value: Value, place: Place) -> Path:
        """Put a value where it belongs; the first one of a duplicate key stays."""
        path: Path = ()
        if not self.open:
            self.tree.value = value
        else:
            parent, container = self.open[-1]
            if isinstance(container, list):
                path = (*parent, len(container))
                container.append(value)
            elif self.key is None:
                self._fatal(place, "a key must be one plain word", "write key: value")
            else:
                path = (*parent, self.key)
                container.setdefault(self.key, value)
                self.key = None
        self.tree.values_at.setdefault(path, place)
        return path

    def _plain(self, event: CollectionStartEvent | ScalarEvent, place: Place) -> None:
        if event.anchor:
            self._note(place, "YAML anchors are not allowed", "write the value out where it is needed")
        if event.tag:
            self._note(place, "YAML tags are not allowed", "write the plain value")

    def _note(self, place: Place, reason: str, accepted: str, path: Path = ()) -> None:
        self.problems.append(Problem(dotted(path), "", reason, accepted, self.tree.name, *place))

    def _fatal(self, place: Place, reason: str, accepted: str) -> None:
        self._note(place, reason, accepted)
        raise ProtocolError(self.problems)


def _plain_value(text: str) -> Value:
    """The value of an unquoted word. Numbers only as people write them: no 010, 0x1f, 1e3, 1_000, .nan or .inf."""
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return {"true": True, "false": False, "": None, "null": None, "~": None}.get(text, text)
