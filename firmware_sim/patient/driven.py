"""Separate because here the parts meet: one muscle, the channels on it, its pools, and whether it cramps."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from firmware_sim.patient import cramp as c
from firmware_sim.patient.muscle import Muscle, Row
from firmware_sim.patient.profile import Profile
from firmware_sim.patient.reading import CrampBegan, CrampEnded, LengthChanged, MuscleReading, PatientEvent, Site
from firmware_sim.patient.recruitment import Curve, Territories, territories


@dataclass(slots=True)
class DrivenMuscle:
    """A muscle with its channels. `rows` holds what each channel's last pulse reached, and when."""

    name: str
    side: str
    channels: tuple[int, ...]
    lie: Territories
    curve: Curve
    muscle: Muscle
    cramp: c.Cramp
    rows: dict[int, tuple[Row, int]] = field(default_factory=dict)
    last_us: int = -c.TRAIN_GAP_US
    share: float = 0.0

    @classmethod
    def of(
        cls,
        profile: Profile,
        model: str,
        name: str,
        sites: dict[int, Site],
        seed: int,
        pools: int,
        compiled: bool | None,
    ) -> DrivenMuscle:
        """The muscle under `sites`, all of one muscle and side. ValueError if they do not agree on its length."""
        first = next(iter(sites.values()))
        if any(site.length != first.length for site in sites.values()):
            raise ValueError(f"the channels on {name} must give the same length")
        lie = territories(len(sites), pools)
        about = profile.muscles[model]
        rng = Random(f"{seed}/{name}/{first.side}/cramp")  # noqa: S311 - a patient, no secret
        ctf_hz = about.ctf_hz.value + profile.ctf_training_hz.value
        cramp = c.Cramp(ctf_hz, c.LIMIT[about.cramps], first.length, rng)
        muscle = Muscle(profile.constants(model), lie.weights, compiled=compiled)
        return cls(name, first.side, tuple(sites), lie, about.curve, muscle, cramp)

    def pulse(self, t_us: int, channel: int, row: Row) -> CrampBegan | None:
        """A pulse of a channel on this muscle; tells if it makes it cramp. `catch_up` to `t_us` first."""
        self.muscle.pulse(t_us, row)
        gap_us, self.last_us = t_us - self.last_us, t_us
        before = self.rows.get(channel)
        self.rows[channel] = (row, t_us)
        if before is None or before[0] is not row or len(self.channels) > 1:
            self.share = self._driven(t_us)
        if not self.cramp.train_due(t_us, channel, self.share, gap_us):
            return None
        self.muscle.advance(t_us)
        strength = self.muscle.strength()
        ctf_hz = self.cramp.ctf_now_hz(t_us, strength)
        hz = self.cramp.takes_chance(t_us, strength)
        return None if hz is None else CrampBegan(t_us, self.name, self.side, round(hz * 1e3), round(ctf_hz * 1e3))

    def _driven(self, t_us: int) -> float:
        """The share of the muscle that the channels' last pulses reach together."""
        rows = [row for row, at_us in self.rows.values() if t_us - at_us <= c.TRAIN_GAP_US]
        parts = rows[0] if len(rows) == 1 else map(max, zip(*rows, strict=True)) if rows else ()
        return sum(parts) / (self.lie.count * self.lie.each)

    def catch_up(self, t_us: int) -> CrampEnded | None:
        """Let a cramp do what it does by itself up to `t_us`; tells if it ended."""
        spasm = self.cramp.spasm
        if spasm is None:
            return None
        row = self.lie.even(spasm.drive)
        while spasm.next_us <= min(t_us, spasm.until_us):
            self.muscle.pulse(spasm.next_us, row)
            spasm.next_us += c.SPASM_PERIOD_US
        if t_us < spasm.until_us:
            return None
        self.cramp.spasm, self.cramp.ended_us = None, spasm.until_us
        return CrampEnded(spasm.until_us, self.name, self.side, spasm.stretched)

    def move(self, t_us: int, length: c.Length) -> PatientEvent:
        """Bring the muscle to another length; stretching ends a cramp."""
        self.cramp.length = length
        if length == "stretched":
            self.cramp.stretch(t_us)
        return LengthChanged(t_us, self.name, self.side, length)

    def reading(self, t_us: int) -> MuscleReading:
        """The muscle at `t_us`."""
        strength = self.muscle.strength()
        return MuscleReading(
            name=self.name,
            side=self.side,
            channels=self.channels,
            force_mn=round(1000 * self.muscle.force_n(t_us)),
            peak_mn=round(1000 * self.muscle.peak_n),
            fti_mn_s=round(1000 * self.muscle.fti_ns()),
            recruited_permille=round(1000 * self._driven(t_us)),
            strength_permille=round(1000 * strength),
            cramping=self.cramp.spasm is not None,
            ctf_mhz=round(1000 * self.cramp.ctf_now_hz(t_us, strength)),
            length=self.cramp.length,
        )
