"""Measured values in words, one sentence each, so that the line mode, the app, a try and the record say the same.

Separate from the screens' words because the line mode stands below them. Only what is known is said: a fallback is
called one, and a value always comes with its patient code, side, date and session, so that a wrong code shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from nmes.core.events import What
from nmes.core.measurement import OLD_DAYS, From, Measured, Missing, Origin, is_typed
from nmes.core.plan import NO_MUSCLE, Plan
from nmes.language import _, decimal, many
from nmes.runtime.numbers import in_hz, in_ma, ma

NAMES: Final = {
    What.CTF: _("cramp threshold frequency"),
    What.SENSORY_THRESHOLD: _("sensory threshold"),
    What.MOTOR_THRESHOLD: _("motor threshold"),
    What.MAX_TOLERATED: _("maximum tolerated"),
    What.MVIC: _("own strongest contraction"),
    What.EVOKED: _("evoked force"),
}


def amount(what: What, value: int) -> str:
    """A measured value with its unit."""
    match what:
        case What.CTF:
            return in_hz(value)
        case What.SENSORY_THRESHOLD | What.MOTOR_THRESHOLD | What.MAX_TOLERATED:
            return in_ma(value)
        case What.MVIC | What.EVOKED:
            return decimal(f"{value / 1000:.1f}".removesuffix(".0") + " N")
        case _:
            assert_never(what)


def how(one: Measured) -> str:
    """How a value came about: no typed one is called measured."""
    return _how(typed=one.typed)


def _how(*, typed: bool) -> str:
    return _("Typed by hand") if typed else _("Measured")


SIDES: Final = {"left": _("left"), "right": _("right"), "both": _("both")}


def muscle_words(muscle: str) -> str:
    """Where a card says `none; skin over the painful area`, only the place: no muscle is meant to work. A View says
    the side behind it.
    """
    name = muscle.removeprefix(NO_MUSCLE).strip() or muscle
    rest, comma, side = name.rpartition(", ")
    return f"{rest}{comma}{SIDES[side]}" if side in SIDES else name


NO_CODE: Final = _("a patient without a code")


def whose(code: str, side: str, muscle: str = "") -> str:
    """The patient's code with what is treated, as far as it is known."""
    treated = " ".join(part for part in (SIDES.get(side, side), muscle) if part)
    if code:
        return f"{code} {treated}".rstrip()
    return _("a patient without a code, {treated}").format(treated=treated) if treated else NO_CODE


def unfindable(assessment: str | None, code: str, side: str) -> str:
    """Of a test whose result no later session can find; "" if it can, or if it is no test."""
    if assessment is None or (code and side):
        return ""
    if code:
        return _("No side: a later session cannot find what is measured here. It would have to be typed by hand.")
    if side:
        return _(
            "No patient code: a later session cannot find what is measured here. It would have to be typed by hand."
        )
    return _(
        "No patient code and side: a later session cannot find what is measured here. "
        "It would have to be typed by hand."
    )


BEGIN_ANEW: Final = _("To have it found, end, and begin again with a code and a side.")


