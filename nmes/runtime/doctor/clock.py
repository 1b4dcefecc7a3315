"""The time of day: set, running evenly, and not before what is already on record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from nmes.language import _
from nmes.runtime.doctor.finding import Finding, Grade
from nmes.runtime.doctor.world import Clock

FIRST_YEAR, LAST_YEAR = 2026, 2056
"""This program did not exist before the one, and thirty years are more than it will be used [design]."""
SKEW_PERMILLE: Final = 1
"""A clock that is being slewed runs wrong by half a thousandth [source: adjtimex(2)]; more is a step [design]."""
LEAST_SKEW_US: Final = 5_000
"""What reading two clocks one after the other may take on a busy computer [design]."""


def of_clock(clock: Clock) -> tuple[Finding, ...]:
    """One finding: the worst that is true."""
    now = datetime.fromtimestamp(clock.utc_ms / 1000, UTC)
    todo = _("set the clock, and let the system keep it (timedatectl set-ntp true)")
    if not FIRST_YEAR <= now.year <= LAST_YEAR:
        return (_clock(Grade.BAD, _("the clock says {year}").format(year=now.year), todo),)
    if clock.newest_ms is not None and clock.newest_ms > clock.utc_ms:
        newest = datetime.fromtimestamp(clock.newest_ms / 1000, UTC)
        said = _("the clock says {now}, and the newest session on record began later, {newest} (UTC)")
        return (_clock(Grade.BAD, said.format(now=_text(now), newest=_text(newest)), todo),)
    if abs(clock.skew_us) > max(LEAST_SKEW_US, clock.over_us * SKEW_PERMILLE // 1000):
        said = _("the clock jumped by {jump} ms while it was looked at").format(jump=clock.skew_us // 1000)
        return (_clock(Grade.DOUBTFUL, said, _("wait until it is set; the record orders by another clock")),)
    if clock.synchronised is False:
        said = _("the clock says {now} (UTC), and nobody keeps it").format(now=_text(now))
        return (_clock(Grade.DOUBTFUL, said, todo),)
    return (_clock(Grade.GOOD, _("the clock says {now} (UTC) and runs evenly").format(now=_text(now))),)


def _clock(grade: Grade, said: str, todo: str = "") -> Finding:
    return Finding("clock", grade, said, todo)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
