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

from pydantic import BaseModel, Field, field_validator, model_validator

from firmware_sim.patient.ding import DING_2003, Constants
from firmware_sim.patient.number import Number, Part, Within
from firmware_sim.patient.recruitment import Curve
from firmware_sim.patient.thresholds import Threshold
from firmware_sim.stage.skin import Skin
from firmware_sim.yaml_file import FileProblem, Group, laid_over, load_group, load_model

GENERIC = "generic"
OFF_POINT_PER_MM = 0.04
"""Rise of the motor threshold per mm off the motor point. [design; about 50 mA more at 2 cm: Forrester & Petrofsky,
source, weak]"""
MOST_TIRING = 10.0
MOST_FALL = 0.05
"""How fast a muscle may tire: 0.006 is the most in a shipped profile; up to here A stays above 0 at the
worst corners of all other bounds. [design, by computation]"""
SKIN_MM2 = 2500
"""The pad a profile's skin is given for: 5 x 5 cm."""

Text = Annotated[str, Field(min_length=1, max_length=400)]


class Nerve(Part):
    """A Weiss strength-duration curve."""

    rheobase_ma: Annotated[Number, Within(0.1, 100, "mA")]
    chronaxie_us: Annotated[Number, Within(10, 5_000, "us")]

    @property
    def threshold(self) -> Threshold:
        """As a curve to ask."""
        return Threshold(self.rheobase_ma.value, self.chronaxie_us.value)


class SkinUnderPad(Part):
    """Skin and pad of 25 cm²; Rp is that at no current."""

    rs_ohm: Annotated[Number, Within(10, 10_000, "ohm")]
    rp_ohm: Annotated[Number, Within(10, 1_000_000, "ohm")]
    cp_nf: Annotated[Number, Within(1, 10_000, "nF")]
    i0_ma: Annotated[Number, Within(0.1, 1_000, "mA")]


class Force(Part):
    """Ding's constants. The fatigue drives hold for A = 3009 N/s and are scaled with the muscle's strength."""

    a_n_per_s: Annotated[Number, Within(10, 50_000, "N/s")]
    tau1_ms: Annotated[Number, Within(5, 200, "ms")]
    tau2_ms: Annotated[Number, Within(0.1, 300, "ms")]
    tc_ms: Annotated[Number, Within(2, 50, "ms")]
    km: Annotated[Number, Within(0.001, 5)]
    r0_above_km: Annotated[Number, Within(0, 20)]
    r0: Annotated[Number | None, Within(1, 20)] = None
    alpha_a: Annotated[Number, Within(-2, 0, "per s2")]
    alpha_tau1: Annotated[Number, Within(0, 5e-5, "per N")]
    alpha_km: Annotated[Number, Within(0, 5e-5, "per s and N")]
    tau_fat_s: Annotated[Number, Within(10, 1_000, "s")]
    fatigability: Annotated[Number, Within(0, 5)]
    fatigue_drive: Annotated[Number, Within(0, 10)]

    @property
    def tiring(self) -> float:
        """By what the fatigue drives of Ding 2003 are multiplied."""
        return self.fatigability.value * self.fatigue_drive.value

    @model_validator(mode="after")
    def _tires_slowly(self) -> Force:
        """Force lags behind A; where A falls as fast as that, it falls below 0, which no muscle does."""
        if self.tiring > MOST_TIRING:
            raise ValueError(f"fatigability times fatigue_drive is {self.tiring:g}; give at most {MOST_TIRING:g}")
        lag_s = (self.tau1_ms.value + self.tau2_ms.value) / 1000
        fall = -self.alpha_a.value * self.tiring * lag_s * lag_s
        if fall > MOST_FALL:
            by = "alpha_a x fatigability x fatigue_drive x (tau1 + tau2)^2"
            raise ValueError(f"it tires faster than it pulls: {by} is {fall:.2g}; give at most {MOST_FALL:g}")
        return self


class MuscleModel(Part):
    """One muscle. `strength` multiplies A; `s` and `m` shape the recruitment; `cramps` says how easily it does."""

    keywords: tuple[Text, ...]
    strength: Annotated[Number, Within(0.001, 10)]
    rheobase_ma: Annotated[Number, Within(0.1, 100, "mA")]
    s: Annotated[Number, Within(0.05, 50)]
    m: Annotated[Number, Within(0.2, 20)]
    ctf_hz: Annotated[Number, Within(1, 200, "Hz")]
    cramps: Literal["readily", "rarely"]

    @property
    def curve(self) -> Curve:
        """Its recruitment curve."""
        return Curve(self.s.value, self.m.value)


class Profile(Part):
    """A virtual person. `muscles` maps a model's name to it; the one named generic is for muscles without their own."""

    name: Text
    title: Text
    about: Text
    like: str = ""
    sensory: Nerve
    pain: Nerve
    motor_chronaxie_us: Annotated[Number, Within(10, 5_000, "us")]
    depth_factor: Annotated[Number, Within(0.2, 10)]
    sensation: Annotated[Number, Within(0, 3)]
    sessions_before: Annotated[Number, Within(0, 1_000, "sessions")]
    ctf_training_hz: Annotated[Number, Within(0, 50, "Hz")]
    skin: SkinUnderPad
    force: Force
    muscles: dict[str, MuscleModel]

    @field_validator("name")
    @classmethod
    def _without_number(cls, name: str) -> str:
        if "#" in name:
            raise ValueError("leave out the #: behind it stands the number of one of a population")
        return name

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
        per_newton = f.tiring * DING_2003.a_rest / a
        return Constants(
            a_rest=a,
            tau1_rest=f.tau1_ms.value / 1000,
            tau2=f.tau2_ms.value / 1000,
            tc=f.tc_ms.value / 1000,
            km_rest=f.km.value,
            r0=f.r0.value if f.r0 else f.km.value + f.r0_above_km.value,
            alpha_a=f.alpha_a.value * f.tiring,
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
