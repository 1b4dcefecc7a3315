"""Makes the parts of a plan from a protocol and a device: waveforms, slots with their ceilings, stages.

Everything that cannot be delivered is collected and told at once; nothing is silently changed but the ceilings of the
amplitude and the rounding of the period, and both are in `Delivered`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from nmes.core import limits
from nmes.core.capabilities import Capabilities
from nmes.core.delivery import Delivered, Slot, delivered, realised, slot_problems
from nmes.core.problems import PlanError, Problem
from nmes.core.protocol import DerivedFrequency, Protocol, Stage
from nmes.core.timeline import Rhythm, StagePlan, Track
from nmes.core.waveform import Waveform


@dataclass(frozen=True, slots=True)
class Made:
    """The parts of a plan; `delivered` has one entry per slot."""

    waveforms: tuple[Waveform, ...]
    delivered: tuple[Delivered, ...]
    stages: tuple[StagePlan, ...]


def make(protocol: Protocol, device: Capabilities, ctf_mhz: int | None) -> Made:
    """The parts of the plan, or PlanError with every reason why there is none."""
    problems = [*_ctf_problems(protocol, ctf_mhz)]
    if problems:
        raise PlanError(problems)
    maker = _Maker(protocol, device, ctf_mhz)
    for stage in protocol.stages:
        maker.add(stage)
    maker.problems += maker.charge_problems()
    if len(protocol.channels) > device.channels:
        reason = f"there are {len(protocol.channels)} channels, {device.model} has {device.channels}"
        maker.problems.append(Problem("channels", "", reason, "remove the others"))
    if maker.problems:
        raise PlanError(maker.problems)
    return Made(tuple(maker.waveforms), tuple(maker.made), tuple(maker.stages))


class _Maker:
    """Adds stage after stage; a waveform or slot that occurs again is used again, so that it is titrated once."""

    def __init__(self, protocol: Protocol, device: Capabilities, ctf_mhz: int | None) -> None:
        self.protocol, self.device, self.ctf_mhz = protocol, device, ctf_mhz
        self.waveforms: list[Waveform] = []
        self.made: list[Delivered] = []
        self.stages: list[StagePlan] = []
        self.problems: list[Problem] = []

    def add(self, stage: Stage) -> None:
        start_ms = self.stages[-1].end_ms if self.stages else 0
        channels, timing = self.protocol.channels, self.protocol.channel_timing
        tracks = tuple(
            Track(self._slot(index, stage), _rhythm(stage, timing, index, len(channels)))
            for index in range(len(channels))
        )
        made = StagePlan(stage.name, start_ms, start_ms + stage.stage_ms, stage.continuous, tracks)
        self.stages.append(made)
        used = [self.waveforms[self.made[track.slot].slot.waveform] for track in tracks]
        self.problems += _pulse_time_problems(stage.name, used, self.device)

    def charge_problems(self) -> Iterator[Problem]:
        """Channels that at their ceiling, ramps taken as full, would be given too much in one treatment."""
        for index in range(len(self.protocol.channels)):
            tracks = [stage.tracks[index] for stage in self.stages]
            charge_nc = sum(_charge_nc(self.made[track.slot], track.rhythm) for track in tracks)
            if charge_nc > limits.MAX_TREATMENT_CHARGE_NC:
                reason = f"in one treatment this could give {charge_nc / 1e9:.1f} C"
                accepted = f"keep under {limits.MAX_TREATMENT_CHARGE_NC / 1e9:g} C: fewer minutes, mA, µs or Hz"
                yield Problem(f"channels.{index}.max_amplitude_ma", "", reason, accepted)

    def _slot(self, index: int, stage: Stage) -> int:
        channel, asked_mhz = self.protocol.channels[index], stage.frequency_mhz(self.ctf_mhz)
        waveform = realised(channel.waveform, asked_mhz, self.device)
        if waveform not in self.waveforms:
            self.waveforms.append(waveform)
        slot = Slot(index + 1, self.waveforms.index(waveform))
        known = [made.slot for made in self.made]
        if slot not in known:
            self.made.append(delivered(slot, channel, waveform, asked_mhz, self.device))
            self.problems += slot_problems(f"channels.{index}", channel, self.made[-1], waveform, self.device)
            return len(known)
        return known.index(slot)


def _charge_nc(made: Delivered, rhythm: Rhythm) -> int:
    pulses = rhythm.contractions * (rhythm.on_ms * 1000 // made.period_us + 1)
    return pulses * made.ceiling_ua * made.phase_us // 1000


def _rhythm(stage: Stage, timing: str, index: int, channels: int) -> Rhythm:
    """One channel's contractions in a stage; channels that take turns share the cycle in equal parts."""
    cycle_ms = stage.on_ms + stage.off_ms
    turns = {"simultaneous": 1, "alternating": 2, "sequential": channels}[timing]
    return Rhythm(
        offset_ms=index % turns * cycle_ms // turns,
        ramp_up_ms=stage.ramp_up_ms,
        on_ms=stage.on_ms,
        ramp_down_ms=stage.ramp_down_ms,
        cycle_ms=cycle_ms,
        per_set=stage.per_set,
        sets=stage.sets or 1,
        set_rest_ms=stage.set_rest_ms,
        stage_ms=stage.stage_ms,
    )


def _ctf_problems(protocol: Protocol, ctf_mhz: int | None) -> Iterator[Problem]:
    """A measured cramp threshold frequency that cannot be one."""
    if ctf_mhz is None or not any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in protocol.stages):
        return
    if not limits.MIN_CTF_MHZ <= ctf_mhz <= limits.MAX_CTF_MHZ:
        accepted = f"measure again; {limits.MIN_CTF_MHZ // 1000} to {limits.MAX_CTF_MHZ // 1000} Hz is accepted"
        yield Problem("cramp threshold frequency", f"{ctf_mhz / 1000:g} Hz", "this cannot be right", accepted)


def _pulse_time_problems(stage: str, used: list[Waveform], device: Capabilities) -> Iterator[Problem]:
    """One current source serves all channels in turn: their pulses must fit into 999 ms of each second.

    [source: maker's C library, the sum rounded up stays under 1000 ms; that one source serves all: inferred]
    """
    share = sum((Fraction(w.longest_us() + device.pulse_overhead_us, w.period_us) for w in used), Fraction(0))
    if share > Fraction(999, 1000):
        reason = f"in {stage} the pulses of all channels together need {float(share):.0%} of the time"
        yield Problem("channels", "", reason, "use fewer channels, shorter phases or a lower frequency")
