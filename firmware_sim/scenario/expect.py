"""Law: an expectation is about what can be seen from outside: device, answers, skin, person, proof of a fault."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from firmware_sim.scenario.base import Channel, OneOf, Seconds, Strict


class OfChannel(Strict):
    number: Channel
    active: bool | None = None
    error: Literal["none", "electrode", "pulse_timeout", "low_current"] | None = None


class OfDevice(Strict):
    state: Literal["none", "ll", "ml_init", "ml_run"] | None = None
    high_voltage: bool | None = None
    lamp: Literal["violet", "green", "yellow", "red", "yellow_red"] | None = None


class OfReply(Strict):
    """The answer to the host's last request of a kind; `none` = it was not answered."""

    to: Literal[
        "init", "update", "poll", "stop", "reset", "status", "version", "low_init", "low_pulse", "low_stop", "raw"
    ]
    result: Annotated[int, Field(ge=0, le=255)] | Literal["none"]


class OfPulses(Strict):
    """Pulses that the device gave from one time up to, but not at, another."""

    channel: Channel | None = None
    begin: Seconds = Field(0.0, alias="from")
    end: Seconds | None = Field(None, alias="to")
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None


class OfSilence(Strict):
    """No pulse with current since a time."""

    since: Seconds
    channel: Channel | None = None


class OfCurrent(Strict):
    """What flowed in the channel's last pulse: mean current of its first phase."""

    channel: Channel
    above_ma: float | None = None
    below_ma: float | None = None


class OfMuscle(Strict):
    name: str
    force_above_n: float | None = None
    force_below_n: float | None = None
    cramping: bool | None = None


class OfPerson(Strict):
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
