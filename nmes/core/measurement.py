"""What was measured of a patient, and what follows from it: pure values, no session and no file.

Law: a measured or typed value raises nothing. It tells a person where to go (a target) and where not to go (a cap);
the output still climbs by confirmed steps from 0. A value belongs to one patient code, muscle and side, and says where
it is from; what is not found is not guessed. Codes stand for patients, never names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nmes.core.delivery import Slot
from nmes.core.events import What

CTF = "ctf"
BY_LEVEL = frozenset({"motor_threshold", "max_tolerated"})
"""Assessments whose result is the level that is accepted."""
OLD_DAYS = 21
"""A cramp threshold frequency older than this is told as old: the rule to test again every 3 weeks or 6 sessions is
ours [design]; the 2014 trial tested again after 6 and 12 sessions [source: Behringer 2014]."""
MAX_FORCE_MN = 5_000_000
"""5 kN: more than any joint's force at a dynamometer; above it the unit is wrong. [design]"""

_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)


class Side(StrEnum):
    """The side that is treated; a value of one side is never taken for another."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


SIDES: tuple[str, ...] = tuple(Side)


def is_code(text: str) -> bool:
    """Whether a text may stand for a patient: 1 to 32 letters, digits, _ and -. A blank, as names have, is refused."""
    return _CODE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Who:
    """For whom a session is: a code (never a name), the side, and a cramp threshold frequency typed by hand, if any."""

    code: str = ""
    side: str = ""
    ctf_mhz: int | None = None


NOBODY = Who()


class From(StrEnum):
    """Where the frequency that a derived stage is made from comes from."""

    MEASURED = "measured"
    """In an earlier session of this patient, at this muscle and side."""
    TYPED = "typed"
    """By hand, for this session."""
    TYPED_EARLIER = "typed_earlier"
    """By hand in an earlier session of this patient, at this muscle and side: no test stands behind it."""
    FALLBACK = "fallback"
    """None was measured or typed: the protocol's own fallback."""


class Missing(StrEnum):
    """Why a fallback is used."""

    NO_CODE = "no_code"
    NO_SIDE = "no_side"
    NONE_FOUND = "none_found"
    NOT_REACHED = "not_reached"
    """The newest test ended at its cap without a cramp; what was measured before it no longer counts."""
    UNTRUSTED = "untrusted"
    """The newest value stands in a record that does not verify."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plan's cramp threshold frequency (CTF) comes from. `asked_mhz` is what the protocol makes of it.

    `session`, `t_utc` and `age_days` belong to a value of an earlier session. `missing` tells why it is a fallback.
    """

    kind: From
    ctf_mhz: int | None
    asked_mhz: int
    patient: str = ""
    side: str = ""
    muscle: str = ""
    session: str = ""
    t_utc: str = ""
    age_days: int = 0
    missing: Missing | None = None
    nearby: tuple[str, ...] = ()

    @property
    def old(self) -> bool:
        """Whether it should be measured again first."""
        return self.age_days > OLD_DAYS

    @property
    def from_the_future(self) -> bool:
        """Whether it is dated after now: a clock was wrong, then or now, and its age is not known."""
        return self.age_days < 0


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of this session, in the unit of `what` (mHz, µA, mN). `slot`: where an amplitude was measured.

    `typed`: a cramp threshold frequency that a person wrote and no train of this session found.
    """

    what: What
    channel: int
    value: int
    slot: Slot | None = None
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Train:
    """One train of a stepped test: the frequency delivered, and the level of each channel in it, in µA.

    It is under way from its first pulse through the rest after it; `over` once the output was halted or lowered to
    nothing: a cramp that is told then is not known to be this train's.
    """

    mhz: int
    levels_ua: tuple[tuple[int, int], ...]
    over: bool = False


UNITS = {
    What.CTF: "mhz",
    What.SENSORY_THRESHOLD: "ua",
    What.MOTOR_THRESHOLD: "ua",
    What.MAX_TOLERATED: "ua",
    What.MVIC: "mn",
    What.EVOKED: "mn",
}
"""The unit a value of each kind is in, as the end of its name in notes and records: `value_mhz`."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a protocol wants the level to be: its target, and the percentages of the relative ones, in thousandths."""

    target: str = ""
    permille: int = 0
    ceiling_permille: int = 0
    first_percent: int = 0
    """How much of the target, and of the contractions, a patient's first session is; 0 = the protocol says nothing."""


NO_AIM = Aim()


def plain_muscle(muscle: str) -> str:
    """A muscle's name as it is compared: in any capitals, with any blanks."""
    return " ".join(muscle.lower().split())


def is_typed(note: Mapping[str, object]) -> bool:
    """Whether the note of a cramp threshold tells a typed one. A train's comes with its level; without one it is typed
    too, so that nothing passes for measured because a record does not say."""
    return note.get("what") == CTF and ("typed" in note or "level_ua" not in note)


def with_value(measured: Iterable[Measured], new: Measured) -> tuple[Measured, ...]:
    """The values with a new one, in place of an older one of the same thing."""
    same = (new.what, new.channel, new.slot)
    return (*(old for old in measured if (old.what, old.channel, old.slot) != same), new)


def value_of(measured: Iterable[Measured], what: What, channel: int) -> int | None:
    """The value of a channel, whichever slot it was measured at."""
    return next((one.value for one in measured if (one.what, one.channel) == (what, channel)), None)


def target_ua(aim: Aim, measured: Iterable[Measured], slot: Slot, step_ua: int, *, first: bool = False) -> int | None:
    """The amplitude that is aimed at, on the device's grid, rounded down; None where nothing tells.

    `first`: in a patient's first session, of which the protocol may say that it is less.
    """
    return _share_ua(aim, aim.permille * _percent(aim, first=first), measured, slot, step_ua)


def cap_ua(aim: Aim, measured: Iterable[Measured], slot: Slot, step_ua: int) -> int | None:
    """The most a level may be where the protocol gives a ceiling in % of the most that is tolerated."""
    return _share_ua(aim, aim.ceiling_permille * 100, measured, slot, step_ua)


def _percent(aim: Aim, *, first: bool) -> int:
    return aim.first_percent if first and aim.first_percent else 100


def _share_ua(aim: Aim, share: int, measured: Iterable[Measured], slot: Slot, step_ua: int) -> int | None:
    """`share` in hundred-thousandths."""
    if aim.target != "pct_max_tolerated" or not share:
        return None
    most_ua = next((one.value for one in measured if one.what is What.MAX_TOLERATED and one.slot == slot), None)
    return None if most_ua is None else most_ua * share // 100_000 // step_ua * step_ua


def mvic_permille(measured: Iterable[Measured], channel: int) -> int | None:
    """The evoked force in thousandths of the patient's own strongest contraction; None until both are known."""
    kept = tuple(measured)
    most_mn, evoked_mn = value_of(kept, What.MVIC, channel), value_of(kept, What.EVOKED, channel)
    return None if most_mn is None or evoked_mn is None else evoked_mn * 1000 // most_mn


def target_mn(aim: Aim, measured: Iterable[Measured], channel: int, *, first: bool = False) -> int | None:
    """The force that is aimed at where the target is a percentage of the strongest contraction."""
    most_mn = value_of(measured, What.MVIC, channel)
    share = aim.permille * _percent(aim, first=first)
    return most_mn * share // 100_000 if aim.target == "pct_mvic" and most_mn is not None else None
