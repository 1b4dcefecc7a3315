"""Where a session is put together: record first, then the line, then the loop.

The only place besides the guard that knows a line; it hands each Port to a guard at once and keeps none.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nmes.core.attended import Attended
from nmes.core.measurement import NOBODY
from nmes.core.measurement import Who as Who  # noqa: PLC0414 - re-exported: whoever opens a session says for whom
from nmes.core.plan import compile as plan_for
from nmes.core.session import begin
from nmes.core.session_value import Step
from nmes.core.view import Output, View
from nmes.guard.clock import boottime_us
from nmes.guard.keeping import Keeper
from nmes.guard.port import GuardedPort
from nmes.language import _
from nmes.link.keeper_report import AtWork, keeper_at
from nmes.link.lock import DeviceLock
from nmes.link.memory_port import MemoryPort
from nmes.link.memory_port import Peer as Peer  # noqa: PLC0414 - re-exported: only this module may know the line
from nmes.link.port import LineSettings, Port, PortBusy, PortError
from nmes.record.clocks import Clocks, system_clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.files import home as own_home
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.sink import JournalThread
from nmes.runtime.binding import attended_of, binding
from nmes.runtime.clock import RealClock
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.keepers import keeper_for, not_given, patience_s
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary, summary_of
from nmes.runtime.loop import Loop
from nmes.runtime.noticing import noticing
from nmes.runtime.origin import origin_of
from nmes.runtime.patient_stop import F12, TIMING, PatientStop, Timing
from nmes.runtime.person import Person
from nmes.runtime.sim_bench import SimBench
from nmes.runtime.simulator import Simulator, SimulatorError, simulator_name, start_simulator
from nmes.runtime.turn import Controller

if TYPE_CHECKING:
    from nmes.core.events import Event, Identified, Record

VIEW_EACH_MS = 40
"""While only time passes a View is made so often: the loop turns a hundred times a second, a screen looks less than ten
times, and making one takes two fifths of a turn [design]. What happens is shown with the turn in which it does."""
FINISH_LIMIT_S = 10.0
"""Ten times what a halt, its confirmation and the end of the record take where nothing is wrong [design]."""


class CannotStart(Exception):
    """The session cannot be opened; one sentence that says what is wrong and what to do."""


@dataclass(slots=True)
class RunningSession:
    """A `Live` session on the real clock: loop and record have a thread each, and the caller waits for neither."""

    controller: Controller
    loop: Loop
    record: Path
    simulation: bool
    simulator: Simulator | None
    sim_bench: SimBench | None = None
    """The virtual patient at the simulator; None on a device."""
    button: PatientStop | None = None
    """The patient's own, held from `watched_by` to the end."""
    notice: Callable[[Identified], None] | None = None
    """What is told at the end who the device said it is; None on the built-in simulator."""

    @property
    def view(self) -> View:
        return self.controller.view

    @property
    def done(self) -> bool:
        return self.controller.done

    @property
    def failure(self) -> BaseException | None:
        """What escaped the loop, if anything did."""
        return self.loop.failure

    def post(self, event: Event) -> None:
        self.controller.post(event)

    def stop(self, source: str) -> None:
        self.controller.stop(source)

    def touch(self) -> None:
        self.controller.touch()

    def heartbeat(self) -> None:
        self.controller.heartbeat()

    @property
    def halted(self) -> bool:
        """Whether the device confirmed that it is off. If not, the simulator is left to its own dead-man."""
        return self.view.output is Output.OFF

    def watched_by(self, button: PatientStop) -> None:
        """The patient's own button stops this session from now on; with the session it is let go."""
        self.button = button
        button.watch(self)

    def finish(self) -> Summary:
        try:
            self._end()
        finally:
            if self.button is not None:
                self.button.close()
        identified = self.controller.session.device
        if self.notice is not None and identified is not None:
            self.notice(identified)
        return summary_of(self.record)

    def _end(self) -> None:
        end = time.monotonic() + FINISH_LIMIT_S
        while not self.done and time.monotonic() < end:
            self.controller.leave()
            self.loop.join(0.1)
        if not self.done:
            self.controller.stop("program_error")  # the loop is stuck: nothing may wait for its next turn
        self.loop.join(FINISH_LIMIT_S)  # the record is closed in its thread
        if self.simulator is not None and self.halted:
            self.simulator.end()
        elif self.simulator is not None:
            self.simulator.leave()
        self.simulator = None


