"""Opening a session on a station: one rule for the patient's button, whatever the session is and whoever opens it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.cli import opening
from nmes.cli.opening import Bench, open_on_bench, open_paced
from nmes.cli.station import Station
from nmes.core.attended import PatientStop as Known
from nmes.core.measurement import NOBODY
from nmes.record.errors import RecordError, RecordUnavailable
from nmes.runtime.library import Library
from nmes.runtime.open import CannotStart
from nmes.runtime.patient_stop import PatientStop
from nmes.trial.hand_turned import HandTurned

AT_A_LINE = Station(pace=20.0, patient_stop="/dev/button")


class Still:
    """A button that is never pressed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def pressed(self, timeout_ms: int) -> bool:
        return self.closed.wait(timeout_ms / 1000) and False

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def button(monkeypatch: pytest.MonkeyPatch) -> Still:
    """What hangs at every line that is named."""
    made = Still()
    monkeypatch.setattr(opening, "open_patient_stop", lambda _text: PatientStop(lambda: made))
    return made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    return tmp_path


def fails_with(error: BaseException) -> Callable[[bool], Bench]:
    def make(_patient_stop: bool) -> Bench:
        raise error

    return make


@pytest.mark.parametrize("error", [ValueError("of any kind"), KeyboardInterrupt()])
def test_a_session_that_cannot_be_made_lets_the_button_go(button: Still, error: BaseException) -> None:
    with pytest.raises(type(error)):
        open_on_bench(AT_A_LINE, fails_with(error))
    assert button.closed.is_set()


def test_a_record_that_cannot_be_kept_says_what_to_do(button: Still) -> None:
    with pytest.raises(CannotStart, match="free the folder, or set NMES_HOME") as raised:
        open_on_bench(AT_A_LINE, fails_with(RecordUnavailable("no space")))
    assert isinstance(raised.value.__cause__, RecordError)
    assert button.closed.is_set()


@pytest.mark.parametrize("pace", [20.0, None])
def test_a_session_holds_the_button_until_it_is_finished(button: Still, home: Path, pace: float | None) -> None:
    loaded, station = Library().load("tens_conventional"), Station(pace=pace, patient_stop="/dev/button")

    def by_hand(patient_stop: bool) -> Bench:
        return HandTurned(loaded, home, attended=True, patient_stop=patient_stop)

    live = open_paced(loaded, station, NOBODY) if pace else open_on_bench(station, by_hand)
    assert live.view.patient_stop is Known.UNTESTED
    assert not button.closed.is_set()
    live.finish()
    assert button.closed.is_set()


def test_a_foot_switch_that_types_a_key_has_to_be_tested_like_a_button() -> None:
    live = open_paced(Library().load("tens_conventional"), Station(pace=20.0, patient_stop="f12"), NOBODY)
    assert live.view.patient_stop is Known.UNTESTED
    live.finish()
