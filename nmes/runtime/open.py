"""Where a session is put together: record first, then the line, then the loop.

The only place besides the guard that knows a line; it hands each Port to a guard at once and keeps none.
"""

from __future__ import annotations

import contextlib
import ipaddress
import platform
import re
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, assert_never
from urllib.parse import urlsplit

from nmes import __version__
from nmes.core import limits
from nmes.core.capabilities import Capabilities
from nmes.core.measurement import NOBODY, From, Missing, Origin
from nmes.core.measurement import Who as Who  # noqa: PLC0414 - re-exported: whoever opens a session says for whom
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.protocol import DerivedFrequency
from nmes.core.protocol_file import parse
from nmes.core.session import Session, begin
from nmes.core.view import Output, View
from nmes.devices.sciencemode4.driver import P24Driver
from nmes.devices.sciencemode4.p24 import P24, SETTINGS
from nmes.guard.ceilings import Ceilings
from nmes.guard.clock import boottime_us
from nmes.guard.port import GuardedPort
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.link.memory_port import MemoryPort
from nmes.link.memory_port import Peer as Peer  # noqa: PLC0414 - re-exported: only this module may know the line
from nmes.link.port import LineSettings, Port, PortError
from nmes.record.clocks import system_clocks
from nmes.record.codec import READABLE, VOCABULARY, Codec, Undecodable, encode
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.measurements import Found, Of, Untrusted, latest, nearby
from nmes.record.sink import JournalThread
from nmes.runtime.clock import RealClock
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary, summary_of
from nmes.runtime.loop import Loop
from nmes.runtime.simulator import Simulator, SimulatorError, start_simulator
from nmes.runtime.turn import Controller

if TYPE_CHECKING:
    from nmes.core.events import Event, Record

FINISH_LIMIT_S = 10.0
_CAPABILITIES = Codec(Capabilities)
_ORIGIN = Codec(Origin)


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

    def finish(self) -> Summary:
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
        return summary_of(self.record)


class _Made(Protocol):
    """Makes an origin for one patient and protocol."""

    def __call__(self, kind: From, ctf_mhz: int | None, missing: Missing | None = None) -> Origin: ...


def origin_of(home: Path, kind: Kind, loaded: Loaded, who: Who, now: datetime | None = None) -> Origin | None:
    """Where the cramp threshold frequency for this session comes from; None if the protocol derives nothing from one.

    What was typed for this session goes first, then what was measured (or typed, and then it is called so) in an
    earlier one at this patient, side and muscle, then the protocol's fallback. RecordError if the records cannot be
    read.
    """
    derived = next((s for s in loaded.protocol.stages if isinstance(s.frequency_hz, DerivedFrequency)), None)
    if derived is None:
        return None
    muscle = loaded.protocol.channels[0].muscle  # a rule of the file: one threshold, one muscle

    def made(kind: From, ctf_mhz: int | None, missing: Missing | None = None) -> Origin:
        asked_mhz = derived.frequency_mhz(ctf_mhz)
        return Origin(kind, ctf_mhz, asked_mhz, who.code, who.side, muscle, missing=missing)

    if who.ctf_mhz is not None:
        return made(From.TYPED, who.ctf_mhz)
    if not who.code or not who.side:
        return made(From.FALLBACK, None, Missing.NO_SIDE if who.code else Missing.NO_CODE)
    of = Of(who.code, who.side, muscle, "ctf")
    found = latest(home, kind, of)
    # Beside a value of this very code and side only the same side under another spelling may be meant.
    others = tuple(o for o in nearby(home, kind, of) if found is None or o.side == who.side)
    return replace(_told(found, made, now), nearby=tuple(f"{other.patient} {other.side}" for other in others))


def _told(found: Found | Untrusted | None, made: _Made, now: datetime | None) -> Origin:
    """What the records tell, as an origin."""
    match found:
        case Found(value=int(ctf_mhz), session=session, t_utc=t_utc, typed=typed):
            age_days = ((now or datetime.now(UTC)).date() - datetime.fromisoformat(t_utc).date()).days
            kind_of_it = From.TYPED_EARLIER if typed else From.MEASURED
            return replace(made(kind_of_it, ctf_mhz), session=session, t_utc=t_utc, age_days=age_days)
        case Found(session=session, t_utc=t_utc):
            return replace(made(From.FALLBACK, None, Missing.NOT_REACHED), session=session, t_utc=t_utc)
        case Untrusted(session=session, t_utc=t_utc):
            return replace(made(From.FALLBACK, None, Missing.UNTRUSTED), session=session, t_utc=t_utc)
        case None:
            return made(From.FALLBACK, None, Missing.NONE_FOUND)
        case _:
            assert_never(found)