def kind_of(url: str | None) -> Kind:
    """The chain that sessions at `url` are recorded in, and read from."""
    return Kind.SIMULATION if is_simulation(url) else Kind.PATIENT


def open_live(
    loaded: Loaded,
    *,
    url: str | None,
    home: Path,
    family: Family = DEFAULT,
    trace: Path | None = None,
    who: Who = NOBODY,
    attended: bool = False,
    patient_stop: str | None = None,
    person: Person | None = None,
    button_timing: Timing = TIMING,
    station: str = "",
    screen: bool = False,
) -> RunningSession:
    """Open a session on the simulator (`url` None) or on the device at `url`; CannotStart says why not.

    `family`: which stimulator it is, simulated or real; whatever answers as another one is refused by name.
    `attended`: a person attends and signs it; then `patient_stop` may name the line of the patient's own button.
    `person`: who is at the simulator's electrodes. `station`: the name this place was given, "" = the computer's.
    `screen`: whether it is an app that has the terminal's whole screen; whoever tells there afterwards puts it back.
    """
    clock, kind, simulator = RealClock(), kind_of(url), None
    with contextlib.ExitStack() as undo:
        try:
            button = open_patient_stop(patient_stop, button_timing)
            if button is not None:
                undo.callback(button.close)
            with_it = attended_of(home, kind, loaded, who, patient_stop=bool(patient_stop)) if attended else None
            clocks, signer, named = system_clocks(), station_key(home), station or socket.gethostname()
            begun, bound = _begun(loaded, family, url, home, who, with_it, clock.now_ms(), clocks)
            journal = Journal.open(chain_folder(home, kind), named, bound, clocks, signer=signer, reserved=True)
            undo.callback(_not_begun, journal)
            if url is None:
                simulator = start_simulator(trace, person, family.key)
                undo.callback(simulator.end)
            far_end = simulator.url if simulator else str(url)
            guard = open_guarded(far_end, family, home, session=journal.path.stem, screen=screen)
        except (RecordError, SimulatorError, PortError) as error:
            raise CannotStart(str(error)) from error
        undo.callback(guard.leave)
        controller = _wired(begun, family, guard, journal, clock, loaded.protocol.operator_absent_limit_ms)
        bench = simulator.sim_bench if simulator else None
        session = RunningSession(controller, Loop(controller), journal.path, kind is Kind.SIMULATION, simulator, bench)
        if url is not None:
            session.notice = noticing(home, guard.identity, family)
        session.loop.start()
        if button is not None:
            session.watched_by(button)
        undo.pop_all()
    return session


def _begun(
    loaded: Loaded,
    family: Family,
    url: str | None,
    home: Path,
    who: Who,
    attended: Attended | None,
    now_ms: int,
    clocks: Clocks,
) -> tuple[Step, dict[str, object]]:
    """The session with its first command, and what its record is bound to."""
    origin = origin_of(home, kind_of(url), loaded, who)
    plan = plan_for(loaded.protocol, family.capabilities, origin.ctf_mhz if origin else None)
    simulator = simulator_name() if url is None else ""
    far_end = url or "simulator"
    bound = binding(
        loaded, plan, far_end, now_ms, who, origin, attended, simulator=simulator, clocks=clocks, family=family
    )
    return begin(plan, loaded.protocol.screening_codes, who, origin, attended), bound


def _wired(
    begun: Step, family: Family, guard: GuardedPort, journal: Journal, clock: RealClock, absent_limit_ms: int
) -> Controller:
    """Session, line and record together: each tells the other through the controller alone."""
    controllers: list[Controller] = []

    def tell_later(event: Record) -> None:
        controllers[0].tell(event)

    sink = JournalThread(journal, tell_later)
    controllers.append(Controller(begun, family.new_driver(), guard, sink, clock, absent_limit_ms, VIEW_EACH_MS))
    return controllers[0]


