"""One attended session on the bench in which a person makes the five mistakes, and signs at the end: for its record."""

from __future__ import annotations

from pathlib import Path

from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import View, Word
from nmes.record.files import Kind
from nmes.runtime.binding import attended_of
from nmes.runtime.library import Library, Loaded
from nmes.trial.bench import bench_with_record
from nmes.trial.bench.joint import Bench

CALF = "cramp_calf_ctf_training"
WHO = Who("P-017", "left")


class Sitting:
    """A session on the bench, and the hands of who attends it."""

    def __init__(self, home: Path, *, protocol: str = CALF, who: Who = WHO, attended: bool = True) -> None:
        self.loaded: Loaded = Library().load(protocol)
        given = attended_of(home, Kind.SIMULATION, self.loaded, who) if attended else None
        self.bench: Bench
        self.bench, self.record = bench_with_record(self.loaded, home, who=who, attended=given)
        self.until(Word.SCREENING)

    @property
    def view(self) -> View:
        return self.bench.view

    def do(self, *happened: e.Event) -> None:
        for event in happened:
            self.bench.press(event)
            self.bench.turn()

    def until(self, *words: Word, within_ms: int = 60_000) -> None:
        self.bench.run_until(lambda view: view.word in words, within_ms=within_ms)
        assert self.view.word in words, f"never came: {self.view.word} {self.view.why} {self.view.note}"

    def run(self, for_ms: int) -> None:
        """Time passes; nobody touches a key."""
        self.bench.run_until(lambda _view: False, within_ms=for_ms)

    def screened(self, *answers: e.Answer, by: str = "Dr Adams") -> None:
        given = {one.code: one for one in answers}
        codes = self.loaded.protocol.screening_codes
        self.do(e.Screened(tuple(given.get(code, e.Answer(code, e.Reply.NO)) for code in codes), by))

    def placed(self) -> None:
        self.do(e.ReadBack(e.Read.CODE, WHO.code), e.ReadBack(e.Read.SIDE, WHO.side))
        self.do(e.Placed(tuple((one.channel, one.pad_mm2) for one in self.view.channels)))

    def level(self, level_ua: int, *, there: bool = True) -> None:
        for slot in self.view.plan.slots:
            self.do(e.Titrate(slot.channel, slot.waveform, self.view.epoch))
            self.until(Word.TITRATING)
            for _ in range(level_ua // 250):  # twice as many presses as steps: one may be too early
                if self._live_ua(slot.channel) < level_ua:
                    self.do(e.Increase(slot.channel, self.view.epoch, over_ua=self._mark_ua()))
                    self.run(300)
            self.do(e.Accept(self.view.epoch))
            self.until(Word.READY)
            self.do(e.FeltAt(slot.channel, there))

    def _mark_ua(self) -> int:
        """The mark that the last press was refused for: it is passed with the next one."""
        note = self.view.note
        return int(dict(note.values)["mark_ua"]) if note is not None and note.code == "refused:mark" else 0

    def _live_ua(self, channel: int) -> int:
        return next(one.level_ua for one in self.view.channels if one.channel == channel)

    def started(self) -> None:
        self.do(e.Start(self.view.epoch))
        self.until(Word.ON)

    def over(self) -> None:
        self.do(e.End())
        self.until(Word.AFTER)

    def found_and_signed(self, by: str = "Dr Adams") -> None:
        for channel in self.view.channels:
            self.do(e.Observed(e.Finding.SKIN, 1, "gone after 10 minutes", str(channel.channel)))
        self.do(e.Observed(e.Finding.NRS, 2), e.Observed(e.Finding.ADVERSE, 0))
        self.do(e.Signed(by, "the next session measures them"))
        assert self.bench.controller.done, self.view.note

    def interrupted(self) -> Path:
        """The computer stops here: the record has no end."""
        journal_of(self.bench).abandon()
        return self.record


def journal_of(bench: Bench):  # type: ignore[no-untyped-def]  # a private part of the sink, for a computer that stops
    return bench.controller._sink._journal  # type: ignore[attr-defined]  # as above


def five_mistakes(home: Path) -> Path:
    """Wrong patient, wrong leg, pads swapped, + held down, walks away; then signed. The record's file."""
    sitting = Sitting(home)
    sitting.do(e.Observed(e.Finding.NRS, 4))
    sitting.screened(e.Answer("cause_age", e.Reply.YES, "known, looked at"))
    sitting.do(e.ReadBack(e.Read.CODE, "P-071"), e.ReadBack(e.Read.SIDE, "right"))
    sitting.placed()
    sitting.level(2_000, there=False)
    sitting.do(e.ReadBack(e.Read.SIDE, WHO.side))
    sitting.do(e.Placed(tuple((one.channel, one.pad_mm2) for one in sitting.view.channels)))
    sitting.level(2_000)
    sitting.started()
    for _ in range(5):
        sitting.do(e.Increase(1, sitting.view.epoch))
    sitting.do(e.Mark("plus_held"))  # as a screen tells of a key that it did not pass on
    sitting.do(e.Mark("pain", "a little"))
    sitting.until(Word.PAUSED, within_ms=200_000)
    sitting.over()
    sitting.found_and_signed()
    return sitting.record