def binding(
    loaded: Loaded, plan: Plan, device: str, begun_ms: int, who: Who = NOBODY, origin: Origin | None = None
) -> dict[str, object]:
    """What a session is bound to: its protocol to the byte, the program, the limits in force, the clocks, for whom.

    With the vocabulary of its events, the capabilities and the patient's cramp threshold frequency it is all that a
    later program needs to make the same plan and replay the session. `patient`, `side`, `muscles` and `assessment` are
    what a later session finds a measured value by.
    """
    return {
        "events": VOCABULARY,
        "protocol": loaded.protocol.id,
        "protocol_version": str(loaded.protocol.version),
        "protocol_sha256": loaded.sha256,
        "protocol_yaml": loaded.text.decode("utf-8"),
        "program": f"nmes {__version__}",
        "python": platform.python_version(),
        "device": encode(device),
        "model": plan.capabilities.model,
        "capabilities": encode(plan.capabilities),
        "patient": who.code,
        "side": who.side,
        "muscles": [channel.muscle for channel in loaded.protocol.channels],
        "assessment": plan.assessment,
        "ctf_mhz": origin.ctf_mhz if origin else None,
        "ctf_origin": encode(origin),
        "clocks": "monotonic orders, universal time informs",
        "begun_ms": begun_ms,
        "limits": {name.lower(): value for name, value in vars(limits).items() if name.isupper()},
    }


def session_of(bound: Mapping[str, object]) -> Session:
    """The session a record began with, from what it is bound to; for replaying it through today's `step`.

    RecordError if it was written in a vocabulary this program does not know.
    """
    if bound.get("events") not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise Undecodable(f"the record's events are of version {bound.get('events')}, this program knows {known}")
    protocol = parse(str(bound["protocol_yaml"]).encode(), f"{bound['protocol']}.yaml", of_record=True)
    ctf_mhz = bound["ctf_mhz"]
    plan = plan_for(protocol, _CAPABILITIES.decode(bound["capabilities"]), int(str(ctf_mhz)) if ctf_mhz else None)
    origin = bound.get("ctf_origin")
    who = Who(str(bound.get("patient", "")), str(bound.get("side", "")))
    session, _ = begin(plan, protocol.screening_codes, who, _ORIGIN.decode(origin) if origin else None)
    return replace(session, now_ms=int(str(bound["begun_ms"])))


def kind_of(url: str | None) -> Kind:
    """The chain that sessions at `url` are recorded in, and read from."""
    return Kind.SIMULATION if is_simulation(url) else Kind.PATIENT


def open_live(
    loaded: Loaded, *, url: str | None, home: Path, trace: Path | None = None, who: Who = NOBODY
) -> RunningSession:
    """Open a session on the simulator (`url` None) or on the device at `url`; CannotStart says why not."""
    clock = RealClock()
    kind = kind_of(url)
    simulator = None
    with contextlib.ExitStack() as undo:
        try:
            origin = origin_of(home, kind, loaded, who)
            plan = plan_for(loaded.protocol, P24, origin.ctf_mhz if origin else None)
            bound = binding(loaded, plan, url or "simulator", clock.now_ms(), who, origin)
            journal = Journal.open(chain_folder(home, kind), socket.gethostname(), bound, system_clocks())
            undo.callback(_not_begun, journal)
            if url is None:
                simulator = start_simulator(trace)
                undo.callback(simulator.end)
            guard = open_guarded(simulator.url if simulator else str(url))
        except (RecordError, SimulatorError, PortError) as error:
            raise CannotStart(str(error)) from error
        undo.pop_all()
    controllers: list[Controller] = []

    def tell_later(event: Record) -> None:
        controllers[0].tell(event)

    sink = JournalThread(journal, tell_later)
    begun = begin(plan, loaded.protocol.screening_codes, who, origin)
    controller = Controller(begun, P24Driver(), guard, sink, clock, loaded.protocol.operator_absent_limit_ms)
    controllers.append(controller)
    loop = Loop(controller)
    loop.start()
    return RunningSession(controller, loop, journal.path, kind is Kind.SIMULATION, simulator)


def _not_begun(journal: Journal) -> None:
    """A session that could not be opened is told from one that was interrupted."""
    with contextlib.suppress(RecordError):
        journal.close({"why": "not_begun"})


def open_guarded(url: str) -> GuardedPort:
    """The guard of the line at `url`; PortError if it cannot be opened."""
    from nmes.link.serial_port import open_serial  # noqa: PLC0415 - pyserial is slow to import and not always needed

    line = LineSettings(SETTINGS.baud, SETTINGS.data_bits, SETTINGS.parity, SETTINGS.stop_bits, SETTINGS.rts_cts)
    return guard_of(open_serial(url, line))


def open_memory(peer: Peer, clock_us: Callable[[], int]) -> tuple[GuardedPort, MemoryPort]:
    """The guard of a line inside this process, and the line itself so that a test can break it."""
    port = MemoryPort(peer)
    return guard_of(port, clock_us), port


def guard_of(port: Port, clock_us: Callable[[], int] = boottime_us) -> GuardedPort:
    """A ScienceMode4 guard around an open line."""
    return GuardedPort(port, ScienceMode4Sight(), Ceilings(), clock_us)


def is_simulation(url: str | None, system: str = sys.platform) -> bool:
    """A P24 hangs on USB: what listens on this computer's own network or on a pseudo-terminal is a simulator.

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
