"""What must be known of a patient's side before anything is chosen, with what was corrected of it since."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nmes.core import events as e
from nmes.core.care_events import Corrected
from nmes.core.commands import Note
from nmes.core.measurement import Who
from nmes.record.chain import NewEntry
from nmes.record.codec import encode
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.measurements import Found
from nmes.runtime.course import enter
from nmes.runtime.on_record import NOTHING, on_record
from tests.runtime.test_course import at

WHO = Who("P-017", "left")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def told(event: e.Event, code: str, **values: int | str) -> NewEntry:
    return NewEntry(
        "event", {"event": encode(event), "commands": [encode(Note(code, tuple(values.items())))]}, "operator"
    )


def test_what_was_corrected_is_told_with_the_last_findings_and_the_threshold(tmp_path: Path) -> None:
    bound = {"patient": "P-017", "side": "left", "muscles": ["gastrocnemius"]}
    folder = chain_folder(tmp_path, Kind.PATIENT)
    journal = Journal.open(folder, "s", bound, at(16), signer=station_key(tmp_path))
    journal.append(told(e.Cramp(), "measured", what="ctf", channel=1, value_mhz=18_000))
    journal.append(told(e.End(), "dose", channel_1_low_nc=1, channel_1_high_nc=2))
    journal.append(told(e.Observed(e.Finding.NRS, 1), "observed"))
    journal.close({"why": "assessed"})
    for seq, text in ((3, "it was 22 Hz"), (5, "pain was 8 of 10")):
        event = Corrected("P-017", "left", journal.session, seq, "ab", text, "mistyped")
        enter(tmp_path, Kind.PATIENT, [event], "Anna", NOW, at(21))
    found = on_record(tmp_path, Kind.PATIENT, WHO)
    assert found.last is not None
    assert found.last.corrected == {3: "it was 22 Hz", 5: "pain was 8 of 10"}
    ((_muscle, threshold),) = found.thresholds
    assert isinstance(threshold, Found)
    assert (threshold.value, threshold.right) == (18_000, "it was 22 Hz")
    assert on_record(tmp_path, Kind.PATIENT, Who("", "left")) is NOTHING
