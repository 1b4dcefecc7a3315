"""Opening a session on a station, for the screens and for the line mode alike: one rule, written once.

Law: every reason why not is a `CannotStart` that says what to do, with the record's error as its cause if it was the
record; and a button that was opened for a session that could not be is let go again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from nmes.cli.record_trouble import what_to_do
from nmes.cli.station import Station
from nmes.core.measurement import Who
from nmes.record.errors import RecordError
from nmes.record.files import home
from nmes.runtime.chosen_device import moved
from nmes.runtime.library import Loaded
from nmes.runtime.live import Live
from nmes.runtime.open import CannotStart, open_live, open_patient_stop
from nmes.runtime.patient_stop import PatientStop
from nmes.runtime.person import person_for
from nmes.runtime.side_words import refusal_of_choice


class Bench(Live, Protocol):
    """A session in this process that takes the patient's own button."""

    def watched_by(self, button: PatientStop) -> None:
        """Stopped by it from now on, and closes it when it is finished."""


def open_real(loaded: Loaded, station: Station, who: Who, *, screen: bool = False) -> Live:
    """On the real clock: a device, or the simulator as a program of its own with a virtual patient at its pads.

    `screen`: for the app, which has the terminal's whole screen.
    """
    _fits(loaded, who)
    try:
        return open_live(
            loaded,
            url=station.url,
            home=home(),
            family=station.family,
            who=who,
            attended=True,
            patient_stop=station.patient_stop or None,
            person=person_for(loaded.protocol) if station.url is None else None,
            station=station.settings.station,
            screen=screen,
        )
    except CannotStart as error:
        elsewhere = moved(home(), station.url)
        said = " ".join(filter(None, (str(_cannot(error)), elsewhere)))
        raise CannotStart(said) from (error.__cause__ or error)


def open_on_bench(station: Station, make: Callable[[bool], Bench]) -> Bench:
    """A bench that `make` makes; it is told whether the patient has a STOP, by a button or by a foot switch."""
    button = open_patient_stop(station.patient_stop)
    try:
        live = make(bool(station.patient_stop))
    except BaseException as error:
        if button is not None:
            button.close()
        if isinstance(error, RecordError):
            raise _cannot(error) from error
        raise
    if button is not None:
        live.watched_by(button)
    return live


def open_paced(loaded: Loaded, station: Station, who: Who) -> Live:
    """In this process, on its own clock: for trying a session faster or slower than it is."""
    from nmes.trial.paced import PacedBench

    _fits(loaded, who)
    person = person_for(loaded.protocol)

    def make(patient_stop: bool) -> Bench:
        return PacedBench(
            loaded,
            home(),
            station.pace,
            who,
            attended=True,
            patient_stop=patient_stop,
            person=person,
            station=station.settings.station,
            family=station.family,
        )

    return open_on_bench(station, make)


def _fits(loaded: Loaded, who: Who) -> None:
    """Whoever has asked for it was told before; nothing is opened by a way that forgot to ask."""
    refusal = refusal_of_choice(loaded.protocol, who.side)
    if refusal:
        raise CannotStart(refusal)


def _cannot(error: Exception) -> CannotStart:
    return CannotStart(what_to_do(error))


def write_report(session: str) -> Path:
    """The report of a closed session, beside the records."""
    from nmes.reports.writing import write_report as write
    from nmes.ui.report_wording import WORDING

    return write(home(), session, WORDING)
