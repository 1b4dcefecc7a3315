"""Events and commands as plain JSON values and back, exactly, so that a record can be replayed years later.

A dataclass becomes `{"type": its name, field: value, ...}`, a tuple a list, an enumeration its text. Reading is
strict: a type or field we do not know, or one that is missing, is an error that names it, since a guessed event would
replay to a lie. Only a field with a default may be missing: a record from before the field was added means the default.
The types are taken from the unions of `nmes.core`; one added there is recorded without a change here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from nmes.core.commands import Command
from nmes.core.events import Event
from nmes.record.errors import NotRecordable, RecordError

VOCABULARY = 4
"""The number of this vocabulary of events and commands, written into every record. Raise it when an old program would
read a new record wrongly: since 2 there are measured values and CRAMP, since 3 attended sessions, findings and
signatures, since 4 free texts stand beside the record."""
READABLE = (1, 2, 3, 4)
"""What this program reads: before 3 the fields that have a default may not have been there, and meant that default."""

_Reader = Callable[[Any, str], Any]
_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")


class Undecodable(RecordError):
    """A recorded value is not one this program knows; the message names where and what."""


def encode(value: object) -> Any:
    """Plain JSON of an event, a command or a part of one; NotRecordable for what has no plain form.

    Half a character (a byte the terminal's encoding did not know) becomes U+FFFD, one for one: a strange letter in a
    name must not stop the record, and with it the output.
    """
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value if value.isascii() else _HALF_CHARACTER.sub("\ufffd", value)
    if isinstance(value, int | NoneType):
        return value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        return {"type": kind.__name__} | {name: encode(getattr(value, name)) for name in _names(kind)}
    raise NotRecordable(f"{value!r} ({type(value).__name__}) cannot be recorded")


class Codec:
    """Reads the members of a union of frozen dataclasses; TypeError at construction if one cannot be read back."""

    def __init__(self, union: Any) -> None:
        self._readers = {member.__name__: _dataclass(member) for member in _members(union)}

    def decode(self, value: Any) -> Any:
        """The dataclass of an encoded value, equal to the one encoded; Undecodable otherwise."""
        name = value.get("type") if isinstance(value, dict) else None
        reader = self._readers.get(str(name))
        if reader is None:
            raise Undecodable(f"unknown type {name!r}")
        return reader(value, str(name))


def _members(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, UnionType):
        return tuple(inner for member in get_args(hint) for inner in _members(member))
    return (hint,)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _reader(hint: Any) -> _Reader:
    members = _members(hint)
    if len(members) > 1:
        return _union([_reader(member) for member in members])
    if hint in (int, str, bool, NoneType):
        return _exactly(hint)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enumeration(hint)
    if is_dataclass(hint):
        return _dataclass(hint)
    raise TypeError(f"{hint} cannot be recorded")


def _exactly(kind: type) -> _Reader:
    def read(value: Any, path: str) -> Any:
        if type(value) is not kind:
            raise Undecodable(f"{path}: {value!r} is not {kind.__name__}")
        return value

    return read


def _enumeration(kind: type[StrEnum]) -> _Reader:
    def read(value: Any, path: str) -> StrEnum:
        try:
            return kind(value)
        except ValueError as error:
            raise Undecodable(f"{path}: {value!r} is not a {kind.__name__}") from error

    return read


def _union(readers: list[_Reader]) -> _Reader:
    def read(value: Any, path: str) -> Any:
        reasons = []
        for reader in readers:
            try:
                return reader(value, path)
            except Undecodable as error:
                reasons.append(str(error))
        raise Undecodable("; ".join(reasons))

    return read


def _tuple(hints: tuple[Any, ...]) -> _Reader:
    readers = [_reader(hint) for hint in hints if hint is not Ellipsis]
    endless = Ellipsis in hints

    def read(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or not (endless or len(value) == len(readers)):
            raise Undecodable(f"{path}: {value!r} is not the list expected here")
        each = readers * len(value) if endless else readers
        return tuple(reader(item, f"{path}[{at}]") for at, (reader, item) in enumerate(zip(each, value, strict=True)))

    return read


def _dataclass(kind: Any) -> _Reader:
    hints = get_type_hints(kind)
    if "type" in _names(kind):
        raise TypeError(f"{kind.__name__}: a field named 'type' cannot be recorded")
    readers = {name: _reader(hints[name]) for name in _names(kind)}
    keys = {"type", *readers}
    needed = {"type", *(f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING)}

    def read(value: Any, path: str) -> Any:
        if not isinstance(value, dict) or value.get("type") != kind.__name__:
            raise Undecodable(f"{path}: {value!r} is not a {kind.__name__}")
        wrong = (value.keys() - keys) | (needed - value.keys())
        if wrong:
            raise Undecodable(f"{path}: unknown or missing: {', '.join(sorted(map(str, wrong)))}")
        return kind(
            **{name: reader(value[name], f"{path}.{name}") for name, reader in readers.items() if name in value}
        )

    return read


EVENTS = Codec(Event)
COMMANDS = Codec(Command)
