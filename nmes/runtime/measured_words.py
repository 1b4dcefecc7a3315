"""Measured values in words, one sentence each, so that the line mode, the app, a try and the record say the same.

Separate from the screens' words because the line mode stands below them. Only what is known is said: a fallback is
called one, and a value always comes with its patient code, side, date and session, so that a wrong code shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from nmes.core.events import What
from nmes.core.measurement import OLD_DAYS, From, Missing, Origin

CTF_WORDS: Final = "cramp threshold frequency"
NAMES: Final = {
    What.CTF: CTF_WORDS,
    What.MOTOR_THRESHOLD: "motor threshold",
    What.MAX_TOLERATED: "maximum tolerated",
    What.MVIC: "own strongest contraction",
    What.EVOKED: "evoked force",
}


def hz(mhz: int) -> str:
    """A frequency in Hz, as short as it is exact to 0.1 Hz."""
    return f"{mhz / 1000:.1f}".removesuffix(".0") + " Hz"


def amount(what: What, value: int) -> str:
    """A measured value with its unit."""
    match what:
        case What.CTF:
            return hz(value)
        case What.MOTOR_THRESHOLD | What.MAX_TOLERATED:
            return f"{value / 1000:.1f} mA"
        case What.MVIC | What.EVOKED:
            return f"{value / 1000:.1f}".removesuffix(".0") + " N"
        case _:
            assert_never(what)


def whose(code: str, side: str, muscle: str = "") -> str:
    """The patient's code with what is treated, as far as it is known."""
    return " ".join(part for part in (code or "no patient code", side, muscle) if part)


def origin_sentence(origin: Origin) -> str:
    """Where the frequency of a derived protocol comes from, how old it is, and what became of it."""
    made = f"{hz(origin.asked_mhz)} asked"
    match origin.kind:
        case From.MEASURED:
            return f"{made}: from the {CTF_WORDS} of {_of(origin)}, {_value(origin)}, measured {_when(origin)}."
        case From.TYPED:
            typed = f"{_value(origin)}, typed by hand for this session"
            return f"{made}: from the {CTF_WORDS} of {_of(origin)}, {typed}. No record stands behind it."
        case From.FALLBACK:
            return f"{made}, the FALLBACK: {_missing(origin)}"
        case _:
            assert_never(origin.kind)


def warning(origin: Origin) -> str:
    """What speaks against going on with it; "" if nothing does."""
    if origin.kind is From.MEASURED and origin.from_the_future:
        return "Dated after today: one of the clocks was wrong, so its age is not known. Measure it again."
    if origin.kind is From.MEASURED and origin.old:
        return f"Older than {OLD_DAYS} days (our own limit, no evidence): measure it again before training with it."
    return ""


def _of(origin: Origin) -> str:
    return whose(origin.patient, origin.side, origin.muscle)


def _value(origin: Origin) -> str:
    return hz(origin.ctf_mhz or 0)


def _when(origin: Origin) -> str:
    age = "today" if origin.age_days == 0 else f"{origin.age_days} day{'' if origin.age_days == 1 else 's'} ago"
    day = origin.t_utc[:10]
    return f"{day} ({'a date after today' if origin.from_the_future else age}) in session {origin.session}"


def _missing(origin: Origin) -> str:
    told = f"{origin.session} of {origin.t_utc[:10]}"
    match origin.missing:
        case Missing.NO_CODE | None:
            return f"no patient code and no {CTF_WORDS} were given."
        case Missing.NO_SIDE:
            return f"no side was given for {origin.patient}, and a {CTF_WORDS} belongs to one side."
        case Missing.NONE_FOUND:
            return f"no {CTF_WORDS} of {_of(origin)} is recorded here."
        case Missing.NOT_REACHED:
            return f"the newest test of {_of(origin)}, session {told}, ended at its cap without a cramp."
        case Missing.UNTRUSTED:
            return f"the record of the newest test of {_of(origin)}, session {told}, is damaged; no older one is taken."
        case _:
            assert_never(origin.missing)


def measured_sentence(values: Mapping[str, int | str]) -> str:
    """The note of a measured value."""
    what = What(str(values["what"]))
    value = next(int(value) for name, value in values.items() if name.startswith("value_"))
    said = f"Measured, channel {values['channel']}: {NAMES[what]} {amount(what, value)}"
    if "level_ua" in values:
        said += f", at {int(values['level_ua']) / 1000:.1f} mA"
    if "permille" in values:
        said += f", {int(values['permille']) / 10:.0f} % of the strongest contraction"
    if "at_ceiling" in values:
        said += ", the most this channel may get: the patient may tolerate more"
    return f"{said}."


def not_reached_sentence(cap_mhz: int) -> str:
    """A test of the threshold that ended without a cramp."""
    last = f" up to {hz(cap_mhz)}" if cap_mhz else ""
    return f"No cramp was told{last}: the {CTF_WORDS} was not found. The training then uses its fallback."


def range_sentence(values: Mapping[str, int | str]) -> str:
    """A typed value that cannot be right."""
    what = What(str(values["what"]))
    low, high = amount(what, int(values["low"])), amount(what, int(values["high"]))
    return f"That cannot be right: the {NAMES[what]} lies from {low} to {high}."
