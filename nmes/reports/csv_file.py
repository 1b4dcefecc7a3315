"""Records as tables for statistics: codes and whole numbers, the unit at the end of the name of each column.

Law: a table says what the record says, in the unit of the record, so that nothing is rounded and no program takes `2.5`
for a date. Times count from the opening of the session. Yes is 1, no is 0, what is not known is empty and never 0.
Nothing that a person typed freely is in it, no name and no reason: of a patient it holds the code. What each column
means: docs/reference/csv.md, which a test holds against `COLUMNS`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, assert_never

from nmes.core.corrections import Corrections
from nmes.core.printable import printable
from nmes.record.head_code import code_of
from nmes.record.output import Output
from nmes.record.store import Closed
from nmes.record.story import Signature, Story
from nmes.record.verify import Damaged, Intact, Torn
from nmes.reports.channels import Row, channels
from nmes.reports.measures import Measure, measures
from nmes.reports.planned import planned


class Rows(StrEnum):
    """What one row is of."""

    CHANNELS = "channels"
    """One for each session and channel; one without a channel for a session that never came to one."""
    OUTPUT = "output"
    """One for each change of output of a channel."""
    FINDINGS = "findings"
    """One for each finding and measured value."""


_WHOSE: Final = ("session", "kind", "begun_utc", "patient", "side", "protocol", "protocol_version")
COLUMNS: Final = {
    Rows.CHANNELS: (
        *_WHOSE,
        *("protocol_sha256", "program", "device_model", "device_id", "device_firmware"),
        *("ended", "attended", "signed", "verified", "station_key", "head_code", "session_ms", "planned_ms"),
        *("channel", "muscle", "pad_mm2", "phase_low_us", "phase_high_us", "frequency_low_mhz", "frequency_high_mhz"),
        *("level_first_ua", "level_last_ua", "most_ua", "output_ms", "stretches", "charge_low_nc", "charge_high_nc"),
        *("output_known", "corrected_entries"),
    ),
    Rows.OUTPUT: (*_WHOSE, "channel", "t_ms", "sent_ua", "confirmed_ua", "known"),
    Rows.FINDINGS: (*_WHOSE, "entry", "t_ms", "when", "what", "of", "value", "unit", "corrected"),
}
"""The columns in their order."""


def csv_of(stories: Iterable[Story], rows: Rows = Rows.CHANNELS, right: Corrections | None = None) -> str:
    """The table as text, its head first: commas, CRLF, quotes where needed (RFC 4180); to be written as UTF-8.

    `right`: what was corrected since; that it was stands in the table, what is right is somebody's own words.
    """
    into = io.StringIO()
    writer = csv.DictWriter(into, COLUMNS[rows], restval="", lineterminator="\r\n")
    writer.writeheader()
    for story in stories:
        for row in _rows(story, rows, frozenset((right or {}).get(story.session, {}))):
            writer.writerow({name: _cell(value) for name, value in row.items()})
    return into.getvalue()


def _rows(story: Story, rows: Rows, corrected: frozenset[int]) -> Iterator[Row]:
    whose = _whose(story)
    match rows:
        case Rows.CHANNELS:
            session = {**whose, **_session(story), "corrected_entries": len(corrected)}
            yield from ({**session, **channel} for channel in channels(story) or ({},))
        case Rows.OUTPUT:
            yield from ({**whose, **change} for change in _output(story.output))
        case Rows.FINDINGS:
            yield from ({**whose, **_finding(one), "corrected": one.at.seq in corrected} for one in measures(story))
        case _:
            assert_never(rows)


def _cell(value: object) -> str:
    """A text that a spreadsheet would take for a formula is marked as text [source: OWASP, CSV injection]."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case int():
            return str(value)
        case _:
            text = printable(str(value))
            return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _whose(story: Story) -> Row:
    opened = story.opened
    if opened is None:
        return {"session": story.session, "kind": story.kind.value}
    return {
        "session": story.session,
        "kind": story.kind.value,
        "begun_utc": opened.at.t_utc,
        "patient": opened.patient,
        "side": opened.side,
        "protocol": opened.protocol,
        "protocol_version": opened.version,
    }


def _session(story: Story) -> Row:
    opened, device, head = story.opened, story.device, story.verdict.head
    plan = planned(opened) if opened else None
    return {
        "protocol_sha256": opened.protocol_sha256 if opened else None,
        "program": opened.program if opened else None,
        "device_model": device.model if device else None,
        "device_id": device.device_id if device else None,
        "device_firmware": device.firmware if device else None,
        "ended": story.ending.why if isinstance(story.ending, Closed) else type(story.ending).__name__.lower(),
        "attended": opened.attended if opened else None,
        "signed": isinstance(story.signature, Signature),
        "verified": _verified(story),
        "station_key": story.sealed.key if story.sealed else None,
        "head_code": code_of(head.hash) if head else None,
        "session_ms": story.over_ms,
        "planned_ms": plan.plan.duration_ms if plan else None,
    }


def _verified(story: Story) -> str:
    match story.verdict:
        case Intact(entries=0) | Torn(entries=0, torn=b""):
            return "empty"
        case Intact() if story.broken:
            return "broken"
        case Intact():
            return "unsigned-end" if story.sealed is not None and story.sealed.pending else "intact"
        case Torn():
            return "torn"
        case Damaged(kind=kind):
            return f"damaged:{kind}"
        case _:
            assert_never(story.verdict)


def _output(output: Iterable[Output]) -> Iterator[Row]:
    """What changed of each channel; one that is gone from the list is at 0."""
    last: dict[int, tuple[int, int, bool]] = {}
    for one in output:
        sent, confirmed = dict(one.sent), dict(one.confirmed)
        for channel in sorted({*sent, *confirmed, *last}):
            now = (sent.get(channel, 0), confirmed.get(channel, 0), one.known)
            if last.get(channel) != now:
                yield {"channel": channel, "t_ms": one.t_ms, "sent_ua": now[0], "confirmed_ua": now[1], "known": now[2]}
            last[channel] = now


def _finding(one: Measure) -> Row:
    return {
        "entry": one.at.seq,
        "t_ms": one.at.t_ms,
        "when": one.when.value,
        "what": one.what,
        "of": one.of,
        "value": one.value,
        "unit": one.unit,
    }
