"""Law: an expectation is about what can be seen from outside: device, answers, skin, person, proof of a fault."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from firmware_sim.scenario.base import Channel, ErrorName, OneOf, Seconds, StateName, Strict


class Looks(Strict):
    """A group that looks at something: one without anything to hold would hold whatever is seen."""

    @model_validator(mode="after")
    def _looks(self) -> Looks:
        where = {"number", "channel", "begin", "end"}
        if not self.model_fields_set - where:
            raise ValueError(
                f"give at least one of {', '.join(name for name in type(self).model_fields if name not in where)}"
            )
        return self


class OfChannel(Looks):
    number: Channel
    active: bool | None = None
    error: ErrorName | None = None


class OfDevice(Looks):
    state: StateName | None = None
    high_voltage: bool | None = None
    lamp: Literal["violet", "green", "yellow", "red", "yellow_red"] | None = None


class OfReply(Strict):
    """The answer to the host's last request of a kind; `none` = it was not answered."""

    to: Literal[
        "init", "update", "poll", "stop", "reset", "status", "version", "low_init", "low_pulse", "low_stop", "raw"
    ]
    result: Annotated[int, Field(ge=0, le=255)] | Literal["none"]


class OfPulses(Looks):
    """Pulses that the device gave from one time up to, but not at, another; without `to`, up to now."""

    channel: Channel | None = None
    begin: Seconds = Field(0.0, alias="from")
    end: Seconds | None = Field(None, alias="to")
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None

    def check_at(self, at: Seconds) -> None:
        """ValueError when the window has not passed by `at`."""
        if self.end is None and self.begin > at:
            raise ValueError(f"pulses from {self.begin:g} s cannot be counted at {at:g} s")
        if self.end is not None and not self.begin < self.end <= at:
            raise ValueError(
                f"pulses from {self.begin:g} s to {self.end:g} s cannot be counted at {at:g} s: "
                "write from before to, and to not after at"
            )


class OfSilence(Strict):
    """No pulse with current since a time."""

    since: Seconds
    channel: Channel | None = None

    def check_at(self, at: Seconds) -> None:
        """ValueError when no time has passed by `at`."""
        if self.since >= at:
            raise ValueError(f"silence since {self.since:g} s cannot be judged at {at:g} s: write since before at")


class OfCurrent(Looks):
    """What flowed in the channel's last pulse: mean current of its first phase."""

    channel: Channel
    above_ma: float | None = None
    below_ma: float | None = None


class OfMuscle(Strict):
    name: str
    force_above_n: float | None = None
    force_below_n: float | None = None
    cramping: bool | None = None


class OfPerson(Looks):
    pain_above: float | None = None
    pain_below: float | None = None


class OfFault(Strict):
    """The latest injection of a kind."""

    kind: str
    state: Literal["waiting", "active", "over"] | None = None
    effects_at_least: Annotated[int, Field(ge=0)] | None = None
    effects_at_most: Annotated[int, Field(ge=0)] | None = None


class Expect(OneOf):
    """What must be seen at that time."""

    channel: OfChannel | None = None
    device: OfDevice | None = None
    reply: OfReply | None = None
    pulses: OfPulses | None = None
    silent: OfSilence | None = None
    current: OfCurrent | None = None
    muscle: OfMuscle | None = None
    person: OfPerson | None = None
    fault: OfFault | None = None

    def check_at(self, at: Seconds) -> None:
        """ValueError when this cannot be judged at `at`."""
        for one in (self.pulses, self.silent):
            if one is not None:
                one.check_at(at)
