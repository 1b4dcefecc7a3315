"""What the screens are given from outside, made for a device: the one place that wires them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from time import monotonic_ns
from typing import TYPE_CHECKING

from nmes.cli.finding import plan_of
from nmes.cli.opening import open_paced, open_real, write_report
from nmes.cli.record_trouble import what_to_do
from nmes.cli.station import Station
from nmes.core.measurement import Origin, Who
from nmes.core.view import View
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import home
from nmes.record.levels import last_levels
from nmes.runtime.clock import RealClock, VirtualClock
from nmes.runtime.keepers import kept
from nmes.runtime.library import Loaded, load_file
from nmes.runtime.live import Live
from nmes.runtime.on_record import on_record
from nmes.runtime.open import CannotStart, is_simulation, kind_of
from nmes.runtime.origin import origin_of
from nmes.runtime.own import write_own
from nmes.runtime.records import chain_of
from nmes.runtime.settings import Settings, save
from nmes.runtime.today import Today, today
from nmes.ui.services import Services

if TYPE_CHECKING:  # the first paint needs none of it
    from nmes.core.care_events import CareEvent
    from nmes.core.course_of_care import CourseOfCare


def services_of(station: Station, protocols: Sequence[Loaded]) -> Services:
    """Everything the app may ask for, on this station; records are those of this kind of device only."""
    kind, in_force = kind_of(station.url), _InForce(station)
    return Services(
        protocols=protocols,
        compile_plan=partial(plan_of, family=station.family),
        model=station.family.model,
        needs_button=not station.family.capabilities.has_dead_man,
        origin_of=_origins(station),
        save_own=_saved,
        open_session=_opening(in_force),
        simulation=is_simulation(station.url),
        hand_clock=_hand_clock(station.pace),
        today=_today(station, protocols),
        last_levels=lambda who, protocol, version: last_levels(home(), kind, who, protocol, version),
        on_record=lambda who: on_record(home(), kind, who),
        course=_course(station, protocols),
        enter_care=_entering(station),
        write_report=write_report,
        chain=lambda of: chain_of(home(), of),
        settings=station.settings,
        save_settings=in_force.save,
        patient_stop=station.patient_stop,
    )


class _InForce:
    """The station with what was set last: a session that is opened after a change has the new name."""

    def __init__(self, station: Station) -> None:
        self.station = station

    def save(self, settings: Settings) -> None:
        save(home(), settings)
        self.station = replace(self.station, settings=settings)


def _hand_clock(pace: float | None) -> Callable[[View], int]:
    """What times the + key: the session's clock, or the real one where a simulated session is faster than a hand."""
    if pace == 1:
        return attrgetter("now_ms")
    return lambda _view: monotonic_ns() // 1_000_000


def _now(station: Station) -> datetime:
    """The time the session will have, at this place: a bench has its own."""
    return (RealClock() if station.pace == 1 else VirtualClock()).utc().astimezone()


def _today(station: Station, protocols: Sequence[Loaded]) -> Callable[[], Today]:
    told = tuple(kept(home()))  # it is told once, and has to stay to be read

    def look() -> Today:
        from nmes.runtime.planned import planned

        now, kind = _now(station), kind_of(station.url)
        seen = replace(today(home(), kind, station.url, protocols, now), kept=told)
        return planned(seen, home(), kind, protocols, now)

    return look


def _course(station: Station, protocols: Sequence[Loaded]) -> Callable[[Who], CourseOfCare]:
    def look(who: Who) -> CourseOfCare:
        from nmes.runtime.course import course_of

        try:
            return course_of(home(), kind_of(station.url), who.code, who.side, protocols, _now(station))
        except RecordError as error:
            raise RecordError(what_to_do(error)) from error

    return look


def _entering(station: Station) -> Callable[[CareEvent, str], str]:
    def enter_care(event: CareEvent, by: str) -> str:
        from nmes.runtime.course import enter

        clocks = None if station.pace == 1 else _bench_clocks()
        try:
            return enter(home(), kind_of(station.url), [event], by, _now(station), clocks)
        except RecordError as error:
            raise RecordError(what_to_do(error)) from error

    return enter_care


def _bench_clocks() -> Clocks:
    """Those of a session on a bench: what is entered between two of them has their day."""
    clock = VirtualClock()
    return Clocks(lambda: int(clock.utc().timestamp() * 1000), lambda: clock.now_us * 1000, "virtual")


def _origins(station: Station) -> Callable[[Loaded, Who], Origin | None]:
    """Where the frequency of a derived protocol would come from, out of the records of this kind of device."""

    def look(loaded: Loaded, who: Who) -> Origin | None:
        try:
            return origin_of(home(), kind_of(station.url), loaded, who, _now(station))
        except RecordError as error:
            raise CannotStart(what_to_do(error)) from error

    return look


def _opening(in_force: _InForce) -> Callable[[Loaded, Who], Live]:
    def opened(loaded: Loaded, who: Who) -> Live:
        station = in_force.station
        if station.pace != 1:
            return open_paced(loaded, station, who)
        return open_real(loaded, station, who, screen=sys.stdout.isatty())  # in a browser there is no terminal's

    return opened


def _saved(new_id: str, text: str) -> Loaded:
    """A new file in the user's own folder, read again as it now lies there; nothing is overwritten."""
    return load_file(write_own(new_id, text))
