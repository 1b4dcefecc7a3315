"""The kinds of values a protocol file has: exact numbers within bounds, texts, names; each refuses in plain words.

Numbers are Decimals as written; a bound stands here in the file's unit and in `limits` in the program's. Tests hold the
two together. Every error carries what would be accepted.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise PydanticCustomError(
            "limit", "a number is needed here", {"accepted": "write it plainly, such as 0.5 or 10"}
        )
    return Decimal(value)


def between(low: str, high: str, what: str, digits: int = 3) -> AfterValidator:
    """Refuse numbers outside `low` to `high`, or with more than `digits` decimals."""

    def check(value: Decimal) -> Decimal:
        if not Decimal(low) <= value <= Decimal(high):
            side = "below" if value < Decimal(low) else "above"
            bound = low if value < Decimal(low) else high
            words = {"what": what, "side": side, "bound": bound, "accepted": f"give {low} to {high}"}
            raise PydanticCustomError("limit", "{what} is {side} {bound}", words)
        if value != round(value, digits):
            words = {"what": what, "digits": str(digits), "accepted": f"give at most {digits} decimals"}
            raise PydanticCustomError("limit", "{what} has more than {digits} decimals", words)
        return value

    return AfterValidator(check)


def whole(low: int, high: int, what: str) -> AfterValidator:
    def check(value: int) -> int:
        if not low <= value <= high:
            side, bound = ("below", low) if value < low else ("above", high)
            words = {"what": what, "side": side, "bound": bound, "accepted": f"give {low} to {high}"}
            raise PydanticCustomError("limit", "{what} is {side} {bound}", words)
        return value

    return AfterValidator(check)


Number = Annotated[Decimal, BeforeValidator(_number)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Ramp = Annotated[Number, between("0.5", "30", "a ramp")]  # limits.MIN_RAMP_MS
Hertz = Annotated[Number, between("0.5", "200", "the frequency")]  # limits.MAX_FREQUENCY_MHZ
Seconds = Annotated[Number, between("0.5", "600", "the time")]
Minutes = Annotated[Number, between("0.5", "120", "the time")]  # limits.MAX_TREATMENT_MS
Percent = Annotated[Number, between("1", "100", "the percentage")]


_KEY = re.compile(r"[a-z][a-z0-9_]*")
_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s]+")


def _like(pattern: re.Pattern[str], reason: str, accepted: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise PydanticCustomError("limit", "{reason}", {"reason": reason, "accepted": accepted})
        return value

    return AfterValidator(check)


Name = Annotated[Text, _like(_KEY, "this is not a name", "use small letters, digits and _, such as calf_cramp")]
Doi = Annotated[Text, _like(_DOI, "this does not look like a DOI", "write 10.1111/ner.12728")]
