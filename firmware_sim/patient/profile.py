"""Law: a profile is a person in numbers, and every number carries where it is from and how people differ in it.

Profiles are YAML files; `like: NAME` takes what a file leaves out from a shipped one. They show plausible behaviour and
prove nothing about a person.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from firmware_sim.patient.ding import DING_2003, Constants
from firmware_sim.patient.recruitment import Curve
from firmware_sim.patient.thresholds import Threshold
from firmware_sim.stage.skin import Skin
from firmware_sim.yaml_file import FileProblem, Group, laid_over, load_group, load_model

GENERIC = "generic"
OFF_POINT_PER_MM = 0.04
"""Rise of the motor threshold per mm off the motor point. [design; about 50 mA more at 2 cm: Forrester & Petrofsky,
source, weak]"""
SKIN_MM2 = 2500
"""The pad a profile's skin is given for: 5 x 5 cm."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Number(_Part):
    """A number, where it is from, and how it is spread between people.

    `log_sd`: SD of the logarithm, the value being the median. `sd`: SD of a normal spread around the value.
    `sd_log_normal`: mean and SD of a log-normal spread, as a paper prints them.
    """

    value: float
    tag: Literal["source", "verify", "design", "computed"]
    note: str = ""
    log_sd: Annotated[float, Field(gt=0, le=2)] | None = None
    sd: Annotated[float, Field(gt=0)] | None = None
    sd_log_normal: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_spread(self) -> Number:
        if sum(spread is not None for spread in (self.log_sd, self.sd, self.sd_log_normal)) > 1:
            raise ValueError("give one of log_sd, sd and sd_log_normal")
        return self


def _above(low: float, number: Number) -> Number:
    if number.value <= low:
        raise ValueError(f"the value must be greater than {low:g}")
    return number


class _Positive(_Part):
    """A group whose numbers are all above 0."""

    @field_validator("*")
    @classmethod
    def _positive(cls, value: object) -> object:
        return _above(0, value) if isinstance(value, Number) else value


class Nerve(_Positive):
    """A Weiss strength-duration curve."""

    rheobase_ma: Number
    chronaxie_us: Number

    @property
    def threshold(self) -> Threshold:
        """As a curve to ask."""
        return Threshold(self.rheobase_ma.value, self.chronaxie_us.value)


class SkinUnderPad(_Positive):
    """Skin and pad of 25 cm²; Rp is that at no current."""

    rs_ohm: Number
    rp_ohm: Number
    cp_nf: Number
    i0_ma: Number


class Force(_Part):
    """Ding's constants. The fatigue drives hold for A = 3009 N/s and are scaled with the muscle's strength."""

    a_n_per_s: Number
    tau1_ms: Number
    tau2_ms: Number
    tc_ms: Number
    km: Number
    r0_above_km: Number
    r0: Number | None = None
    alpha_a: Number
    alpha_tau1: Number
    alpha_km: Number
    tau_fat_s: Number
    fatigability: Number
    fatigue_drive: Number

    @field_validator("a_n_per_s", "tau1_ms", "tau2_ms", "tc_ms", "km", "tau_fat_s")
    @classmethod
    def _positive(cls, number: Number) -> Number:
        return _above(0, number)


class MuscleModel(_Positive):
    """One muscle. `strength` multiplies A; `s` and `m` shape the recruitment; `cramps` says how easily it does."""

    keywords: tuple[str, ...]
    strength: Number
    rheobase_ma: Number
    s: Number
    m: Number
    ctf_hz: Number
    cramps: Literal["readily", "rarely"]

    @property
    def curve(self) -> Curve:
        """Its recruitment curve."""
        return Curve(self.s.value, self.m.value)


