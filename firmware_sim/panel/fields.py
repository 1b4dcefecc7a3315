"""Law: a field of an answer is the kind it must be, or the answer is Unreadable in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeVar

from firmware_sim.panel.state import Points

T = TypeVar("T")
Node = Mapping[str, Any]


class Unreadable(ValueError):
    """An answer that is not what the protocol says."""


def object_of(node: Node, name: str) -> Node:
    value = node.get(name)
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is missing in the simulator's answer")
    return value


def all_of(node: Node, name: str, read: Callable[[Node], T]) -> tuple[T, ...]:
    return tuple(read(item) for item in list_of(node, name))


def list_of(node: Node, name: str) -> list[Any]:
    value = node.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{name} is {_shown(value)}, not a list")
    return value


def word(node: Node, name: str, default: str | None = None) -> str:
    value = node.get(name, default)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise Unreadable(f"{name} is {_shown(value)}, not a word")
    return value


def real(node: Node, name: str, default: float | None = None) -> float:
    value = node.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Unreadable(f"{name} is {_shown(value)}, not a number")
    return value


def whole(node: Node, name: str, default: int | None = None) -> int:
    return round(real(node, name, default))


def maybe(node: Node, name: str) -> int | None:
    return None if node.get(name) is None else whole(node, name)


def wholes(node: Node, name: str) -> tuple[int, ...]:
    return tuple(whole({name: value}, name) for value in list_of(node, name))


def points_of(node: Node) -> Points:
    found = []
    for item in list_of(node, "points"):
        if not isinstance(item, list) or len(item) != 2:
            raise Unreadable(f"a point is {_shown(item)}, not [us, ua]")
        found.append((whole({"us": item[0]}, "us"), whole({"ua": item[1]}, "ua")))
    return tuple(found)


def _shown(value: object) -> str:
    return repr(value)[:40]
