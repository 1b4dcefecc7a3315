"""The one place where integers of the inside become numbers and units that a therapist reads."""

from __future__ import annotations


def ma(amplitude_ua: int) -> str:
    """Amplitude with one decimal, the device's step being half a milliampere: `22.5`."""
    return f"{amplitude_ua / 1000:.1f}"


def ma_or_unknown(amplitude_ua: int | None) -> str:
    """`22.5 mA`, or `unknown` where nothing recent is known: never a number that may be old."""
    return "unknown" if amplitude_ua is None else f"{ma(amplitude_ua)} mA"


def hz(frequency_mhz: int) -> str:
    """Frequency with one decimal where it has one: `45`, `44.4`."""
    return f"{frequency_mhz / 1000:.1f}".removesuffix(".0")


def seconds(time_ms: int) -> str:
    """Seconds with one decimal where it has one: `5`, `0.5`."""
    return f"{time_ms / 1000:.1f}".removesuffix(".0")


def clock(time_ms: int) -> str:
    """Minutes and whole seconds, rounded down: `4:05`."""
    return f"{time_ms // 60_000}:{time_ms // 1000 % 60:02d}"


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
        return "never"
    return f"{age_ms / 1000:.1f} s ago" if age_ms < 10_000 else f"{age_ms // 1000} s ago"


def cm2(area_mm2: int) -> str:
    """Pad area: `25 cm²`."""
    return f"{area_mm2 / 100:.1f}".removesuffix(".0") + " cm²"


def charge(low_nc: int, high_nc: int) -> str:
    """A dose as the range it is known in, in µC below 10 mC, in mC above: `812 µC`, `812-815 µC`."""
    if high_nc >= 10_000_000:
        low, high, unit = f"{low_nc / 1e6:.1f}", f"{high_nc / 1e6:.1f}", "mC"
    else:
        low, high, unit = f"{low_nc / 1000:.0f}", f"{high_nc / 1000:.0f}", "µC"
    return f"{low} {unit}" if low == high else f"{low}-{high} {unit}"


def percent(part: int, whole: int) -> str:
    """`43 %`, rounded up, so that a share of a limit is never told too small; `0 %` of nothing."""
    return f"{-(-part * 100 // whole) if whole else 0} %"
