"""Everything a session can ask for. The runtime obeys; nothing raises output before its intent is durable."""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.waveform import Band, Waveform


@dataclass(frozen=True, slots=True)
class MakeDurable:
    """Sync the record up to here, then answer `Durable(intent)`."""

    intent: int


@dataclass(frozen=True, slots=True)
class Identify:
    """Ask the device who it is, and stop whatever it does."""


@dataclass(frozen=True, slots=True)
class Unlatch:
    """Ask the guard to pass output again after a confirmed halt; void if it tripped since `trips`."""

    trips: int


@dataclass(frozen=True, slots=True)
class Arm:
    """Tell the guard, past the encoder: this channel may reach `level_ua`, rising at most `level_ua` in `ramp_ms`.

    The level was confirmed with this waveform, as in `Waveform`, and with no other. `longest_period_us` and
    `longest_phase_us` are the other end of a sweep, whose shortest period and phase are named before; 0: there is none.
    Level 0: nothing may flow.
    """

    channel: int
    level_ua: int
    ramp_ms: int
    pad_mm2: int
    phase_us: int
    gap_us: int
    ratio: int
    period_us: int
    burst_pulses: int = 0
    burst_period_ms: int = 0
    longest_period_us: int = 0
    longest_phase_us: int = 0


@dataclass(frozen=True, slots=True)
class Disarm:
    """No channel may put out anything until armed again."""


@dataclass(frozen=True, slots=True)
class Enable:
    """Prepare the device to stimulate (high voltage on, all channels 0)."""


@dataclass(frozen=True, slots=True)
class ChannelOutput:
    """What one channel shall do now. `rise_ua_per_s` bounds how fast the driver may climb to `amplitude_ua`.

    In one `band` it goes on at its amplitude while the waveform changes; without one another waveform starts from 0.
    """

    channel: int
    amplitude_ua: int
    waveform: Waveform
    rise_ua_per_s: int
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class SetOutput:
    """The whole output: channels that are not listed are off. One listed at 0 is off too, and earns its first step."""

    outputs: tuple[ChannelOutput, ...]


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop all channels and switch the high voltage off, ahead of everything else, until confirmed."""


@dataclass(frozen=True, slots=True)
class Note:
    """A decision and its reason for the record and the screen: a code and integers, worded by the screen."""

    code: str
    values: tuple[tuple[str, int | str], ...] = ()


@dataclass(frozen=True, slots=True)
class Close:
    """The session is over: close the record with this reason and let the device go."""

    why: str


Command = MakeDurable | Identify | Unlatch | Arm | Disarm | Enable | SetOutput | Halt | Note | Close
