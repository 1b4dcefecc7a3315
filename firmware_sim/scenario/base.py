"""Law: what all groups of a scenario file share: nothing is converted, and nothing unknown is let in.

Which channels and switches there are depends on the device that the file names: the validators are told of it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from firmware_sim import devices, switching
from firmware_sim.model import Model


class Strict(BaseModel):
    """Nothing is converted and nothing unknown is let in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class OneOf(Strict):
    """A group of which exactly one key is given."""

    @model_validator(mode="after")
    def _one(self) -> OneOf:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"give exactly one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def what(self) -> str:
        """The key that is given."""
        return next(iter(self.model_fields_set))


def model_of(info: ValidationInfo) -> Model:
    """The family that the file is about."""
    return info.context if isinstance(info.context, Model) else devices.model(devices.DEFAULT)


def one_of(words: tuple[str, ...], value: object) -> object:
    """The value if it is one of the words; ValueError otherwise."""
    if value not in words:
        raise ValueError(f"write one of {', '.join(words)}")
    return value


def _exists(channel: int, info: ValidationInfo) -> int:
    model = model_of(info)
    if channel > model.channels:
        raise ValueError(f"a {model.name} has channels 1 to {model.channels}")
    return channel


def _switch(name: object, info: ValidationInfo) -> object:
    return one_of(switching.names(model_of(info).switches), name)


def _state(name: object, info: ValidationInfo) -> object:
    return one_of(tuple(state.lower() for state in model_of(info).states), name)


def _error(words: object, info: ValidationInfo) -> object:
    return one_of(tuple(one.replace(" ", "_") for one in model_of(info).errors.values()), words)


Channel = Annotated[int, Field(ge=1, le=8), AfterValidator(_exists)]
Key = Annotated[int, Field(ge=1, le=8, strict=False), AfterValidator(_exists)]
"""A channel as a key: keys come as texts."""
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Switch = Annotated[str, BeforeValidator(_switch)]
StateName = Annotated[str, BeforeValidator(_state)]
ErrorName = Annotated[str, BeforeValidator(_error)]
