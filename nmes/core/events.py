"""Everything that can happen to a session, as frozen values of integers and short texts.

Time enters only here, as `Tick`. The record stores these values; replaying them through `step` gives the same commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Tick:
    """Monotonic time. `stalled_ms` is time the loop lost since the turn it had planned: the plan waits for it."""

    now_ms: int
    stalled_ms: int = 0


# --- the person at the controls ---


class Reply(StrEnum):
    """An answer to a screening question; UNKNOWN counts as yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `reason` is why it is gone on in spite of it, `reviewed_by` who reviewed it medically; or empty."""

    code: str
    reply: Reply
    reason: str = ""
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True)
class Screened:
    """The screening checklist, whole, with the name of who asked."""

    answers: tuple[Answer, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Back:
    """One step back: from the electrodes to the checklist, from the levels (or a STOP) to the electrodes."""


class Read(StrEnum):
    """What is read back, independently of what was typed before."""

    CODE = "code"
    """The patient's code, from the patient's own card."""
    SIDE = "side"
    """The side the pads are really on."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a person reads off the patient; with nothing `said` the `reason` is why it is gone on without."""

    what: Read
    said: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """The electrodes are on, their sizes as the plan says. `pads`: `(channel, pad_mm2)` as a person confirmed them."""

    pads: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ButtonConfirmed:
    """A person has the emergency button in reach and has tested it; asked for where the device has no dead-man."""

    by: str


@dataclass(frozen=True, slots=True)
class FeltAt:
    """Whether the contraction or the sensation of a channel is where it should be."""

    channel: int
    there: bool


@dataclass(frozen=True, slots=True)
class Titrate:
    """Begin finding the level of one channel at one waveform of the plan; leaves Stopped, from 0."""

    channel: int
    waveform: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Increase:
    """One step up. `epoch` is the arming it was meant for: after a STOP an old one is dropped.

    `over_ua`: the mark of this channel that is confirmed to be passed, 0 too; None = none is. `linked`: further
    channels that go up with it.
    """

    channel: int
    epoch: int
    over_ua: int | None = None
    linked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decrease:
    """One step down, at once: of what flows now, or, in a pause, of the level it will go on with."""

    channel: int


@dataclass(frozen=True, slots=True)
class Accept:
    """The patient accepts the present amplitude: it becomes the confirmed level and the output goes to 0.

    `over_ua`: the mark of a first session that is confirmed to be passed by it; None = none is.
    """

    epoch: int
    over_ua: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Begin the treatment, from 0."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Output to 0 now; the contraction is repeated on resume. `source`: who wanted it, `operator` or `wish`."""

    source: str = "operator"


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after a planned pause, climbing from 0 over at least 5 s."""

    epoch: int


@dataclass(frozen=True, slots=True)
class End:
    """End the treatment before its time, or leave a stopped session."""

    source: str = "operator"


@dataclass(frozen=True, slots=True)
class Stop:
    """STOP. The guard has already halted the output; `trips` is its count of halts when this was sent."""

    source: str
    trips: int


WISH = "wish"
"""The source of a pause that the patient wanted, and the mark that keeps it."""
PATIENT, PATIENT_LOST, PATIENT_RESTLESS = "patient", "patient_lost", "patient_restless"
"""The sources of a STOP by the patient, of one because the patient's own STOP is gone, or never stops speaking."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something worth remembering: pain, cramp, a note."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cramp:
    """The muscle cramps. In a running test of the cramp threshold it halts and is the result, else it is a mark."""

    source: str = "operator"


class What(StrEnum):
    """What can be measured of a patient, and the unit its value is in."""

    CTF = "ctf"
    """Cramp threshold frequency, mHz."""
    SENSORY_THRESHOLD = "sensory_threshold"
    """µA."""
    MOTOR_THRESHOLD = "motor_threshold"
    """µA."""
    MAX_TOLERATED = "max_tolerated"
    """µA."""
    MVIC = "mvic_mn"
    """The patient's own strongest contraction, mN at the dynamometer."""
    EVOKED = "evoked_mn"
    """The force that the current makes, mN at the same place."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something was measured. An amplitude is the present, confirmed one (`value` None or 0); all else is typed."""

    what: What
    channel: int
    value: int | None = None


# --- what is found, and the end ---


