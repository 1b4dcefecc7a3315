"""The numbers that screens, lines and reports have in common, from the integers of the inside (docs/decisions/0027).

What only a screen shows is in `nmes.ui.numbers`, which passes these on.
"""

from __future__ import annotations

from nmes.language import decimal


def ma(amplitude_ua: int) -> str:
    """Amplitude with one decimal, the device's step being half a milliampere: `22.5`."""
    return decimal(f"{amplitude_ua / 1000:.1f}")


def in_ma(amplitude_ua: int) -> str:
    """`22.5 mA`."""
    return f"{ma(amplitude_ua)} mA"


def hz(frequency_mhz: int) -> str:
    """Frequency with one decimal where it has one: `45`, `44.4`."""
    return decimal(f"{frequency_mhz / 1000:.1f}".removesuffix(".0"))


def in_hz(frequency_mhz: int) -> str:
    """`44.4 Hz`."""
    return f"{hz(frequency_mhz)} Hz"


def area(area_mm2: int) -> str:
    """Pad area in cm², without the unit, with one decimal where it has one: `25`, `12.5`. With a point in any language:
    it is typed so, and stands in lists."""
    return f"{area_mm2 / 100:.1f}".removesuffix(".0")


def cm2(area_mm2: int) -> str:
    """Pad area: `25 cm²`."""
    return f"{area(area_mm2)} cm²"


def clock(time_ms: int) -> str:
    """Minutes and whole seconds, rounded down: `4:05`."""
    return f"{time_ms // 60_000}:{time_ms // 1000 % 60:02d}"


def tenths(thousandths: int) -> str:
    """Thousandths of a unit with one decimal where it has one: `9.4`, `12`."""
    return decimal(f"{thousandths / 1000:.1f}".removesuffix(".0"))


def in_seconds(time_ms: int) -> str:
    """A time that was measured: `9.4 s`."""
    return f"{tenths(time_ms)} s"


def in_metres(way_mm: int) -> str:
    """A way that was walked: `412 m`."""
    return f"{tenths(way_mm)} m"


def in_newtons(force_mn: int) -> str:
    """A force that was measured: `118 N`, `7.5 N`."""
    return f"{tenths(force_mn)} N"


def in_percent(permille: int) -> str:
    """`55 %`, `12.5 %`."""
    return f"{tenths(permille * 100)} %"
