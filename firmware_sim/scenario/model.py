"""Law: a scenario file says everything that decides the trace, and what is written wrong is refused with its line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from firmware_sim import devices
from firmware_sim.faults.catalogue import checked
from firmware_sim.model import Model
from firmware_sim.scenario.base import Channel, Key, OneOf, Seconds, Strict, Switch, model_of, one_of
from firmware_sim.scenario.expect import Expect
from firmware_sim.simulator import LONGEST_WEAR_H
from firmware_sim.stage import LOADS
from firmware_sim.switching import turned
from firmware_sim.yaml_file import Group

LONGEST = 10_000
"""Items of a timeline. [design]"""


Load = Annotated[str, BeforeValidator(lambda value: one_of(tuple(LOADS), value))]
DeviceKey = Annotated[str, BeforeValidator(lambda value: one_of(tuple(devices.MODELS), value))]
Milliamps = Annotated[float, Field(ge=0, le=130, multiple_of=0.5)]
PhaseUs = Annotated[int, Field(ge=10, le=4095)]


class Shape(Strict):
    """A biphasic pulse: positive phase, gap, negative phase."""

    ma: Milliamps
    phase_us: PhaseUs = 300
    gap_us: Annotated[int, Field(ge=0, le=4095)] = 100


class Train(Shape):
    """Pulses of the mid level; the period is rounded to the next longer 0.25 ms."""

    hz: Annotated[float, Field(ge=0.13, le=2000)]
    ramp: Annotated[int, Field(ge=0, le=15)] = 0


class SinglePulse(Shape):
    """One pulse of the low level."""

    channel: Channel


class Nothing(Strict):
    """A request without parameters."""


class Init(Strict):
    stop_on_all_errors: bool = True


class Action(OneOf):
    """What the host program does, or what is done to the person, the pads or the simulator."""

    init: Init | None = None
    update: dict[Key, Train] | None = None
    poll: Nothing | None = None
    poll_every_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None
    stop: Nothing | None = None
    reset: Nothing | None = None
    status: Nothing | None = None
    version: Nothing | None = None
    low_init: Nothing | None = None
    low_pulse: SinglePulse | None = None
    low_stop: Nothing | None = None
    raw: Annotated[str, Field(pattern=r"^\s*([0-9A-Fa-f]{2}\s*)+$")] | None = None
    load: dict[Key, Load] | None = None
    contact: dict[Key, Annotated[int, Field(ge=1, le=1000)]] | None = None
    wear: dict[Key, Annotated[int, Field(ge=0, le=LONGEST_WEAR_H)]] | None = None
    switch: dict[Switch, Any] | None = None
    stretch: str | None = None
    shorten: str | None = None
    neutral: str | None = None
    clear: Literal["all"] | None = None
    snapshot: str | None = None
    restore: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: object) -> object:
        """`action: stop` is short for `action: {stop: {}}`."""
        return {value: {}} if isinstance(value, str) and value in BARE else value

    @model_validator(mode="after")
    def _switches_fit(self, info: ValidationInfo) -> Action:
        turned(model_of(info).switches(), self.switch or {})
        return self


BARE = ("init", "poll", "stop", "reset", "status", "version", "low_init", "low_stop")
HOST_ACTIONS = frozenset((*BARE, "update", "low_pulse"))
"""What a host says in its family's own frames; raw bytes come beside."""


class Inject(Strict):
    """A fault of the catalogue."""

    fault: str
    channel: Channel | None = None
    lasts: Annotated[float, Field(gt=0, le=86_400)] | None = Field(None, alias="for")
    params: dict[str, int | str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self, info: ValidationInfo) -> Inject:
        model = model_of(info)
        if why := model.senseless(self.fault, checked(self.fault, self.channel, self.params, model.channels)):
            raise ValueError(f"{self.fault}: {why}")
        return self


class Item(Strict):
    """One thing that happens, or is looked at, `at` a time in seconds."""

    at: Seconds
    action: Action | None = None
    inject: Inject | None = None
    expect: Expect | None = None

    @model_validator(mode="after")
    def _one(self) -> Item:
        given = self.model_fields_set - {"at"}
        if len(given) != 1:
            raise ValueError("give exactly one of action, inject, expect beside at")
        if self.expect is not None:
            self.expect.check_at(self.at)
        return self


class Scenario(Strict):
    """A whole file. `digest` is the hash that its trace must have on the virtual clock."""

    name: str
    about: str = ""
    device: DeviceKey = devices.DEFAULT
    seed: int = 0
    patient: str | None = None
    sites: dict[Key, str] = Field(default_factory=dict)
    loads: dict[Key, Load] = Field(default_factory=dict)
    switches: dict[Switch, Any] = Field(default_factory=dict)
    ends: Seconds | None = None
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    timeline: tuple[Item, ...]

    @model_validator(mode="after")
    def _fits(self) -> Scenario:
        turned(devices.model(self.device).switches(), self.switches)
        if not 1 <= len(self.timeline) <= LONGEST:
            raise ValueError(f"a timeline has 1 to {LONGEST} items")
        if self.sites and self.patient is None:
            raise ValueError("sites need a patient")
        return self

    @property
    def end_us(self) -> int:
        """When it is over."""
        last = max(item.at for item in self.timeline)
        return micros(last if self.ends is None else max(self.ends, last))


def device_of(group: Group) -> Model:
    """The family that a file names; the usual one where it names none that there is, which is told of elsewhere."""
    key = group.get("device")
    return devices.MODELS[key] if isinstance(key, str) and key in devices.MODELS else devices.model(devices.DEFAULT)


def micros(seconds: float) -> int:
    """Seconds of a file as microseconds."""
    return round(seconds * 1_000_000)
