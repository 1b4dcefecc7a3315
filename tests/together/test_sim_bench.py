"""The virtual patient beside a session: a pulled pad comes back as a fault of the device; nobody waits for a look."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from together.attending import Attendant, Trace, tens

from helpers.waiting import until
from nmes.core import events as e
from nmes.core.view import View, Word
from nmes.runtime.open import open_live
from nmes.runtime.person import person_for
from nmes.runtime.sim_bench import SimBench
from nmes.trial.paced import PacedBench
from nmes.trial.therapist import Therapist

LEVEL_UA = 20_000
"""Above what the device needs to find a lifted pad (15 mA)."""
FRAMES = (32, 36)
"""Updates and polls: what the controller asks of a device that stimulates."""
WATCHED_S = 3.0
LATER_MS = 200
"""On a computer that runs other tests too; a controller waits for a second [design]."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


@pytest.fixture
def paced(tmp_path: Path) -> Iterator[PacedBench]:
    live = PacedBench(tens(), tmp_path, None, person=person_for(tens().protocol))
    yield live
    live.finish()


def bench_of(live: PacedBench) -> SimBench:
    assert live.sim_bench is not None
    return live.sim_bench


def to_level(live: PacedBench) -> None:
    """Twenty milliampere, while the level is being found."""
    answers = tuple(e.Answer(code, e.Reply.NO) for code in tens().protocol.screening_codes)
    therapist = Therapist(answers, lambda slot, view: False)

    def reached(view: View) -> bool:
        return view.word is Word.TITRATING and view.channels[0].confirmed_ua == LEVEL_UA

    last: list[object] = [None]

    def step() -> bool:
        view = live.view
        if reached(view):
            return True
        live.heartbeat()
        live.touch()
        action = therapist.act(view)
        if action is not None and view is not last[0]:
            live.post(action)
        last[0] = view
        return False

    until(step, lambda: (live.view.word, live.view.note, live.failure))


@pytest.mark.thorough
def test_a_pulled_pad_is_found_by_the_device_and_stops_the_session(paced: PacedBench) -> None:
    to_level(paced)
    bench = bench_of(paced)
    until(lambda: (body := bench.look()) is not None and body.pads[0].on)
    bench.pull(1)

    def stopped() -> bool:
        paced.heartbeat()
        return paced.view.word is Word.STOPPED

    until(stopped, lambda: (paced.view.word, paced.view.why))
    assert paced.view.why.startswith("fault:")
    until(lambda: (body := bench.look()) is not None and not body.pads[0].on)
    bench.put_back(1)
    until(lambda: (body := bench.look()) is not None and body.pads[0].on)
    assert paced.view.word is Word.STOPPED


@pytest.mark.thorough
def test_what_the_current_does_to_the_person_is_seen_while_it_flows(paced: PacedBench) -> None:
    to_level(paced)
    bench = bench_of(paced)

    def felt() -> bool:
        paced.heartbeat()
        body = bench.look()
        return body is not None and body.comfort.value != "nothing"

    until(felt)


def test_a_session_without_a_person_has_no_bench(tmp_path: Path) -> None:
    live = PacedBench(tens(), tmp_path, None)
    assert live.sim_bench is None
    live.finish()


def gaps_ms(times_ns: list[int]) -> list[float]:
    return [(after - before) / 1e6 for before, after in pairwise(times_ns)]


@pytest.mark.campaign
def test_looking_delays_neither_pulses_nor_the_device_s_line(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    live = open_live(tens(), url=None, home=tmp_path / "home", trace=path, person=person_for(tens().protocol))
    hand, trace = Attendant(live), Trace(path)
    hand.screen()
    hand.do(e.Placed(), lambda view: view.word is Word.READY)
    hand.current()
    bench = live.sim_bench
    assert bench is not None

    def watch(*, looking: bool) -> tuple[list[float], float]:
        """Gaps between pulses, and the longest gap between two frames, in ms."""
        begun_ns = time.monotonic_ns()
        end = time.monotonic() + WATCHED_S
        while time.monotonic() < end:
            hand.live.heartbeat()
            if looking:
                bench.look()
                bench.pull(2)
                bench.put_back(2)
            time.sleep(0.01)
        start_ns = trace.start_ns()
        frames = [start_ns + line["t_us"] * 1000 for line in trace.lines() if line.get("frame") in FRAMES]
        pulses = [at for at in trace.pulses_ns() if at >= begun_ns]
        return gaps_ms(pulses), max(gaps_ms([at for at in frames if at >= begun_ns]))

    calm_pulses, calm_ms = watch(looking=False)
    busy_pulses, busy_ms = watch(looking=True)
    live.finish()
    assert set(calm_pulses) == set(busy_pulses) == {10.0}
    assert busy_ms < calm_ms + LATER_MS
