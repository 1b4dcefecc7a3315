"""What is mutated, and which tests judge it: those of the module's own room, as its coverage is judged too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """`least`: per cent of the mutants that tests must notice, before any is explained."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    least: int


def _all(package: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{package}.{name}" for name in names)


TARGETS = (
    Target("session", _all("nmes.core", "session", "raising", "attending", "climbs"), ("tests/core",), 95),
    Target("dose", ("nmes.core.dose",), ("tests/core",), 90),
    Target(
        "guard",
        (
            *_all("nmes.guard", "arming", "burst", "ceilings", "clock", "confirmed", "hearing", "judge"),
            *_all("nmes.guard", "line", "lists", "port", "pulse", "rules", "state", "sight"),
            *_all("nmes.guard.sight", "packets", "sciencemode4", "sciencemode4_frame", "sciencemode3"),
            *_all("nmes.guard.sight", "sciencemode2", "sciencemode2_frame", "sciencemode1"),
        ),
        ("tests/guard",),
        95,
    ),
    Target(
        "driver",
        (*_all("nmes.devices.sciencemode4", "exchange", "identify", "driver"), "nmes.devices.outstanding"),
        ("tests/devices",),
        90,
    ),
    Target("chain", ("nmes.record.chain",), ("tests/record",), 90),
)


def target_of(module: str) -> Target:
    return next(target for target in TARGETS if module in target.modules)
