"""The kinds of values a protocol file has: exact numbers within bounds, texts, names; each refuses in plain words.

Numbers are Decimals as written; a bound stands here in the file's unit and in `limits` in the program's. Tests hold the
two together. Every error carries what would be accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Part(BaseModel):
    """A group of keys: no unknown ones, no changes, no conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def milli(value: Decimal) -> int:
    """A number of the file in thousandths, as the program counts."""
    return int(value * 1000)


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise PydanticCustomError(
            "limit",
            "a number is needed here",
            {"accepted": "write digits and a point, without unit or quotes, such as 0.5 or 10"},
        )
    return Decimal(value)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest number accepted, their unit, and how many decimals; told to a JSON schema too."""

    low: Decimal
    high: Decimal
    what: str
    unit: str
    digits: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return {**handler(schema), "minimum": plain(self.low), "maximum": plain(self.high)}

    def _checked(self, given: object, inner: ValidatorFunctionWrapHandler) -> int | Decimal:
        if self.digits == 0 and isinstance(given, Decimal):
            raise PydanticCustomError("limit", "a whole number is needed here", {"accepted": self._accepted(given)})
        value: int | Decimal = inner(given)
        if not self.low <= value <= self.high:
            side, bound = ("below", self.low) if value < self.low else ("above", self.high)
            words = {"what": self.what, "side": side, "bound": str(bound), "accepted": self._accepted(Decimal(value))}
            raise PydanticCustomError("limit", "{what} is {side} {bound}", words)
        if value != round(value, self.digits):
            words = {"what": self.what, "digits": str(self.digits), "accepted": f"give at most {self.digits} decimals"}
            raise PydanticCustomError("limit", "{what} has more than {digits} decimals", words)
        return value

    def _accepted(self, value: Decimal) -> str:
        """What would be accepted; and the number in this unit, if it was given in a neighbouring one."""
        said = f"give {self.low} to {self.high}{' ' * bool(self.unit)}{self.unit}"
        for other, times in _NEIGHBOURS.get(self.unit, ()):
            meant = value * Decimal(times)
            if self.low <= meant <= self.high and meant == round(meant, self.digits):
                return f"{said}; if {value} {other} is meant, write {meant.normalize():f}"
        return said


_NEIGHBOURS = {
    "µs": (("ms", "1000"), ("ns", "0.001")),
    "mA": (("A", "1000"), ("µA", "0.001")),
    "s": (("ms", "0.001"),),
    "Hz": (("kHz", "1000"), ("mHz", "0.001")),
    "cm²": (("mm²", "0.01"), ("m²", "10000")),
}
"""The units a number is mistyped in, and by what it is multiplied to be right."""


def between(low: str, high: str, what: str, unit: str = "", digits: int = 3) -> Bounds:
    """Refuse numbers outside `low` to `high`, or with more than `digits` decimals."""
    return Bounds(Decimal(low), Decimal(high), what, unit, digits)


def whole(low: int, high: int, what: str, unit: str = "") -> Bounds:
    return Bounds(Decimal(low), Decimal(high), what, unit, 0)


def plain(value: Decimal) -> int | float:
    """A bound as JSON has it."""
    return int(value) if value == int(value) else float(value)


Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Ramp = Annotated[Number, between("0.5", "30", "a ramp", "s")]  # limits.MIN_RAMP_MS
Hertz = Annotated[Number, between("0.5", "200", "the frequency", "Hz")]  # limits.MAX_FREQUENCY_MHZ
Seconds = Annotated[Number, between("0.5", "600", "the time", "s")]
Minutes = Annotated[Number, between("0.5", "120", "the time", "minutes")]  # limits.MAX_TREATMENT_MS
Percent = Annotated[Number, between("1", "100", "the percentage", "%")]
Cycle = Annotated[
    Number, between("1", "60", "the time", "s")
]  # of a sweep or a modulation: slow enough to follow [design]


@dataclass(frozen=True, slots=True)
class Like:
    """A text of one form; refused with the reason, and told to a JSON schema."""

    pattern: str
    reason: str
    accepted: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _checked(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise PydanticCustomError("limit", "{reason}", {"reason": self.reason, "accepted": self.accepted})
        return value


NAME = Like(
    "[a-z][a-z0-9_]{0,63}", "this is not a name", "use small letters, digits and _, such as calf_cramp; at most 64"
)
"""Short enough for the name of a file in every file system [design]."""
_DOI = Like(r"10\.[0-9]{4,9}/[^\s]+", "this does not look like a DOI", "write 10.1111/ner.12728")

Name = Annotated[Text, NAME]
Doi = Annotated[Text, _DOI]
