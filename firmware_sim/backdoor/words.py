"""Law: a request is taken field by field, each with its kind; what is wrong or left over is one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, overload

MISSING = object()
Default = TypeVar("Default")


class Refused(ValueError):
    """The request cannot be done; the message is one sentence for the client."""


class Fields:
    """The fields of one request."""

    def __init__(self, request: object) -> None:
        if not isinstance(request, dict):
            raise Refused('a request is an object like {"id":1,"do":"get","what":"state"}')
        self._left: dict[str, Any] = dict(request)

    def number(self) -> int | str | None:
        """The request's id, to be repeated in the answer."""
        number = self._left.pop("id", None)
        if number is not None and (isinstance(number, bool) or not isinstance(number, int | str)):
            raise Refused("id is a whole number or a text")
        return number if not isinstance(number, int) or abs(number) < 2**63 else str(number)

    def any(self, name: str) -> Any:
        """Whatever stands there; None when nothing does."""
        return self._left.pop(name, None)

    def text(self, name: str) -> str:
        """A text."""
        value = self._left.pop(name, MISSING)
        if not isinstance(value, str) or not value:
            raise Refused(f"{name} is a text{_not(value)}")
        return value

    def word(self, name: str, words: tuple[str, ...]) -> str:
        """One of a few words."""
        value = self._left.pop(name, MISSING)
        if value not in words:
            near = get_close_matches(str(value), words, 1)
            hint = f"; did you mean {near[0]}?" if near and value is not MISSING else ""
            raise Refused(f"{name} is one of {', '.join(words)}{_not(value)}{hint}")
        return str(value)

    @overload
    def whole(self, name: str, least: int, most: int) -> int: ...
    @overload
    def whole(self, name: str, least: int, most: int, default: Default) -> int | Default: ...
    def whole(self, name: str, least: int, most: int, default: object = MISSING) -> object:
        """A whole number within bounds, or the default when it is left out."""
        value = self._left.pop(name, MISSING)
        if (value is MISSING or value is None) and default is not MISSING:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Refused(f"{name} is a whole number from {least} to {most}{_not(value)}")
        return value

    def group(self, name: str) -> Mapping[str, Any]:
        """An object, empty when it is left out."""
        value = self._left.pop(name, None)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Refused(f"{name} is an object{_not(value)}")
        return value

    def done(self) -> None:
        """Nothing else may stand in the request."""
        if self._left:
            raise Refused(f"{min(self._left)!r} does not belong to this request")


def _not(value: object) -> str:
    return "; it is missing" if value is MISSING else f", not {repr(value)[:40]}"
