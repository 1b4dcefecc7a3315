"""Law: a number of a profile says where it is from, and lies within bounds outside of which it describes nobody.

The bounds are hard limits against slips (a missing point, another unit, a wrong sign), far wider than what is usual,
and all of them [design]. Who is drawn from a spread stays within them as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

LARGEST_SPREAD = 2.0
"""The largest standard deviation, in values; the widest shipped one (tau2 of ten people) is 1.2 of them. [design]"""


class Part(BaseModel):
    """A group of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Number(Part):
    """A number, where it is from, and how it is spread between people.

    `log_sd`: SD of the logarithm, the value being the median. `sd`: SD of a normal spread around the value.
    `sd_log_normal`: mean and SD of a log-normal spread, as a paper prints them.
    """

    value: float
    tag: Literal["source", "verify", "design", "computed"]
    note: str = ""
    log_sd: Annotated[float, Field(gt=0, le=1)] | None = None
    sd: Annotated[float, Field(gt=0)] | None = None
    sd_log_normal: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_spread(self) -> Number:
        if sum(spread is not None for spread in (self.log_sd, self.sd, self.sd_log_normal)) > 1:
            raise ValueError("give one of log_sd, sd and sd_log_normal")
        deviation = self.sd or self.sd_log_normal
        if deviation is not None and self.value <= 0:
            raise ValueError("only a value above 0 has a spread like that; give log_sd or none")
        if deviation is not None and deviation > LARGEST_SPREAD * self.value:
            name, most = "sd" if self.sd else "sd_log_normal", LARGEST_SPREAD * self.value
            raise ValueError(f"{name} is {deviation:g}; give at most {most:g}, {LARGEST_SPREAD:g} times the value")
        return self


@dataclass(frozen=True, slots=True)
class Within:
    """Bounds of a `Number`, both allowed, as an annotation; `unit` is for the message."""

    low: float
    high: float
    unit: str = ""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def checked(self, number: Number | None) -> Number | None:
        """The same number; ValueError outside."""
        if number is not None and not self.low <= number.value <= self.high:
            unit = f" {self.unit}" if self.unit else ""
            raise ValueError(f"the value is {number.value:g}{unit}; give {self.low:g} to {self.high:g}{unit}")
        return number

    def clipped(self, number: Number) -> Number:
        """The nearest number within."""
        value = min(self.high, max(self.low, number.value))
        return number if value == number.value else number.model_copy(update={"value": value})
