"""Every way out of a session on a device without a dead-man ends with a stop that the device has answered.

There is nobody else: what is left running on it runs on. The device's own state and the pulses at the skin are the
judges, ten seconds later. The ways of a whole process (signals, the interpreter's end) are in `test_killed` and
`tests/api/test_real_clock.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from together.fault_moments import Moment, reach
from together.fault_story import SHORT, Staged, staged
from together.kept_bench import KeptBench
from together.test_families import LATE_US, Played

from firmware_sim.devices import new_device
from firmware_sim.sciencemode1.rehastim1 import State
from firmware_sim.simulator import Simulator
from nmes.core import events as e
from nmes.core.session import step
from nmes.core.view import Output, Word
from nmes.record.replay import Same, replay
from nmes.record.store import read_session
from nmes.runtime.binding import session_of
from nmes.runtime.families import family
from nmes.runtime.library import Library
from nmes.runtime.open import Peer
from nmes.trial.bench import Bench, bench_with_record
from nmes.trial.therapist import Therapist

REHASTIM1 = family("rehastim1")


def ended(bench: Bench) -> None:
    bench.press(e.End("therapist"))
    bench.run(1_000)


def left(bench: Bench) -> None:
    bench.controller.leave()
    bench.run(1_000)


def failed(bench: Bench) -> None:
    bench.controller.fail(ZeroDivisionError("in a turn"))


def signalled(bench: Bench) -> None:
    bench.controller.stop("SIGTERM")
    bench.controller.leave()
    bench.run(1_000)


def closed(bench: Bench) -> None:
    bench.guard.close()


WAYS: tuple[Callable[[Bench], None], ...] = (ended, left, failed, signalled, closed)


@pytest.mark.covers("PR-01", "FR-03", "SR-28")
def test_on_every_way_out_a_device_without_a_dead_man_is_stopped() -> None:
    wrong = []
    for way in WAYS:
        played = Played(REHASTIM1)
        played.until(Word.ON)
        played.bench.run(200)
        left_us, before = played.bench.clock.now_us, len(played.times_us())
        way(played.bench)
        played.device.advance(left_us + 10_000_000)
        late_us = max(played.times_us()) - left_us
        if not before or late_us > LATE_US or played.device.state is not State.IDLE or played.device.active_channels:
            wrong.append(f"{way.__name__}: {played.device.state}, the last pulse {late_us} us after it")
    assert wrong == []


@pytest.mark.thorough
@pytest.mark.covers("PR-01", "SR-28", "LW-02")
def test_a_stop_that_the_line_does_not_take_is_the_keepers_at_once() -> None:
    """Held up by RTS/CTS, the line is closed after 100 ms; the keeper's own hold of it is not."""
    room = staged(family=REHASTIM1)
    reach(room, Moment.HOLD, 20_000)
    stopped_us, trace = room.now_us, room.device.stage.trace
    room.bench.port.time_out()
    room.bench.controller.stop("key")
    room.idle(3_000)
    assert max(pulse.t_us for pulse in trace if pulse.peak_current_ua) - stopped_us <= LATE_US


@dataclass
class Loose:
    """A plug that sits loosely: while it is `off` nothing reaches the device, and `noise` may look like an answer."""

    peer: Peer
    off: bool = False
    noise: bytes = b""

    def from_host(self, data: bytes) -> None:
        if not self.off:
            self.peer.from_host(data)

    def to_host(self) -> bytes:
        noise, self.noise = self.noise, b""
        return noise + self.peer.to_host()


@pytest.mark.thorough
@pytest.mark.covers("PR-01", "SR-28", "SR-07")
def test_noise_that_looks_like_a_confirmed_stop_does_not_send_the_keeper_home() -> None:
    """No other stop is answered: the screen never says OFF, and the keeper goes on trying."""
    plugs: list[Loose] = []

    def loose(peer: Peer) -> Peer:
        plugs.append(Loose(peer))
        return plugs[0]

    simulator = Simulator(new_device(REHASTIM1.key))
    plan = replace(SHORT, capabilities=REHASTIM1.capabilities)
    bench = KeptBench(plan, device=simulator, wire=loose, family=REHASTIM1)
    room, [plug] = Staged(bench), plugs
    reach(room, Moment.HOLD, 20_000)
    plug.off = True
    bench.controller.stop("key")
    bench.run(5)
    plug.noise = b"\x81"
    view = bench.run_until(lambda view: view.output is Output.OFF or view.word is Word.UNSURE, within_ms=5_000)
    assert (view.word, view.output) == (Word.UNSURE, Output.UNKNOWN)
    bench.run(1_000)
    plug.off, sits_us = False, room.now_us
    for _tenth in range(10):
        bench.clock.advance_to(room.now_us + 100_000)
        simulator.advance(room.now_us)
        bench.kept_by.act(room.now_us)
    pulses_us = [pulse.t_us for pulse in room.device.stage.trace if pulse.peak_current_ua]
    assert pulses_us[-1] - sits_us <= 2 * LATE_US


@pytest.mark.covers("LW-07", "SR-29")
def test_a_session_with_a_confirmed_button_replays(tmp_path: Path) -> None:
    loaded = Library().load("tens_conventional")
    bench, record = bench_with_record(loaded, tmp_path, family=REHASTIM1)
    answers = tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes)
    person = Therapist(answers, lambda *_: True, "C. Dahl")
    while bench.view.word is not Word.TITRATING:
        assert bench.now_ms < 30_000, bench.view.word
        bench.step()
        if action := person.act(bench.view):
            bench.press(action)
    bench.controller.leave()
    bench.run(1_000)
    said = [one.body["event"] for one in read_session(record) if one.type == "event"]
    assert [one["by"] for one in said if one["type"] == "ButtonConfirmed"] == ["C. Dahl"]
    assert replay(read_session(record), step, session_of) == Same(len(said))
