"""What the keeper decides, against a device that only knows bytes, on a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from helpers.byte_device import INIT, STOP, UPDATE, UPDATE_OK, ByteDevice
from nmes.link.vigil import (
    AGAIN_MS,
    GIVEN_AWAY_MS,
    REFUSED_MS,
    SILENT_MS,
    STILL_MS,
    Phase,
    Vigil,
    Why,
    Word,
    answered,
    ended,
    halt_due_ms,
    halt_written,
    heir_is_kept,
    passed,
    refused,
    taken_back,
    told,
    wanted_by_another,
)

MASK, ANSWER = 0xC1, 0x81


def said(*words: Word) -> bytes:
    return bytes(words)


def watching(now_ms: int = 0) -> Vigil:
    return told(Vigil(), said(Word.ENGAGE), now_ms)


class Line:
    """A device at the end of a line on which bytes wait, as in a system's buffer."""

    def __init__(self, device: ByteDevice, waiting: bytes = b"") -> None:
        self.device, self.answers = device, device.take(waiting)
        self.written: list[int] = []

    def keep(self, vigil: Vigil, from_ms: int, to_ms: int, later: Iterable[tuple[int, bytes]] = ()) -> Vigil:
        """The keeper at work from one time to another; `later`: what others write meanwhile, and when."""
        others = dict(later)
        for now_ms in range(from_ms, to_ms):
            self.answers += self.device.take(others.get(now_ms, b""))
            vigil = passed(vigil, now_ms)
            if vigil.acts:
                vigil, self.answers = answered(vigil, self.answers, MASK, ANSWER), b""
            due_ms = halt_due_ms(vigil)
            if vigil.acts and due_ms is not None and now_ms >= due_ms:
                vigil = halt_written(vigil, now_ms)
                self.written.append(now_ms)
                self.answers += self.device.take(STOP)
        return vigil


@pytest.mark.covers("SR-28")
def test_at_rest_the_end_of_the_pipe_is_the_end_and_nothing_is_written() -> None:
    line = Line(ByteDevice())
    vigil = line.keep(ended(Vigil(), 0), 0, 3000)
    rested = told(watching(), said(Word.REST), 10)
    assert (vigil.phase, ended(rested, 20).phase, line.written) == (Phase.OVER, Phase.OVER, [])
    assert line.keep(rested, 20, 5000).phase is Phase.RESTING, "nothing is renewed at rest"


@pytest.mark.covers("SR-28")
def test_it_halts_when_the_controller_has_died_and_goes_on_once_a_second() -> None:
    line = Line(ByteDevice(), INIT + UPDATE)
    vigil = line.keep(ended(watching(), 100), 100, 3100)
    assert (vigil.phase, vigil.why, vigil.confirmed) == (Phase.HALTED, Why.DIED, True)
    assert line.written == [100, 100 + AGAIN_MS, 100 + AGAIN_MS + STILL_MS, 100 + AGAIN_MS + 2 * STILL_MS]
    assert not line.device.running


@pytest.mark.covers("SR-28")
def test_it_halts_a_second_after_the_last_renewal() -> None:
    line, vigil = Line(ByteDevice(), INIT + UPDATE), watching()
    for now_ms in range(100, 1100, 100):
        vigil = told(line.keep(vigil, now_ms - 100, now_ms), said(Word.RENEW), now_ms)
    assert line.written == []
    vigil = line.keep(vigil, 1000, 1000 + SILENT_MS + 1)
    assert line.written == []
    vigil = line.keep(vigil, 1000 + SILENT_MS + 1, 1000 + SILENT_MS + 3)
    assert (line.written, vigil.why) == ([1000 + SILENT_MS + 1], Why.STALLED)


def test_one_that_was_renewed_in_time_never_acts() -> None:
    vigil = told(watching(), said(Word.RENEW), SILENT_MS)
    assert passed(vigil, 2 * SILENT_MS).phase is Phase.WATCHING


@pytest.mark.covers("SR-28")
def test_one_answer_does_not_make_it_halted() -> None:
    """It may be the answer to a halt of the controller that died."""
    vigil = halt_written(ended(watching(), 0), 0)
    vigil = answered(vigil, b"\x81\x81\x81", MASK, ANSWER)
    assert (vigil.confirmed, vigil.answered) == (False, 1)
    vigil = answered(halt_written(vigil, 50), b"\x81", MASK, ANSWER)
    assert vigil.confirmed
    assert answered(ended(watching(), 0), b"\x81\x81", MASK, ANSWER).answered == 0, "nothing was asked yet"


@pytest.mark.covers("SR-28")
@pytest.mark.parametrize("behind_ms", [0, 1, 49, 51, 120, 700, 2500])
def test_what_the_dead_controller_wrote_and_comes_behind_the_first_halts_is_halted_too(behind_ms: int) -> None:
    """A list and an update that the system, or a controller that was continued, lets go later."""
    line = Line(ByteDevice(), INIT + UPDATE)
    vigil = line.keep(ended(watching(), 0), 0, 5000, [(behind_ms, INIT + UPDATE)])
    assert not line.device.running
    assert vigil.confirmed
    after = [at_ms for at_ms in line.written if at_ms > behind_ms]
    assert after[0] - behind_ms <= STILL_MS


