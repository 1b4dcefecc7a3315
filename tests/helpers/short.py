"""Shipped protocols cut short, so that a whole try of one takes a moment."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from nmes.core.plan import compile as plan_for
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.library import Library, Loaded, load_file, shipped_folder
from nmes.trial.bench.patients import Profile, load_profile
from nmes.trial.setup import Setup

QUADS, CALF, TENS = "quads_knee_oa", "cramp_calf_ctf_training", "tens_conventional"


def protocol_text(name: str, **changes: str) -> str:
    """The YAML of a shipped protocol with values replaced where a key stands first: `contractions="2"`."""
    (file,) = shipped_folder().rglob(f"{name}.yaml")
    text = file.read_text(encoding="utf-8")
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^(\s*(?:- )?{key}: ).*$", rf"\g<1>{value}", text, count=1)
        assert count == 1, f"{key} is not in {name}"
    return text


def protocol_file(folder: Path, name: str, **changes: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(protocol_text(name, **changes), encoding="utf-8")
    return path


def setup_of(loaded: Loaded, patient: str | Profile = "healthy_adult", **more: object) -> Setup:
    """A try of a protocol on a patient by name, as the command line makes it."""
    profile = load_profile(patient) if isinstance(patient, str) else patient
    return replace(Setup(loaded, plan_for(loaded.protocol, P24), profile), **more)


def short(folder: Path, name: str = QUADS, patient: str | Profile = "healthy_adult", **more: object) -> Setup:
    """Two contractions of a quarter of a minute, or a minute of TENS, on a muscle of two pools."""
    cut = {"minutes": "1"} if name.startswith("tens") else {"contractions": "2", "off_s": "5"}
    if name == CALF:
        cut |= {"sets": "2", "set_rest_s": "5"}
    return setup_of(load_file(protocol_file(folder, name, **cut)), patient, pools=2, **more)


def shipped() -> list[str]:
    """The ids of all shipped protocols."""
    return [file.stem for file in Library().files()]
