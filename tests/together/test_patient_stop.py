"""The patient's own stop with everything real: a button on a line, the session's thread, the simulator as a program.

The simulator's trace tells how long it took from the press to the halt, and that no pulse came after it.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from together.attending import Attendant, Trace, tens

from nmes.core import events as e
from nmes.core.attended import PatientStop
from nmes.core.view import Word
from nmes.record.store import read_session
from nmes.runtime.open import CannotStart, open_live
from nmes.runtime.patient_stop import Timing

LATEST_MS = 100
"""From the press to the halt at the device, on a busy computer [design; 1 to 5 ms when measured]."""

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals"), pytest.mark.timeout(60)]


@dataclass
class Button:
    """The far end of a patient's button: `url` is what the session opens."""

    url: str
    press: Callable[[], object]
    unplug: Callable[[], object]


@pytest.fixture(autouse=True)
def _own_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


@pytest.fixture(params=["pty", pytest.param("socket", marks=pytest.mark.campaign)])
def button(request: pytest.FixtureRequest) -> Iterator[Button]:
    if request.param == "pty":
        far, near = os.openpty()
        tty.setraw(near)
        name = os.ttyname(near)
        os.close(near)
        yield Button(name, lambda: os.write(far, b"\0"), lambda: os.close(far))
    else:
        server = socket.create_server(("127.0.0.1", 0))
        clients: list[socket.socket] = []

        def client() -> socket.socket:
            if not clients:
                clients.append(server.accept()[0])
            return clients[-1]

        yield Button(
            f"socket://127.0.0.1:{server.getsockname()[1]}",
            lambda: client().send(b"!"),
            lambda: (client().close(), clients.clear()),
        )
        for one in clients:
            one.close()
        server.close()


@dataclass
class Stand:
    """An attended session with the button, and what its simulator saw."""

    hand: Attendant
    trace: Trace
    button: Button

    def tested(self) -> None:
        """Screened, and the button pressed once."""
        self.hand.screen()
        self.button.press()
        self.hand.until(lambda view: view.patient_stop is PatientStop.TESTED)


@pytest.fixture
def stand(button: Button, tmp_path: Path) -> Iterator[Stand]:
    path = tmp_path / "trace.jsonl"
    live = open_live(
        tens(),
        url=None,
        home=tmp_path / "home",
        trace=path,
        attended=True,
        patient_stop=button.url,
        button_timing=Timing(settle_s=0, reopen_s=0.02),
    )
    yield Stand(Attendant(live), Trace(path), button)
    live.finish()


def test_a_press_halts_the_device_in_the_button_s_own_thread_and_no_pulse_follows(stand: Stand, capsys) -> None:
    hand = stand.hand
    stand.tested()
    hand.place()
    hand.current()
    pressed_ns = time.monotonic_ns()
    stand.button.press()
    hand.until(lambda view: view.word is Word.STOPPED)
    halt_ns = next(at for at in stand.trace.halts_ns() if at >= pressed_ns - 1_000_000)
    took_ms = (halt_ns - pressed_ns) / 1e6
    with capsys.disabled():
        print(f" [press to halt {took_ms:.1f} ms]", end="")
    assert took_ms < LATEST_MS
    assert max(stand.trace.pulses_ns()) <= halt_ns
    stops = [entry for entry in read_session(hand.live.finish().record) if "'patient'" in str(entry.body.get("event"))]
    assert [entry.actor for entry in stops] == ["patient", "patient"]


@pytest.mark.thorough
def test_nothing_starts_before_the_button_was_pressed_once(stand: Stand) -> None:
    hand = stand.hand
    hand.screen()
    assert "patient_stop" in hand.live.view.missing
    pads = tuple((one.channel, one.pad_mm2) for one in hand.live.view.plan.channels)
    view = hand.do(e.Placed(pads), lambda view: view.note is not None and view.note.code.startswith("refused:"))
    assert (view.word, view.note and view.note.code) == (Word.PLACING, "refused:patient_stop_untested")
    stand.button.press()
    hand.until(lambda view: view.patient_stop is PatientStop.TESTED and "patient_stop" not in view.missing)
    hand.place()


@pytest.mark.thorough
def test_a_button_that_is_gone_stops_and_nothing_starts_until_it_was_pressed_again(stand: Stand) -> None:
    hand = stand.hand
    stand.tested()
    hand.place()
    hand.current()
    gone_ns = time.monotonic_ns()
    stand.button.unplug()
    hand.until(lambda view: view.word is Word.STOPPED and view.patient_stop is PatientStop.LOST)
    halt_ns = next(at for at in stand.trace.halts_ns() if at >= gone_ns - 1_000_000)
    assert (halt_ns - gone_ns) / 1e6 < LATEST_MS
    assert max(stand.trace.pulses_ns()) <= halt_ns


def test_a_button_that_is_not_there_opens_no_session(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"^the patient's stop: Nothing answers at socket://127.0.0.1:1;"):
        open_live(tens(), url=None, home=tmp_path / "home", attended=True, patient_stop="socket://127.0.0.1:1")
