"""The guard and its keeper: engaged before bytes leave, renewed by a turn, let go with a confirmed halt alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from guard.list_rig import GOOD, STOP, ListRig
from guard.list_rig import Device as ListDevice
from guard.rig import HALT, INIT, POLL, STATUS, Device, Rig

from nmes.guard.port import PortError
from nmes.link.port import PortLost


@dataclass
class Kept:
    """A keeper that notes what it is told, and how many frames the device had then."""

    device: Device | ListDevice
    trouble: str = ""
    told: list[tuple[str, int]] = field(default_factory=list)

    def engage(self, now_us: int) -> str:
        self._note("engage")
        return self.trouble

    def renew(self, now_us: int) -> str:
        self._note(f"renew {now_us}")
        return self.trouble

    def rest(self) -> None:
        self._note("rest")

    def give_up(self) -> None:
        self._note("give up")

    def end(self, *, confirmed: bool) -> None:
        self._note(f"end {confirmed}")

    def words(self) -> list[str]:
        return [word for word, _frames in self.told]

    def _note(self, word: str) -> None:
        frames = self.device.raw if isinstance(self.device, Device) else self.device.heard
        self.told.append((word, len(frames)))


@dataclass
class Bench:
    kept: Kept
    rig: Rig


@pytest.fixture
def bench() -> Bench:
    device = Device()
    kept = Kept(device)
    return Bench(kept, Rig(bare=True, device=device, keeper=kept))


@pytest.mark.covers("SR-28")
def test_the_keeper_is_engaged_before_what_can_lead_to_output_leaves(bench: Bench) -> None:
    assert bench.rig.send(HALT)
    assert bench.rig.send(STATUS)
    assert bench.kept.told == [], "a halt and a question need nobody"
    assert bench.rig.send(INIT, b"\x01")
    assert bench.kept.told == [("engage", 2)]
    assert bench.rig.device.commands()[-1] == INIT


@pytest.mark.covers("SR-28", "PR-01")
def test_a_device_that_was_left_on_has_a_keeper_from_the_start_that_goes_with_a_confirmed_halt_alone() -> None:
    device = Device()
    kept = Kept(device)
    rig = Rig(bare=True, device=device, keeper=kept, left_on=True)
    rig.guard.watch()
    assert kept.words() == ["engage", "renew 0"], "it does not rest"
    assert rig.send(STATUS)
    assert not rig.send(INIT, b"\x01"), "nothing begins before a halt is confirmed"
    assert Rig(bare=True, left_on=True).send(HALT), "one that stops by itself has none"
    rig = Rig(bare=True, device=device, keeper=kept, left_on=True)
    rig.send(HALT)
    kept.told.clear()
    rig.guard.watch()
    assert kept.words() == ["renew 0"], "one answer may belong to a halt of somebody else"
    rig.send(HALT)
    kept.told.clear()
    rig.guard.watch()
    rig.guard.close()
    assert kept.words() == ["rest", "renew 0", "end True"]
    rig = Rig(bare=True, device=device, keeper=kept, left_on=True)
    rig.guard.leave()
    assert kept.words()[-1] == "end False"


@pytest.mark.covers("SR-28")
def test_without_a_keeper_that_works_nothing_that_leads_to_output_leaves(bench: Bench) -> None:
    bench.rig.send(HALT)
    bench.kept.trouble = "it has ended"
    assert not bench.rig.send(INIT, b"\x01")
    assert bench.rig.device.commands() == [HALT, HALT]
    assert bench.rig.rule == "keeper"
    assert bench.rig.guard.latched is not None
    assert bench.rig.guard.latched.detail == "it has ended"
    assert bench.rig.send(STATUS), "a latched guard still asks and halts"


@pytest.mark.covers("SR-28")
def test_what_the_judge_refuses_engages_nobody(bench: Bench) -> None:
    bench.rig.send(HALT, read=False)
    assert not bench.rig.send(INIT, b"\x01"), "the halt is not confirmed"
    assert bench.kept.told == []


@pytest.mark.covers("SR-28", "SR-03")
def test_only_a_turn_renews_and_only_a_confirmed_halt_lets_the_keeper_rest(bench: Bench) -> None:
    bench.rig.enable()
    bench.kept.told.clear()
    bench.rig.now_us = 7
    bench.rig.guard.watch()
    assert bench.kept.words() == ["renew 7"], "switched on: no rest"
    assert bench.rig.send(POLL, b"\x04")
    assert bench.kept.words() == ["renew 7", "engage"], "neither what is written nor what is read renews"
    bench.kept.told.clear()
    assert bench.rig.send(HALT, read=False)
    bench.rig.guard.watch()
    assert "rest" not in bench.kept.words(), "not confirmed yet"
    bench.rig.guard.read(4096, 0)
    bench.rig.guard.watch()
    assert "rest" not in bench.kept.words(), "one answer may have been a byte of noise"
    assert bench.rig.send(HALT)
    bench.rig.guard.watch()
    assert bench.kept.words()[-2:] == ["rest", "renew 7"]
    bench.rig.send(INIT, b"\x01", read=False)
    bench.kept.told.clear()
    bench.rig.guard.watch()
    assert bench.kept.words() == ["renew 7"], "what starts it is on its way"


@pytest.mark.covers("SR-28")
def test_two_halts_are_enough_whatever_was_asked_between_them_or_lost_before_them(bench: Bench) -> None:
    bench.rig.enable()
    assert bench.rig.send(HALT)
    assert bench.rig.send(HALT, read=False)
    assert bench.rig.send(STATUS)
    bench.rig.guard.watch()
    assert "rest" in bench.kept.words()
    bench.rig.enable()
    bench.rig.device.deaf_to.add(HALT)
    assert bench.rig.send(HALT)
    bench.rig.device.deaf_to.clear()
    bench.kept.told.clear()
    assert bench.rig.send(HALT)
    bench.rig.guard.watch()
    assert "rest" not in bench.kept.words()
    assert bench.rig.send(HALT)
    bench.rig.guard.watch()
    assert "rest" in bench.kept.words()


@pytest.mark.covers("SR-28", "SR-07")
def test_a_keeper_that_took_over_or_is_gone_latches_once(bench: Bench) -> None:
    bench.rig.enable()
    bench.kept.trouble = "it took over"
    bench.rig.guard.watch()
    assert [trip.rule for trip in bench.rig.told] == ["keeper"]
    assert bench.rig.device.commands()[-1] == HALT
    halts = len(bench.rig.device.raw)
    bench.rig.guard.watch()
    assert (len(bench.rig.told), len(bench.rig.device.raw)) == (1, halts)


@pytest.mark.covers("SR-28", "FR-03")
@pytest.mark.parametrize(
    ("last", "confirmed"),
    [
        ((), True),
        ((HALT,), True),
        ((HALT, INIT), False),
        ((HALT, INIT, HALT), False),
        ((HALT, INIT, HALT, HALT), True),
        ((HALT, INIT, HALT, INIT, HALT), False),
    ],
)
def test_the_end_of_the_line_tells_the_keeper_whether_a_halt_was_confirmed(
    bench: Bench, last: tuple[int, ...], confirmed: bool
) -> None:
    for command in last:
        assert bench.rig.send(command, b"\x01" if command == INIT else b"")
    bench.rig.guard.close()
    assert bench.kept.words()[-1] == f"end {confirmed}"
    assert bench.rig.device.commands()[-1] == HALT


def test_a_broken_line_leaves_the_keeper_what_it_was(bench: Bench) -> None:
    bench.rig.enable()
    bench.rig.port.lose()
    bench.rig.guard.close()
    assert bench.kept.words()[-1] == "end False"


@pytest.mark.covers("SR-28", "PR-01")
def test_a_line_that_is_dead_is_handed_over_at_once_and_not_when_the_turn_is_missed(bench: Bench) -> None:
    bench.rig.enable()
    bench.rig.guard.trip("operator")
    assert "give up" not in bench.kept.words(), "this one left"
    bench.rig.port.time_out()
    bench.rig.guard.trip("operator")
    assert bench.kept.words()[-1] == "give up"
    bench.kept.told.clear()
    with pytest.raises(PortError):
        bench.rig.guard.read(4096, 0)
    assert bench.kept.words()[-1] == "give up"


class Unreadable(Device):
    """It takes what it gets; nothing can be read of it once it is `torn`."""

    torn = False

    def to_host(self) -> bytes:
        if self.torn:
            raise PortLost("half of the cable is gone")
        return super().to_host()


@pytest.mark.covers("SR-28", "PR-01")
def test_a_line_that_can_no_longer_be_read_takes_a_last_halt_and_is_handed_over() -> None:
    device = Unreadable()
    kept = Kept(device)
    rig = Rig(bare=True, device=device, keeper=kept)
    rig.enable()
    device.torn = True
    with pytest.raises(PortError):
        rig.guard.read(4096, 0)
    assert device.commands()[-1] == HALT
    assert kept.words()[-1] == "give up"
    rig.guard.close()
    assert kept.words()[-1] == "end False"


@pytest.mark.covers("SR-28", "FR-03")
@pytest.mark.parametrize(("began", "words"), [(True, ["engage", "end False"]), (False, ["end True"])])
def test_halts_that_were_not_answered_leave_the_line_to_the_keeper_whatever_was_answered_before_them(
    bench: Bench, *, began: bool, words: list[str]
) -> None:
    """But not a line on which nothing was ever begun: there may be no such device at all."""
    if began:
        bench.rig.enable()
    bench.rig.send(HALT)
    bench.rig.send(HALT)
    bench.rig.guard.watch()
    assert "rest" in bench.kept.words()
    bench.kept.told.clear()
    bench.rig.device.deaf_to.add(HALT)
    bench.rig.send(HALT)
    bench.rig.guard.close(unconfirmed=True)
    assert bench.kept.words() == words


NOISE = GOOD[2]
"""One byte that is an acknowledged stop, whoever sent it."""


class Deafened(ListDevice):
    """Once it is `deaf` no stop arrives any more."""

    deaf = False

    def from_host(self, data: bytes) -> None:
        if not (self.deaf and data == STOP):
            super().from_host(data)


@dataclass
class Unnumbered:
    """A guard and a keeper before a RehaStim 1 that has an update in force."""

    device: Deafened
    kept: Kept
    rig: ListRig

    def noise(self) -> None:
        self.device.answers.append(NOISE)
        self.rig.hear()
        self.rig.guard.watch()

    @property
    def rests(self) -> bool:
        return "rest" in self.kept.words()


@pytest.fixture
def unnumbered() -> Unnumbered:
    device = Deafened()
    kept = Kept(device)
    rig = ListRig(device=device, keeper=kept)
    rig.wait(1_000)
    assert rig.play(2)
    kept.told.clear()
    return Unnumbered(device, kept, rig)


@pytest.mark.covers("SR-28", "PR-01")
def test_a_byte_of_noise_after_a_lost_stop_does_not_let_the_keeper_rest(unnumbered: Unnumbered) -> None:
    unnumbered.device.deaf = True
    unnumbered.rig.guard.trip("operator")
    unnumbered.noise()
    assert not unnumbered.rests, "the device is on, and nothing but the keeper would end it"
    assert unnumbered.rig.send(STOP)
    assert unnumbered.rig.send(STOP), "asked again, because the last one was not answered"
    unnumbered.noise()
    assert not unnumbered.rests, "one after the other means that none was missed between them"
    unnumbered.rig.guard.close()
    assert unnumbered.kept.words()[-1] == "end False"


@pytest.mark.covers("SR-28", "FR-03")
def test_a_trip_between_two_stops_asks_for_no_third(unnumbered: Unnumbered) -> None:
    """Who leaves at that moment must not leave a keeper that halts a device that is off."""
    assert unnumbered.rig.send(STOP)
    assert unnumbered.rig.send(STOP, read=False)
    unnumbered.rig.guard.trip("operator")
    unnumbered.rig.hear()
    unnumbered.rig.guard.watch()
    assert unnumbered.rests


@pytest.mark.covers("SR-28")
def test_a_stop_that_was_not_done_begins_the_count_anew(unnumbered: Unnumbered) -> None:
    assert unnumbered.rig.send(STOP)
    unnumbered.device.results[2] = b"\x80"
    assert unnumbered.rig.send(STOP)
    del unnumbered.device.results[2]
    assert unnumbered.rig.send(STOP)
    unnumbered.rig.guard.watch()
    assert not unnumbered.rests
    assert unnumbered.rig.send(STOP)
    unnumbered.rig.guard.watch()
    assert unnumbered.rests
