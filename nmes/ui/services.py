"""What the screens need from outside, as callables: no screen and no app knows a port, a file or a thread.

Every field has a default that does nothing and knows nothing, so that a test gives only what it asks of the app. What
may wait for a disk or a line is called in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from nmes.core.attended import Ghost
from nmes.core.measurement import Origin, Who
from nmes.core.plan import Plan
from nmes.core.view import View
from nmes.language import _
from nmes.record.files import Kind
from nmes.runtime.families import DEFAULT
from nmes.runtime.library import Loaded
from nmes.runtime.live import Live
from nmes.runtime.on_record import NOTHING, OnRecord
from nmes.runtime.open import CannotStart
from nmes.runtime.records import Chain
from nmes.runtime.settings import Settings
from nmes.runtime.sim_bench import SimBench, bench_of
from nmes.runtime.today import NOTHING_KNOWN, Today

if TYPE_CHECKING:  # the first paint needs none of it
    from nmes.core.care_events import CareEvent
    from nmes.core.course_of_care import CourseOfCare

Compile = Callable[[Loaded, int | None], Plan]
"""The plan of a protocol for a measured cramp threshold frequency in mHz, or for none."""
OriginOf = Callable[[Loaded, Who], Origin | None]
"""Where a protocol's frequency comes from for somebody; it reads the records, so it is asked in a thread."""
SaveOwn = Callable[[str, str], Loaded]
"""Writes a new own protocol (id, text) and reads it back; ProblemsError says why not, and then nothing was written."""


def _no_session(_loaded: Loaded, _who: Who) -> Live:
    raise CannotStart(_("no stimulator is known"))


def _no_plan(_loaded: Loaded, _ctf_mhz: int | None) -> Plan:
    raise CannotStart(_("no stimulator is known"))


@dataclass(frozen=True, slots=True)
class Services:
    """Given to the app once, by the command line or by a test."""

    protocols: Sequence[Loaded] = ()
    compile_plan: Compile = _no_plan
    origin_of: OriginOf = lambda _loaded, _who: None
    save_own: SaveOwn | None = None
    """None: nothing can be edited."""
    open_session: Callable[[Loaded, Who], Live] = _no_session
    """CannotStart says why not; called in a thread."""
    model: str = DEFAULT.model
    """Which stimulator it is, simulated or real."""
    needs_button: bool = False
    """Whether it has no dead-man, so that its emergency button is the only independent stop."""
    simulation: bool = True
    """Whether the device is the simulator: no patient can be attached to it."""
    hand_clock: Callable[[View], int] = attrgetter("now_ms")
    """What times the + key: the session's clock, or the real one where a simulated session is faster than a hand."""
    today: Callable[[], Today] = lambda: NOTHING_KNOWN
    """What the first screen shows, out of the records and the device's address; called in a thread."""
    last_levels: Callable[[Who, str, str], tuple[Ghost, ...]] = lambda _who, _protocol, _version: ()
    """The levels of the last session of a patient and side, at a protocol (id) and version; called in a thread."""
    on_record: Callable[[Who], OnRecord] = lambda _who: NOTHING
    """What has to be known of a patient's side before anything is chosen; called in a thread."""
    course: Callable[[Who], CourseOfCare] | None = None
    """The course of care of a patient's side; RecordError says why it cannot be read. In a thread."""
    enter_care: Callable[[CareEvent, str], str] | None = None
    """Writes an entry of the care in somebody's name; NotEnterable or RecordError says why not. In a thread."""
    write_report: Callable[[str], Path] | None = None
    """Writes the report of a closed session (its id) and tells where; RecordError says why not. In a thread."""
    chain: Callable[[Kind], Chain] = Chain
    """The records of patients or of the simulator, to be looked at and verified; what it gives is asked in threads."""
    settings: Settings = field(default_factory=Settings)
    save_settings: Callable[[Settings], None] | None = None
    """ProblemsError says why not; None: they cannot be kept here."""
    sim_bench: Callable[[Live], SimBench | None] = bench_of
    """The virtual patient behind a session; None on a real device."""
    patient_stop: str = ""
    """Where the patient's own stop is; "" = none."""
