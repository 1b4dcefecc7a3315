"""The one place where integers of the inside become numbers and units that a therapist reads."""

from __future__ import annotations

from nmes.language import _, decimal
from nmes.runtime.numbers import clock as clock  # noqa: PLC0414 - passed on: screens have one place for numbers
from nmes.runtime.numbers import cm2 as cm2  # noqa: PLC0414 - likewise
from nmes.runtime.numbers import hz as hz  # noqa: PLC0414 - likewise
from nmes.runtime.numbers import ma as ma  # noqa: PLC0414 - likewise


def ma_or_unknown(amplitude_ua: int | None) -> str:
    """`22.5 mA`, or `unknown` where nothing recent is known: never a number that may be old."""
    return _("unknown") if amplitude_ua is None else f"{ma(amplitude_ua)} mA"


def seconds(time_ms: int) -> str:
    """Seconds with one decimal where it has one: `5`, `0.5`."""
    return decimal(f"{time_ms / 1000:.1f}".removesuffix(".0"))


def countdown(time_ms: int) -> str:
    """Whole seconds still to go, rounded up, so that 0 means over: `7`, `1:05`."""
    left_s = -(-time_ms // 1000)
    return str(left_s) if left_s < 60 else f"{left_s // 60}:{left_s % 60:02d}"


def to_go(time_ms: int) -> str:
    """A countdown with its unit: `7 s`; minutes need none: `1:05`."""
    return f"{countdown(time_ms)} {countdown_unit(time_ms)}".rstrip()


def countdown_unit(time_ms: int) -> str:
    """What stands beside a countdown: `s` while it shows seconds, nothing beside minutes."""
    return "s" if -(-time_ms // 1000) < 60 else ""


def age(age_ms: int | None) -> str:
    """How old an answer is: `0.2 s ago`, `never`."""
    if age_ms is None:
        return _("never")
    return _("{seconds} s ago").format(seconds=decimal(f"{age_ms / 1000:.1f}") if age_ms < 10_000 else age_ms // 1000)


def charge(low_nc: int, high_nc: int) -> str:
    """A dose as the range it is known in, in µC below 10 mC, in mC above: `812 µC`, `812-815 µC`."""
    if high_nc >= 10_000_000:
        low, high, unit = decimal(f"{low_nc / 1e6:.1f}"), decimal(f"{high_nc / 1e6:.1f}"), "mC"
    else:
        low, high, unit = f"{low_nc / 1000:.0f}", f"{high_nc / 1000:.0f}", "µC"
    return f"{low} {unit}" if low == high else f"{low}-{high} {unit}"


def percent(part: int, whole: int) -> str:
    """`43 %`, rounded up, so that a share of a limit is never told too small; `0 %` of nothing."""
    return f"{-(-part * 100 // whole) if whole else 0} %"


def newtons(force_mn: int) -> str:
    """A force: `12 N`, `3.4 N`, `0.05 N`."""
    digits = 0 if force_mn >= 10_000 else 1 if force_mn >= 100 or force_mn == 0 else 2
    return decimal(f"{force_mn / 1000:.{digits}f} N")


def score(score_c: int) -> str:
    """A score given in hundredths, with one decimal: `6.5`."""
    return decimal(f"{score_c / 100:.1f}")


def permille(part: int) -> str:
    """Thousandths as percent, without the unit, with one decimal where it has one: `12.5`."""
    return decimal(f"{part / 10:.1f}".removesuffix(".0"))


def phase_charge(charge_nc: int) -> str:
    """Charge of one phase in µC, without the unit: `7.5`."""
    return decimal(f"{charge_nc / 1000:.1f}")


def density(na_per_mm2: int) -> str:
    """Current density in mA/cm², without the unit: `1.25`."""
    return decimal(f"{na_per_mm2 / 10_000:.2f}")
