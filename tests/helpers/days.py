"""A station whose sessions are a day apart, with one text each; and what lies in its home."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from helpers.chain import QUICK
from nmes.record import archive
from nmes.record.archive import Written, older, remove
from nmes.record.chain import Damage, NewEntry
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk
from nmes.record.erase import erase, held
from nmes.record.files import Kind
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.ledger import Author
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Damaged

DAY_MS = 86_400_000
START_MS = 1_795_252_500_000  # 2026-11-21T09:15:00Z


class Station:
    """A home whose sessions are a day apart, with one text each."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "records"
        self._day, mono = count(), count(5_000_000_000, 1_000_000)
        self.clocks = Clocks(lambda: self.now_ms, lambda: next(mono), "boot-1")
        self.now_ms = START_MS
        self.key = station_key(home, QUICK)

    def session(self, text: str = "after running") -> Path:
        self.now_ms = START_MS + next(self._day) * DAY_MS
        bound = {"patient": "P-017"}
        journal = Journal.open(self.folder, "station-1", bound, self.clocks, disk=QUICK, signer=self.key)
        journal.append(NewEntry("event", {"event": {"text": text}}, "Ada", texts=(text,)))
        journal.close({"why": "completed"})
        return journal.path

    def archive(self, name: str = "a.zip") -> Written:
        return archive.write(self.home, Kind.PATIENT, self.home.parent / name, self.now_ms, QUICK)

    def remove(self, written: Written, day: str) -> str:
        leading = older(written, day)
        assert leading is not None
        return remove(self.home, written, leading, "ten years", self.author())

    def erase(self, path: Path) -> None:
        erase(self.home, Kind.PATIENT, [held(self.home, path)], "she asked", self.author())

    def author(self, disk: Disk = QUICK) -> Author:
        return Author("Ada", "station-1", self.clocks, self.key, disk=disk)

    def verdicts(self) -> list[type]:
        return [type(one.verdict) for one in verify_chain(self.folder)]

    def damage(self) -> tuple[str, int, Damage]:
        bad = next(one for one in verify_chain(self.folder) if isinstance(one.verdict, Damaged))
        assert isinstance(bad.verdict, Damaged)
        return bad.session, bad.verdict.seq, bad.verdict.kind


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def kept(home: Path) -> dict[str, bytes]:
    """What an archive has to bring back: records with what lies beside them, and the public keys."""
    wanted = ("records/", "keys/")
    found = {name: data for name, data in files(home).items() if name.startswith(wanted)}
    return {name: data for name, data in found.items() if not name.endswith((".pem", ".new"))}
