"""What the panel knows: the backdoor's answer as frozen values, with the protocol's own names. `answers` makes them.

What a newer or a smaller simulator leaves out has the default that stands here.
"""

from __future__ import annotations

from dataclasses import dataclass

CHANNELS = 8
"""The most that a device has."""
Points = tuple[tuple[int, int], ...]
"""(duration in µs, current in µA) of each point of a pulse."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The backdoor said no; `why` is one sentence for the person at the panel."""

    why: str


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel as the device set it and as it flowed. `error` is the device's half-byte, 0 none."""

    channel: int
    active: bool = False
    error: int = 0
    error_words: str = ""
    set_ua: int = 0
    flowed_ua: int = 0
    period_us: int = 0
    phase_us: int = 0
    points: Points = ()
    end_voltage_mv: int = 0
    contact: str = "good"
    contact_permille: int = 1000
    load: str = "good"
    pulses: int = 0
    last_us: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """`lamp` is violet, green, yellow, red, yellow_red, or empty where the family's lamp is not simulated."""

    state: str
    lamp: str
    high_voltage: bool
    version: str
    compliance_mv: int
    channels: tuple[Channel, ...]
    model: str = "P24"
    state_words: str = ""


@dataclass(frozen=True, slots=True)
class Muscle:
    """One muscle now. `strength_permille` is what fatigue has left, `ctf_mhz` the cramp threshold frequency."""

    name: str
    side: str = ""
    channels: tuple[int, ...] = ()
    force_mn: int = 0
    peak_mn: int = 0
    strength_permille: int = 1000
    cramping: bool = False
    ctf_mhz: int = 0
    length: str = ""


@dataclass(frozen=True, slots=True)
class Felt:
    """What the person feels of a channel, in words and as multiples of each threshold in permille."""

    channel: int
    words: str = "?"
    sensory_permille: int = 0
    motor_permille: int = 0
    pain_permille: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    t_us: int
    what: str


@dataclass(frozen=True, slots=True)
class Patient:
    """Pain and comfort are 0 to 10."""

    profile: str
    pain: float
    comfort: float
    muscles: tuple[Muscle, ...]
    felt: tuple[Felt, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """An injection; `state` is waiting, active or over. `effects` counts what it really altered: its proof."""

    number: int
    kind: str
    state: str
    channel: int | None = None
    began_us: int | None = None
    ended_us: int | None = None
    effects: int = 0
    first_us: int | None = None
    proof: str = ""


@dataclass(frozen=True, slots=True)
class PanelState:
    """Everything but the waveform. `events` is oldest first; `digest` names the trace so far."""

    t_us: int
    device: Device
    patient: Patient | None
    faults: tuple[Fault, ...]
    events: tuple[Event, ...]
    digest: str
    line_up: bool = True

    def channel(self, number: int) -> Channel:
        """One of the channels, from 1."""
        return self.device.channels[number - 1]


@dataclass(frozen=True, slots=True)
class Waveform:
    """The last pulse of a channel: samples `sampling_us` apart as they crossed the skin, and the points as set."""

    channel: int
    t_us: int
    sampling_us: float
    currents_ua: tuple[int, ...]
    voltages_mv: tuple[int, ...]
    points: Points
    charge_pc: tuple[int, ...] = ()
