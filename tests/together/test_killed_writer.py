"""`kill -9` while a record is written: it recovers to a beginning that verifies, and nothing acknowledged is lost.

The moments are random: in the key, the opening, a write, a signature, a sync, a closing, the recovery of an earlier
kill. Both verifiers judge. A few kills in every run, 200 in the campaign.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.verifiers import both
from nmes.record.clocks import system_clocks
from nmes.record.files import session_files
from nmes.record.journal import Journal
from nmes.record.keys import known_keys, station_key
from nmes.record.store import read_session

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
LATEST_S = 0.12
"""A child has opened its first session by then, and closed one or two."""
LIVES = 10
"""Kills of one home, one after the other."""

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"), pytest.mark.timeout(1200)]


class Writer:
    """The program that forks the writers."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("record_writer.py")), str(folder)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self.said = b""

    def line(self, until: float) -> str:
        """The next line; "" if it is not there by then."""
        assert self.process.stdout is not None
        while b"\n" not in self.said:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return ""
            data = os.read(self.process.stdout.fileno(), 65_536)
            assert data, "the writers are gone"
            self.said += data
        line, _, self.said = self.said.partition(b"\n")
        return line.decode()

    def killed(self, home: Path, after_s: float) -> list[tuple[str, str]]:
        """A writer, killed after so long: session and word of all that it said was on the medium."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{home}\n".encode())
        kept: list[tuple[str, str]] = []
        began = self.line(time.monotonic() + PATIENCE_S)
        end = time.monotonic() + after_s
        while line := self.line(end):
            kept.append(self._promise(line))
        os.kill(int(began.removeprefix("PID ")), signal.SIGKILL)
        while (line := self.line(time.monotonic() + PATIENCE_S)) != "DEAD":
            kept.append(self._promise(line))
        return kept

    def _promise(self, line: str) -> tuple[str, str]:
        sign, session, word = line.split()
        assert sign == "A"
        return session, word


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path / "warm")
    yield writer
    assert writer.process.stdin is not None
    writer.process.stdin.close()
    assert writer.process.wait(PATIENCE_S) == 0
    assert writer.process.stdout is not None
    writer.process.stdout.close()


def told_in(home: Path) -> set[tuple[str, str]]:
    """Session and word of every entry, each with its text where it has one."""
    found = set()
    for path in session_files(home / "records"):
        for entry in read_session(path):
            if entry.type == "event":
                assert entry.body["event"]["text"] == f"text {entry.body['word']}"
                found.add((path.stem, entry.body["word"]))
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.campaign)])
def test_a_record_whose_writer_is_killed_verifies_and_holds_what_was_promised(
    kills: int, writer: Writer, tmp_path: Path
) -> None:
    rng, promised = random.Random(11), 0
    torn = 0
    for first in range(0, kills, LIVES):
        home, kept = tmp_path / f"home-{first}", set[tuple[str, str]]()
        home.mkdir()
        for _ in range(first, min(first + LIVES, kills)):
            kept |= set(writer.killed(home, rng.uniform(0.0, LATEST_S)))
            code = both(home / "records").code
            assert code in ({0, 3} if known_keys(home) else {0, 3, 4})
            torn += code == 3
            assert kept <= told_in(home), "what was promised is there"
        Journal.open(home / "records", "station-1", {}, system_clocks(), signer=station_key(home)).close(
            {"why": "complete"}
        )
        assert both(home / "records").code == 0
        assert kept <= told_in(home)
        promised += len(kept)
        kinds = {entry.type for path in session_files(home / "records") for entry in read_session(path)}
        assert "interrupted" in kinds or not kept
    print(f"{kills} kills, {promised} promises kept, {torn} torn")
    assert promised > kills
