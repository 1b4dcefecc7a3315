"""The dose a report and a table tell, held against the charge that the simulator's stage saw cross the skin."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import groupby
from pathlib import Path

from together.staging import Room

from nmes.record.files import Kind
from nmes.record.story import Story
from nmes.record.telling import story_of
from nmes.reports.csv_file import Rows, csv_of
from nmes.reports.report import report_of
from nmes.reports.text import lines_of
from nmes.ui.report_wording import WORDING

WIDE = 400
"""Columns of a page on which no cell is broken."""


def check(room: Room, record: Path) -> int:
    """Each channel's charge at the skin is the dose told, within one pulse per change of output; the largest gap in nC.

    What is told is a range; the gap is what lies outside it.
    """
    story = story_of(record, Kind.SIMULATION)
    told = {int(row["channel"]): row for row in _table(story, Rows.CHANNELS)}
    changes = Counter(int(row["channel"]) for row in _table(story, Rows.OUTPUT))
    page = " ".join(lines_of(report_of(story, WORDING), WIDE))
    pulses = sorted(room.pulses(), key=lambda pulse: pulse.channel)
    assert pulses
    furthest = 0
    for channel, found in groupby(pulses, key=lambda pulse: pulse.channel):
        charges_pc = [abs(pulse.charge_pc[0]) for pulse in found]
        at_skin_nc, most_nc = sum(charges_pc) // 1000, -(-max(charges_pc) // 1000)
        low_nc, high_nc = int(told[channel]["charge_low_nc"]), int(told[channel]["charge_high_nc"])
        gap_nc = max(0, low_nc - at_skin_nc, at_skin_nc - high_nc)
        assert gap_nc <= most_nc * changes[channel], (channel, low_nc, at_skin_nc, high_nc)
        assert WORDING.charge(low_nc, high_nc) in page
        furthest = max(furthest, gap_nc)
    assert told.keys() == {pulse.channel for pulse in pulses}
    return furthest


def _table(story: Story, rows: Rows) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of([story], rows))))