class Profile(_Part):
    """A virtual person. `muscles` maps a model's name to it; the one named generic is for muscles without their own."""

    name: str
    title: str
    about: str
    like: str = ""
    sensory: Nerve
    pain: Nerve
    motor_chronaxie_us: Number
    depth_factor: Number
    sensation: Number
    sessions_before: Number
    ctf_training_hz: Number
    skin: SkinUnderPad
    force: Force
    muscles: dict[str, MuscleModel]

    @field_validator("muscles")
    @classmethod
    def _has_generic(cls, muscles: dict[str, MuscleModel]) -> dict[str, MuscleModel]:
        if GENERIC not in muscles:
            raise ValueError(f'give a muscle named "{GENERIC}" for all others')
        return muscles

    def muscle_named(self, text: str) -> str | None:
        """The name of the model for the muscle in a protocol's words; None for "none", pads that drive no muscle."""
        words = text.casefold().strip()
        if not words or words.startswith("none"):
            return None
        for name, model in self.muscles.items():
            if words == name.casefold() or any(keyword.casefold() in words for keyword in model.keywords):
                return name
        return GENERIC

    def constants(self, muscle: str) -> Constants:
        """Ding's constants of one muscle of this person."""
        f, a = self.force, self.force.a_n_per_s.value * self.muscles[muscle].strength.value
        tiring = f.fatigability.value * f.fatigue_drive.value
        per_newton = tiring * DING_2003.a_rest / a
        return Constants(
            a_rest=a,
            tau1_rest=f.tau1_ms.value / 1000,
            tau2=f.tau2_ms.value / 1000,
            tc=f.tc_ms.value / 1000,
            km_rest=f.km.value,
            r0=f.r0.value if f.r0 else f.km.value + f.r0_above_km.value,
            alpha_a=f.alpha_a.value * tiring,
            alpha_tau1=f.alpha_tau1.value * per_newton,
            alpha_km=f.alpha_km.value * per_newton,
            tau_fat=f.tau_fat_s.value,
        )

    def motor(self, muscle: str, off_point_mm: int = 0) -> Threshold:
        """The motor threshold of a muscle with the pads `off_point_mm` beside its motor point."""
        off_point = 1 + OFF_POINT_PER_MM * off_point_mm
        rheobase_ma = self.muscles[muscle].rheobase_ma.value * self.depth_factor.value * off_point
        return Threshold(rheobase_ma, self.motor_chronaxie_us.value)

    def load(self, pad_mm2: int) -> Skin:
        """This person's skin under a pad: Rs and Rp fall with the area, Cp and I0 (a current density) grow. [design]"""
        area = pad_mm2 / SKIN_MM2
        return Skin(
            max(1, round(self.skin.rs_ohm.value / area)),
            round(self.skin.rp_ohm.value / area),
            max(1, round(self.skin.cp_nf.value * area)),
            round(self.skin.i0_ma.value * 1000 * area),
        )


# --- files ---


def profile_names() -> tuple[str, ...]:
    """The profiles that are shipped."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in _folder().iterdir() if file.name.endswith(".yaml")))


def load_profile(name_or_path: str | Path) -> Profile:
    """A shipped profile by name, or one from a file; FileProblem says what is wrong with it."""
    if str(name_or_path) in profile_names():
        return _shipped(str(name_or_path))
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(profile_names())
        raise FileProblem(str(name_or_path), 0, 0, "there is no such profile", f"known: {known}, or the path of a file")
    return _load(path)


def _folder() -> Traversable:
    return files("firmware_sim.patient") / "profiles"


@cache
def _shipped(name: str) -> Profile:
    return _load(_folder() / f"{name}.yaml")


class _Head(BaseModel):
    """The one key that has to be known before the others can be read."""

    like: str = ""

    @field_validator("like")
    @classmethod
    def _known(cls, like: str) -> str:
        if like and like not in profile_names():
            raise ValueError(f"write one of {', '.join(profile_names())}")
        return like


def _load(path: Path | Traversable) -> Profile:
    return load_model(path, Profile, under=_below(path, ()))


def _below(path: Path | Traversable, seen: tuple[str, ...]) -> Group:
    """All that the file takes over from others."""
    like = load_model(path, _Head).like
    if not like:
        return {}
    if like in seen:
        raise FileProblem(str(path), 0, 0, f'"like" leads in a circle: {" -> ".join((*seen, like))}')
    file = _folder() / f"{like}.yaml"
    return laid_over(_below(file, (*seen, like)), load_group(file))
