"""`nmes demo`: a whole session without anybody, in a process of its own, to a record that verifies."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from cli.conftest import Nmes, process, records

from nmes.record.files import read_end


@pytest.mark.thorough
def test_the_demo_ends_well_within_a_minute_with_a_verified_record(home: Path, nmes: Nmes) -> None:
    began = time.monotonic()
    demo = process(home, "demo")
    out, err = demo.communicate("", timeout=60)
    assert (demo.returncode, err) == (0, "")
    assert time.monotonic() - began < 60
    (record,) = records(home)
    assert out.splitlines()[-1] == str(record)
    assert b'"why":"complete"' in read_end(record).before, "the last line is the station's signature"
    assert "intact" in out.splitlines()[-2]
    assert nmes("audit", "verify").code == 0
    assert list((home / "records").glob("*.jsonl")) == [], "no simulation among patients"


@pytest.mark.thorough
def test_a_home_that_cannot_be_written_is_told_in_one_line(home: Path, nmes: Nmes) -> None:
    home.write_text("a file where the folder should be")
    for command in (("demo",), ("run", "cramp_calf_ctf_training", "--plain", "--patient-code", "-", "--speed", "max")):
        told = nmes(*command)
        assert (told.code, told.out) == (1, "")
        assert len(told.err.splitlines()) == 1
        assert "Traceback" not in told.err


@pytest.mark.campaign
def test_a_test_is_exported_with_the_frequencies_of_its_trains(nmes: Nmes) -> None:
    assert nmes("demo", "assess_ctf_calf").code == 0
    (row,) = csv.DictReader(io.StringIO(nmes("audit", "export", "1", "--format", "csv").out))
    assert (row["frequency_low_mhz"], row["frequency_high_mhz"]) == ("4000", "13986")
