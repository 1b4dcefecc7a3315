"""Law: what no document states is a switch, in whatever device: a field of a frozen dataclass with its other values.

Each device has a dataclass of its own, made with `switch` and `flag`; what can be asked of a dataclass of switches is
the same for all and stands here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import Field, field, fields, replace
from typing import Any, ClassVar, Protocol, TypeVar


class Switchable(Protocol):
    """A frozen dataclass whose fields are all switches."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


S = TypeVar("S", bound=Switchable)
Table = type[Switchable]


def switch(default: Any, values: tuple[Any, ...], covers: str) -> Any:  # Any: a field's default has the field's type
    """A field with its default, all its values, and the statement, stated in no document, that it covers."""
    return field(default=default, metadata={"values": values, "covers": covers})


def flag(default: bool, covers: str) -> Any:  # Any: as above
    """A field that is true or false."""
    return switch(default, (True, False), covers)


def names(table: Table) -> tuple[str, ...]:
    """All switches of a device."""
    return tuple(entry.name for entry in fields(table))


def values_of(table: Table, name: str) -> tuple[Any, ...]:
    """The settings of switch `name`, default first. Raises KeyError for an unknown name."""
    found = {entry.name: entry for entry in fields(table)}[name]
    rest = (value for value in found.metadata["values"] if value != found.default)
    return (found.default, *rest)


def covers(table: Table, name: str) -> str:
    """The statement, stated in no document, that switch `name` covers."""
    return str({entry.name: entry for entry in fields(table)}[name].metadata["covers"])


def turned(switches: S, given: Mapping[str, object]) -> S:
    """`switches` with other settings, each as itself or as its text. ValueError in one sentence."""
    return replace(switches, **{name: _meant(type(switches), name, value) for name, value in given.items()})


def _meant(table: Table, name: str, given: object) -> Any:
    if name not in names(table):
        raise ValueError(f"unknown switch {name!r}; known: {', '.join(names(table))}")
    values = {str(value).lower(): value for value in values_of(table, name)}
    word = str(given).lower()
    if word not in values:
        raise ValueError(f"the switch {name} is one of {', '.join(values)}, not {repr(given)[:40]}")
    return values[word]


def alternatives(base: S) -> Iterator[tuple[str, S]]:
    """`base` and then `base` with one switch changed, every other value once, each with a name for a test id."""
    yield "base", base
    for name in names(type(base)):
        for value in values_of(type(base), name):
            if value != getattr(base, name):
                yield f"{name}={value}", replace(base, **{name: value})