def test_an_answer_to_anything_else_makes_it_halt_fast_again() -> None:
    line = Line(ByteDevice(), INIT + UPDATE)
    halted = line.keep(ended(watching(), 0), 0, 200)
    again = answered(halted, UPDATE_OK, MASK, ANSWER)
    assert (again.phase, again.answered) == (Phase.HALTING, 0)
    assert halt_due_ms(again) == (halted.halted_ms or 0) + AGAIN_MS


@pytest.mark.covers("SR-28")
def test_a_halt_in_the_middle_of_a_frame_stops_the_device_wherever_it_was_cut() -> None:
    whole = INIT + UPDATE
    wrong = []
    for cut in range(len(whole) + 1):
        for before in (b"", INIT + UPDATE):
            line = Line(ByteDevice(), before + whole[:cut])
            vigil = line.keep(ended(watching(), 0), 0, 200)
            if line.device.running or not vigil.confirmed:
                wrong.append((cut, before))
    assert wrong == []


def test_it_goes_on_for_as_long_as_the_device_is_deaf_and_hears_it_when_it_is_not() -> None:
    line = Line(ByteDevice(deaf=True))
    vigil = line.keep(ended(watching(), 0), 0, 3000)
    assert (vigil.confirmed, len(line.written)) == (False, 3000 // AGAIN_MS)
    line.device.deaf = False
    assert line.keep(vigil, 3000, 3200).confirmed


@pytest.mark.covers("SR-28")
def test_a_controller_that_lives_again_gets_the_line_back_only_when_it_says_that_it_has_latched() -> None:
    taken = passed(watching(), SILENT_MS + 1)
    assert told(taken, said(Word.RENEW, Word.ENGAGE, Word.REST), SILENT_MS + 2) == taken
    back = told(taken, said(Word.BACK), SILENT_MS + 5)
    assert back == Vigil(Phase.WATCHING, renewed_ms=SILENT_MS + 5)
    died = ended(watching(), 5)
    assert told(died, said(Word.BACK), 6) == died, "a dead controller does not come back"


@pytest.mark.covers("SR-28")
def test_a_controller_that_gave_up_leaves_the_halting_to_it_for_good() -> None:
    given = told(watching(), said(Word.GIVEN_UP), 7)
    assert (given.phase, given.why, given.taken_ms) == (Phase.HALTING, Why.GIVEN_UP, 7)
    assert ended(given, 8) == given
    assert told(Vigil(), said(Word.GIVEN_UP), 7) == Vigil(), "nothing was begun"
    stalled = told(passed(watching(), SILENT_MS + 1), said(Word.GIVEN_UP), SILENT_MS + 9)
    assert (stalled.why, stalled.taken_ms) == (Why.GIVEN_UP, SILENT_MS + 1)


def test_done_is_the_end_and_what_means_nothing_changes_nothing() -> None:
    done = told(watching(), said(Word.DONE), 1)
    assert done.phase is Phase.OVER
    assert ended(done, 2) == done
    assert told(watching(), b"?", 1) == watching()
    assert (halt_due_ms(Vigil()), halt_due_ms(watching(5))) == (None, 5 + SILENT_MS + 1)
    stalled = passed(watching(), SILENT_MS + 1)
    assert ended(stalled, 9000).why is Why.DIED
    assert ended(stalled, 9000).taken_ms == stalled.taken_ms


@pytest.mark.covers("SR-28")
def test_the_line_of_a_halted_device_is_anybodys_and_else_a_session_of_its_familys_after_long() -> None:
    line = Line(ByteDevice(), INIT + UPDATE)
    halted = line.keep(ended(watching(), 0), 0, 200)
    assert wanted_by_another(halted, 200, heir=False).phase is Phase.OVER
    trying = ended(watching(), 0)
    assert wanted_by_another(trying, GIVEN_AWAY_MS - 1, heir=True) == trying
    assert wanted_by_another(trying, GIVEN_AWAY_MS, heir=True).phase is Phase.LENT
    assert wanted_by_another(trying, 10 * GIVEN_AWAY_MS, heir=False) == trying
    kept = watching()
    assert wanted_by_another(kept, 10 * GIVEN_AWAY_MS, heir=True) == kept, "while it is the controller's, nobody's"


@pytest.mark.covers("SR-28")
def test_a_line_that_is_lent_is_no_longer_halted_here_and_goes_with_the_heirs_keeper_or_comes_back() -> None:
    lent = wanted_by_another(ended(watching(), 0), GIVEN_AWAY_MS, heir=True)
    assert not lent.acts
    assert halt_due_ms(lent) is None
    assert heir_is_kept(lent).phase is Phase.OVER
    assert refused(lent, 3000, 3000 + REFUSED_MS - 1) == lent
    assert refused(lent, 3000, 3000 + REFUSED_MS).phase is Phase.OVER
    back = taken_back(lent, 5000)
    assert back.why is Why.DIED
    line = Line(ByteDevice(), INIT + UPDATE)
    again = line.keep(back, 5000, 5200)
    assert again.confirmed, "whatever was answered before it was lent proves nothing"
    assert not line.device.running
    assert wanted_by_another(back, 5000 + GIVEN_AWAY_MS - 1, heir=True) == back, "and again it tries first"
