"""Measured values in words, one sentence each, so that the line mode, the app, a try and the record say the same.

Separate from the screens' words because the line mode stands below them. Only what is known is said: a fallback is
called one, and a value always comes with its patient code, side, date and session, so that a wrong code shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from nmes.core.events import What
from nmes.core.measurement import OLD_DAYS, From, Measured, Missing, Origin, is_typed
from nmes.core.plan import Plan

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


def how(one: Measured) -> str:
    """How a value came about: no typed one is called measured."""
    return _how(typed=one.typed)


def _how(*, typed: bool) -> str:
    return "Typed by hand" if typed else "Measured"


NO_CODE: Final = "a patient without a code"


def whose(code: str, side: str, muscle: str = "") -> str:
    """The patient's code with what is treated, as far as it is known."""
    treated = " ".join(part for part in (side, muscle) if part)
    if code:
        return f"{code} {treated}".rstrip()
    return f"{NO_CODE}, {treated}" if treated else NO_CODE


def unfindable(assessment: str | None, code: str, side: str) -> str:
    """Of a test whose result no later session can find; "" if it can, or if it is no test."""
    if assessment is None or (code and side):
        return ""
    missing = " and ".join(word for word, given in (("patient code", code), ("side", side)) if not given)
    return f"No {missing}: a later session cannot find what is measured here. It would have to be typed by hand."


BEGIN_ANEW: Final = "To have it found, end, and begin again with a code and a side."


def pause_sentence(plan: Plan, absent_ms: int) -> str:
    """Of a stepped test: how soon it pauses when no key is pressed; "" for anything else."""
    if plan.assessment != What.CTF:
        return ""
    step = plan.stages[0]
    lasts = f"a train with its rest lasts {(step.end_ms - step.start_ms) // 1000} s"
    return f"It pauses when no key is pressed for {absent_ms // 1000} s; {lasts}. Press a key in every rest."


def origin_sentence(origin: Origin) -> str:
    """Where the frequency of a derived protocol comes from, how old it is, and what became of it."""
    made = f"{hz(origin.asked_mhz)} asked"
    match origin.kind:
        case From.MEASURED:
            return f"{made}: from the {CTF_WORDS} of {_of(origin)}, {_value(origin)}, measured {_when(origin)}."
        case From.TYPED:
            typed = f"{_value(origin)}, typed by hand for this session"
            return f"{made}: from the {CTF_WORDS} of {_of(origin)}, {typed}. No record stands behind it."
        case From.TYPED_EARLIER:
            typed = f"{_value(origin)}, typed by hand on {_when(origin)}"
            return f"{made}: from the {CTF_WORDS} of {_of(origin)}, {typed}. No test stands behind it."
        case From.FALLBACK:
            return f"{made}, the FALLBACK: {_missing(origin)}"
        case _:
            assert_never(origin.kind)


def warning(origin: Origin) -> str:
    """What speaks against going on with it; "" if nothing does."""
    return " ".join(said for said in (_age_warning(origin), _nearby_warning(origin)) if said)


def _nearby_warning(origin: Origin) -> str:
    """A value of the other side, or under the same code in other capitals, is never taken, and never kept quiet."""
    if not origin.nearby:
        return ""
    return f"One is recorded of {' and of '.join(origin.nearby)}, and was not taken: check the code and the side."


def _age_warning(origin: Origin) -> str:
    earlier = origin.kind in {From.MEASURED, From.TYPED_EARLIER}
    if earlier and origin.from_the_future:
        return "Dated after today: one of the clocks was wrong, so its age is not known. Measure it again."
    if earlier and origin.old:
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
    told = f"{origin.session} of {origin.t_utc[:10]}" if origin.t_utc else origin.session
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
            return f"session {told} may hold a newer one of {_of(origin)} and cannot be trusted; no older one is taken."
        case _:
            assert_never(origin.missing)


def measured_sentence(values: Mapping[str, int | str]) -> str:
    """The note of a measured value, or of a typed one, which is called so."""
    what = What(str(values["what"]))
    value = next(int(value) for name, value in values.items() if name.startswith("value_"))
    said = f"{_how(typed=is_typed(values))}, channel {values['channel']}: {NAMES[what]} {amount(what, value)}"
    if "level_ua" in values:
        said += f", at {int(values['level_ua']) / 1000:.1f} mA"
    if "lowest_step" in values:
        said += ", in the lowest step: the threshold may be lower still"
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