def pause_sentence(plan: Plan, absent_ms: int) -> str:
    """Of a stepped test: how soon it pauses when no key is pressed; "" for anything else."""
    if plan.assessment != What.CTF:
        return ""
    step = plan.stages[0]
    said = _(
        "It pauses when no key is pressed for {absent} s; a train with its rest lasts {lasts} s. "
        "Press a key in every rest."
    )
    return said.format(absent=absent_ms // 1000, lasts=(step.end_ms - step.start_ms) // 1000)


def origin_sentence(origin: Origin) -> str:
    """Where the frequency of a derived protocol comes from, how old it is, and what became of it."""
    match origin.kind:
        case From.MEASURED:
            said = _("{asked} asked: from the cramp threshold frequency of {whose}, {value}, measured {when}.")
        case From.TYPED:
            said = _(
                "{asked} asked: from the cramp threshold frequency of {whose}, {value}, typed by hand for this session."
                " No record stands behind it."
            )
        case From.TYPED_EARLIER:
            said = _(
                "{asked} asked: from the cramp threshold frequency of {whose}, {value}, typed by hand on {when}. "
                "No test stands behind it."
            )
        case From.FALLBACK:
            said = _("{asked} asked, the FALLBACK: {why}")
            return said.format(asked=in_hz(origin.asked_mhz), why=_missing(origin))
        case kind:
            assert_never(kind)
    return said.format(
        asked=in_hz(origin.asked_mhz), whose=_of(origin), value=in_hz(origin.ctf_mhz or 0), when=_when(origin)
    )


def warning(origin: Origin) -> str:
    """What speaks against going on with it; "" if nothing does."""
    return " ".join(said for said in (_age_warning(origin), _nearby_warning(origin)) if said)


def _nearby_warning(origin: Origin) -> str:
    """A value of the other side, or under the same code in other capitals, is never taken, and never kept quiet."""
    if not origin.nearby:
        return ""
    said = _("One is recorded of {whose}, and was not taken: check the code and the side.")
    return said.format(whose=_(" and of ").join(origin.nearby))


def _age_warning(origin: Origin) -> str:
    earlier = origin.kind in {From.MEASURED, From.TYPED_EARLIER}
    if earlier and origin.from_the_future:
        return _("Dated after today: one of the clocks was wrong, so its age is not known. Measure it again.")
    if earlier and origin.old:
        said = _("Older than {days} days (our own limit, no evidence): measure it again before training with it.")
        return said.format(days=OLD_DAYS)
    return ""


def _of(origin: Origin) -> str:
    return whose(origin.patient, origin.side, origin.muscle)


def _when(origin: Origin) -> str:
    age = many("{number} day ago", "{number} days ago", origin.age_days or 0) if origin.age_days else _("today")
    said = _("{day} ({age}) in session {session}")
    return said.format(
        day=origin.t_utc[:10],
        age=_("a date after today") if origin.from_the_future else age,
        session=origin.session,
    )


def _missing(origin: Origin) -> str:
    match origin.missing:
        case Missing.NO_CODE | None:
            return _("no patient code and no cramp threshold frequency were given.")
        case Missing.NO_SIDE:
            said = _("no side was given for {patient}, and a cramp threshold frequency belongs to one side.")
        case Missing.NONE_FOUND:
            said = _("no cramp threshold frequency of {whose} is recorded here.")
        case Missing.NOT_REACHED:
            said = _("the newest test of {whose}, session {session}, ended at its cap without a cramp.")
        case Missing.UNTRUSTED:
            said = _("session {session} may hold a newer one of {whose} and cannot be trusted; no older one is taken.")
        case missing:
            assert_never(missing)
    session = origin.session
    if origin.t_utc:
        session = _("{session} of {day}").format(session=session, day=origin.t_utc[:10])
    return said.format(patient=origin.patient, whose=_of(origin), session=session)


def measured_sentence(values: Mapping[str, int | str]) -> str:
    """The note of a measured value, or of a typed one, which is called so."""
    what = What(str(values["what"]))
    value = next(int(value) for name, value in values.items() if name.startswith("value_"))
    said = _("{how}, channel {channel}: {name} {amount}").format(
        how=_how(typed=is_typed(values)), channel=values["channel"], name=NAMES[what], amount=amount(what, value)
    )
    if "level_ua" in values:
        said += _(", at {level} mA").format(level=ma(int(values["level_ua"])))
    if "lowest_step" in values:
        said += _(", in the lowest step: the threshold may be lower still")
    if "permille" in values:
        percent = f"{int(values['permille']) / 10:.0f}"
        said += _(", {percent} % of the strongest contraction").format(percent=percent)
    if "at_ceiling" in values:
        said += _(", the most this channel may get: the patient may tolerate more")
    return f"{said}."


def not_reached_sentence(cap_mhz: int) -> str:
    """A test of the threshold that ended without a cramp."""
    if not cap_mhz:
        return _("No cramp was told: the cramp threshold frequency was not found. The training then uses its fallback.")
    said = _(
        "No cramp was told up to {cap}: the cramp threshold frequency was not found. "
        "The training then uses its fallback."
    )
    return said.format(cap=in_hz(cap_mhz))


def range_sentence(values: Mapping[str, int | str]) -> str:
    """A typed value that cannot be right."""
    what = What(str(values["what"]))
    low, high = amount(what, int(values["low"])), amount(what, int(values["high"]))
    said = _("That cannot be right: the {name} lies from {low} to {high}.")
    return said.format(name=NAMES[what], low=low, high=high)