class Finding(StrEnum):
    """What a person finds on the patient."""

    SKIN = "skin"
    """Of a channel: 0 normal, 1 redness, 2 irritation, 3 burn or blister."""
    NRS = "nrs"
    """Pain from 0 to 10 on the numerical rating scale; before any output it is the baseline."""
    OUTCOME = "outcome"
    """One of the outcomes of the protocol's card: its value is in the text."""
    ADVERSE = "adverse"
    """Whether anything adverse happened: 0 nothing, 1 what the text says."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Observed:
    """A finding. `of`: the channel's number, or the outcome's text. Without a value: not done, for this reason."""

    finding: Finding
    value: int | None = None
    text: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """The person who attended signs the session; `reason` is why outcomes of the card are left open."""

    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LeftUnsigned:
    """The session is left without a signature."""

    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person has seen this alarm. It changes no output."""

    alarm: str


# --- silences ---


@dataclass(frozen=True, slots=True)
class UiSilent:
    """The screen has not shown a sign of life for 1.5 s."""


@dataclass(frozen=True, slots=True)
class OperatorAbsent:
    """Nobody has touched a key for the protocol's limit."""


# --- the record ---


@dataclass(frozen=True, slots=True)
class Durable:
    """The intent with this number is on the disk; what it announced may now be done."""

    intent: int


@dataclass(frozen=True, slots=True)
class JournalFailed:
    """The record can no longer be written."""

    reason: str


# --- the stimulator ---


@dataclass(frozen=True, slots=True)
class Identified:
    """The device said who it is, and is halted."""

    model: str
    device_id: str
    firmware: str


@dataclass(frozen=True, slots=True)
class Battery:
    """The device told how full its battery is, when it said who it is; many run from the mains and tell nothing."""

    percent: int


@dataclass(frozen=True, slots=True)
class WrongDevice:
    """What answered is not a device we know, or nothing did."""

    reason: str


@dataclass(frozen=True, slots=True)
class Enabled:
    """The device has its high voltage on and waits at 0."""


@dataclass(frozen=True, slots=True)
class OutputSent:
    """A change of output left for the device: `(channel, amplitude_ua)` of the channels that are on.

    `gap`: those of them that are silent between two bursts right now; their amplitude is that of the bursts.
    """

    now_ms: int
    amplitudes: tuple[tuple[int, int], ...]
    gap: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputConfirmed:
    """The device acknowledged the last output sent."""

    now_ms: int
    amplitudes: tuple[tuple[int, int], ...]
    gap: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something went wrong, and nothing since `since_ms` proves that the output was what it should have been."""

    since_ms: int


class Fault(StrEnum):
    """What the device reported, in the words of the user's manual."""

    ELECTRODE = "electrode"
    PULSE_TIMEOUT = "pulse_timeout"
    LOW_CURRENT = "low_current"
    CHANNEL_SILENT = "channel_silent"
    NOT_INITIALISED = "not_initialised"
    REFUSED = "refused"
    EMERGENCY_STOP = "emergency_stop"
    """Its emergency switch is pressed, or not plugged in."""
    MODULE = "module"
    """Its current source failed."""
    RESTARTED = "restarted"
    STRAY = "stray"
    """Its line gave an answer to what nobody asked, where no answer carries a number."""


@dataclass(frozen=True, slots=True)
class DeviceFault:
    """The device reported a fault. `channel` 0 = the whole device; `result` is its own number, 0 if it gave none."""

    fault: Fault
    channel: int
    result: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request was sent and not answered in time: what the device does now is not known."""

    request: str


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The line to the device is gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class HaltConfirmed:
    """The device confirmed that stimulation and high voltage are off."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class HaltUnconfirmed:
    """The halt was sent three times and never acknowledged; the port is closed."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class GuardTripped:
    """The guard refused something or lost sight of the device, and halted it."""

    rule: str
    detail: str
    trips: int


Operator = (
    Screened | Placed | Titrate | Increase | Decrease | Accept | Start | Pause | Resume | End | Stop | Mark
    | Cramp | Measure | Back | ReadBack | ButtonConfirmed | FeltAt | Observed | Signed | LeftUnsigned | Acknowledged
)  # fmt: skip
Silence = UiSilent | OperatorAbsent
Record = Durable | JournalFailed
Device = (
    Identified
    | Battery
    | WrongDevice
    | Enabled
    | OutputSent
    | OutputConfirmed
    | Doubt
    | DeviceFault
    | Unanswered
    | LinkLost
    | HaltConfirmed
    | HaltUnconfirmed
)
Event = Tick | Operator | Silence | Record | Device | GuardTripped
