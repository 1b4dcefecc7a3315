"""Law: what all groups of a scenario file share: nothing is converted, and nothing unknown is let in."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator


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


Channel = Annotated[int, Field(ge=1, le=8)]
Key = Annotated[int, Field(ge=1, le=8, strict=False)]
"""A channel as a key: keys come as texts."""
Seconds = Annotated[float, Field(ge=0, le=86_400)]
