"""One value, one spelling: RFC 8785 JSON restricted to integers, so that a hash can speak for a content.

Floats are refused outright: they are the only JSON values whose spelling is a matter of taste, and nothing inside the
program is one. `rfc8785` is the authority; where the whole text is ASCII the C encoder of the standard library gives
the same bytes six times faster, which is what makes a million entries verifiable in seconds. A test holds the two
together.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any, NoReturn

import rfc8785

from nmes.record.errors import NotRecordable

MAX_INTEGER = 2**53 - 1
"""The largest integer every JSON reader keeps exactly [source: RFC 8785 section 3.2.2.3, I-JSON]."""
DEEPEST = 100
"""So many objects and lists stand in one another: ten times what is ever written, and far from where a reader's stack
ends, so that every reader takes the same lines [design].
"""
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DEEPER = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}

_dense = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class NotCanonical(ValueError):
    """These bytes are not the one canonical spelling of any value we record."""


def canonical(value: object) -> bytes:
    """The canonical bytes of `value`: None, bool, int, str, list, tuple and dict with text keys, nested.

    Raises NotRecordable, naming the path of the culprit (`body.levels[2]`), for anything else.
    """
    _check(value, "")
    spelled = _spell(value)
    if _is_too_deep(spelled):
        raise NotRecordable(f"more than {DEEPEST} objects and lists in one another cannot be recorded")
    return spelled


def parse(data: bytes) -> object:
    """The value of canonical bytes; NotCanonical if they are any other spelling, or no JSON."""
    if _is_too_deep(data):
        raise NotCanonical(f"more than {DEEPEST} objects and lists stand in one another")
    try:
        value: object = _decode(data.decode())
        spelled = _spell(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from error
    if spelled != data:
        raise NotCanonical("the same content would be written differently")
    return value


def _is_too_deep(data: bytes) -> bool:
    """Told from the brackets, because reading would take as much of the stack as there are."""
    if data.count(b"{") + data.count(b"[") <= DEEPEST:
        return False
    return max(accumulate(_DEEPER.get(byte, 0) for byte in _TEXT.sub(b"", data))) > DEEPEST


def _spell(value: Any) -> bytes:
    text = _dense(value)
    return text.encode() if text.isascii() else rfc8785.dumps(value)


def _small(text: str) -> int:
    number = int(text)
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise ValueError(f"integer {text} is beyond 2^53")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not an integer")


_decode = json.JSONDecoder(parse_int=_small, parse_float=_no_number, parse_constant=_no_number).decode


def _check(value: object, path: str) -> None:
    if isinstance(value, str):
        if not value.isascii():
            _check_text(value, path)
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotRecordable(f"{path or 'the value'}: integer {value} is beyond 2^53; write it as text")
    elif isinstance(value, dict):
        _check_dict(value, path)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]")
    elif value is not None:
        raise NotRecordable(
            f"{path or 'the value'}: {value!r} ({type(value).__name__}) cannot be recorded; use integers"
        )


def _check_dict(value: dict[object, object], path: str) -> None:
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotRecordable(f"{path or 'the value'}: key {key!r} is not text")
        _check_text(key, path)
        _check(item, f"{path}.{key}" if path else key)


def _check_text(text: str, path: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotRecordable(f"{path or 'the value'}: {text!r} holds half a character (lone surrogate)") from error