def open_patient_stop(text: str | None, timing: Timing = TIMING) -> PatientStop | None:
    """The patient's own button on its line; None for none, and for a foot switch that types F12 (the app hears that).

    CannotStart if there is none at the line named.
    """
    if not text or text == F12:
        return None
    from nmes.link.button import open_button  # noqa: PLC0415 - pyserial is slow to import and not always needed

    try:
        return PatientStop(lambda: open_button(text), timing)
    except PortError as error:
        raise CannotStart(_("the patient's stop: {error}").format(error=error)) from error


def _not_begun(journal: Journal) -> None:
    """A session that could not be opened is told from one that was interrupted."""
    with contextlib.suppress(RecordError):
        journal.close({"why": "not_begun"})


def open_guarded(
    url: str, family: Family = DEFAULT, home: Path | None = None, session: str = "", *, screen: bool = False
) -> GuardedPort:
    """The guard of the line at `url`, opened as this family's line must be; PortError if it cannot be.

    `session`: the id of the record that is written meanwhile; whoever wants the device too is told it. A device without
    a dead-man gets its keeper with it, which leaves its note in `home` (None: the user's own). That one is at work from
    the start where the line comes from somebody who told of no confirmed halt: nobody leaves such a device alone.
    `screen`: see `open_live`.
    """
    lock = DeviceLock(url, session=session, family=family.key)
    port, left_on = _opened(url, family, lock)
    try:
        keeper = keeper_for(port, family, home if home is not None else own_home(), screen=screen)
    except BaseException:
        port.close()
        raise
    guard = guard_of(port, family=family, keeper=keeper, left_on=left_on)
    if keeper is not None:
        lock.keep()  # not before the own one is at work: an earlier one only lends such a line
    return guard


def open_asking(url: str, family: Family) -> GuardedPort:
    """The same line for asking who is there: without a keeper, because nothing is started on it (SR-26); therefore no
    keeper gives it the line of a device that is not known to be halted.
    """
    return guard_of(_opened(url, family, DeviceLock(url))[0], family=family)


def _opened(url: str, family: Family, lock: DeviceLock) -> tuple[Port, bool]:
    """The line, opened as this family's must be, and whether what hangs there may be on; PortBusy if a keeper of an
    earlier run keeps it.

    A line that had to be waited for was somebody's, most likely a keeper's: that it has said nothing yet, or nothing
    that can be read, is no confirmed halt.
    """
    from nmes.link.serial_port import open_serial  # noqa: PLC0415 - pyserial is slow to import and not always needed

    line = family.line
    settings = LineSettings(line.baud, line.data_bits, line.parity, line.stop_bits, line.rts_cts)
    lock.acquire()
    earlier = keeper_at(lock.path)
    if earlier is not None and not earlier.confirmed and earlier.family != lock.family:
        lock.release()
        raise PortBusy(not_given(earlier, url))
    waited: list[AtWork | None] = []
    port = open_serial(
        url, settings, lock, patience_s(earlier, family), waiting=lambda: waited.append(keeper_at(lock.path))
    )
    said = [one for one in (earlier, *waited) if one is not None]
    return port, not said[-1].confirmed if said else bool(waited)


def open_memory(
    peer: Peer, clock_us: Callable[[], int], family: Family = DEFAULT, keeper: Keeper | None = None
) -> tuple[GuardedPort, MemoryPort]:
    """The guard of a line inside this process, and the line itself so that a test can break it."""
    port = MemoryPort(peer)
    return guard_of(port, clock_us, family, keeper), port


def guard_of(
    port: Port,
    clock_us: Callable[[], int] = boottime_us,
    family: Family = DEFAULT,
    keeper: Keeper | None = None,
    *,
    left_on: bool = False,
) -> GuardedPort:
    """A guard around an open line, with this family's own sight and ceilings."""
    return GuardedPort(port, family.new_sight(), family.ceilings, clock_us, keeper=keeper, left_on=left_on)


def is_simulation(url: str | None, system: str = sys.platform) -> bool:
    """A stimulator hangs on a real port: what listens on this computer's own network or on a pseudo-terminal is none.

    The whole address is judged, never its beginning; where in doubt it is a real stimulator.
    """
    if url is None or re.fullmatch(r"/dev/pts/[0-9]+", url):
        return True
    if system == "darwin" and re.fullmatch(r"/dev/ttys[0-9]+", url):
        return True
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "socket" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
