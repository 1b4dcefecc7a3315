"""What the next therapist must know of the last session, and the thresholds on record, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from nmes.core.events import Finding, Observed
from nmes.language import _
from nmes.record.afterwards import LastTime
from nmes.record.measurements import Found, Untrusted
from nmes.runtime.numbers import in_hz
from nmes.runtime.on_record import OnRecord
from nmes.ui.finding_words import SKIN
from nmes.ui.names import muscle_words


def warning_line(last: LastTime | None) -> str:
    """What was found after the last session and is no small thing, and what of it was corrected since; that nobody can
    tell it; "" where there is nothing of all that.
    """
    if last is None:
        return ""
    day = last.t_utc[:10] or _("day not known")
    if last.damaged:
        return _(
            "! The record of the last session ({day}) is DAMAGED: what was found after it is not known. "
            "See F10, and ask."
        ).format(day=day)
    said = _("CORRECTED since, entry {entry}: {right}")
    corrected = (said.format(entry=seq, right=right) for seq, right in last.corrected.items())
    found = "; ".join((*map(_told, last.alarming), *corrected))
    return _("! Last session ({day}): {found}").format(day=day, found=found) if found else ""


def _told(one: Observed) -> str:
    match one.finding:
        case Finding.SKIN:
            state = SKIN[one.value] if one.value is not None and one.value < len(SKIN) else str(one.value)
            return _("skin at channel {channel}: {state}").format(channel=one.of, state=state.upper())
        case Finding.NRS:
            return _("pain {value} of 10").format(value=one.value)
        case Finding.ADVERSE:
            return _("adverse event: {text}").format(text=one.text)
        case Finding.OUTCOME | Finding.NOTE:
            return one.text
        case _:
            assert_never(one.finding)


def threshold_lines(record: OnRecord) -> Iterator[str]:
    """The cramp threshold frequency that is on record, by muscle."""
    for muscle, found in record.thresholds:
        told = _threshold(found).format(
            muscle=muscle_words(muscle),
            value=in_hz(found.value) if isinstance(found, Found) and found.value is not None else "",
            day=found.t_utc[:10] or _("day not known"),
        )
        right = found.right if isinstance(found, Found) else ""
        yield _("{what} CORRECTED since: {right}").format(what=told, right=right) if right else told


def _threshold(found: Found | Untrusted) -> str:
    if isinstance(found, Untrusted):
        return _("CTF on record, {muscle}: not known, the session of {day} may hold one and cannot be trusted.")
    if found.value is None:
        return _("CTF on record, {muscle}: none; the test of {day} ended at its cap without a cramp.")
    if found.typed:
        return _("CTF on record, {muscle}: {value}, typed by hand on {day}.")
    return _("CTF on record, {muscle}: {value}, measured on {day}.")


def on_record_lines(record: OnRecord) -> list[str]:
    """All of it, the warning first."""
    warning = warning_line(record.last)
    return [*([warning] if warning else []), *threshold_lines(record)]
