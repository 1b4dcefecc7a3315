"""Law: who is put on the electrodes brings pads and skin along; without a person no model is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from firmware_sim.options.modes import Where
from firmware_sim.stage import Stage

if TYPE_CHECKING:
    from firmware_sim.patient import Patient

DEFAULT_SITES = {1: "quadriceps femoris"}


def place_patient(profile: str | None, sites: Mapping[int, str | Where], seed: int, stage: Stage) -> Patient | None:
    """The patient with pads on the skin, or None without a profile. ValueError says what is wrong with the profile.

    A muscle alone has pads of the usual size and neutral length.
    """
    if profile is None:
        return None
    from firmware_sim.patient import Patient, Site, load_profile  # noqa: PLC0415 - the models take time to load

    found = load_profile(profile)
    wanted: Mapping[int, str | Where] = sites or DEFAULT_SITES
    placed = {
        channel: Site(where.muscle, where.side, where.pad_mm2, 0, where.length)
        if isinstance(where, Where)
        else Site(where)
        for channel, where in wanted.items()
    }
    for channel, site in placed.items():
        stage.set_load(channel, found.load(site.pad_mm2))
    return Patient(found, placed, seed)
