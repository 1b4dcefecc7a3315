"""What a line of the line mode leads to. Apart from the commands, because all rooms of the line mode speak it."""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core import events as e


@dataclass(frozen=True, slots=True)
class Post:
    """Tell the session; `more` follows at once, where one line moves several channels down."""

    event: e.Operator
    more: tuple[e.Operator, ...] = ()


@dataclass(frozen=True, slots=True)
class StopNow:
    """STOP, before anything else."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Hear no further line for so long, in ms of the session's time."""

    time_ms: int


@dataclass(frozen=True, slots=True)
class Report:
    """Write the report as soon as the record is closed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line led to: something to do, something to say, or both."""

    do: Post | StopNow | Wait | Report | None = None
    said: tuple[str, ...] = ()


def post(event: e.Operator) -> Heard:
    return Heard(Post(event))


def say(*lines: str) -> Heard:
    return Heard(said=lines)
