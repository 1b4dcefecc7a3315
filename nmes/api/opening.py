"""Loading a protocol and opening a session: nothing is open before the block begins, and nothing after it.

Law: a session of a script is an attended one, like the app's: somebody is named who attends it, everything a person
must have done before output has to be said, and it is signed, or the record tells that it was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from nmes.api.asynchronous import AsyncStimulator
from nmes.api.desk import Desk
from nmes.api.errors import BadProtocol, CannotDeliver, CannotOpen, Refused
from nmes.api.holding_back import signals_held_back
from nmes.api.stimulator import Stimulator
from nmes.core.measurement import SIDES, Who, is_code
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError, ProtocolError
from nmes.core.screening import tells
from nmes.record.errors import RecordError
from nmes.record.files import home as usual_home
from nmes.runtime.course import is_mistyped_here
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.families import family as family_of
from nmes.runtime.library import Library, Loaded
from nmes.runtime.live import Live
from nmes.runtime.open import CannotStart, kind_of, open_live
from nmes.runtime.person import person_for
from nmes.trial.hand_turned import HandTurned


def load_protocol(id_or_path: str | Path) -> Loaded:
    """A protocol by its id or the path of its file; BadProtocol with everything that is wrong."""
    try:
        return Library().load(str(id_or_path))
    except ProtocolError as error:
        problems = error.problems
    raise BadProtocol(problems) from None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a session is opened with; see `open_stimulator`."""

    loaded: Loaded
    attended_by: str
    family: Family
    port: str | None
    button_by: str
    who: Who
    home: Path
    virtual: bool
    trace: Path | None
    station: str


def open_stimulator(
    protocol: Loaded,
    *,
    attended_by: str,
    device: str = DEFAULT.key,
    port: str | None = None,
    emergency_button_by: str = "",
    patient: str = "",
    side: str = "",
    home: Path | str | None = None,
    virtual: bool = False,
    trace: Path | str | None = None,
    station: str = "",
) -> Opening:
    """A session for one protocol, opened by `with` (a `Stimulator`) or by `async with` (an `AsyncStimulator`).

    `attended_by`: the name of the person who attends; it stands in the record and under the signature.
    `device`: one of `DEVICES`. `port`: the line of a real one; None: the simulator, on the real clock in a process of
    its own, or, `virtual`, in this process on a clock that stands still between two acts.
    `emergency_button_by`: who has the emergency button in reach and has tested it; needed where the device has no
    dead-man (rehastim1). `patient`: a code, never a name, with the `side` (left, right, both).
    `home`: the folder of records, else the usual one. `trace`: a file for the simulator's pulses, real clock only.
    `station`: the name of this place, else the computer's.

    Refused, CannotDeliver for what can be told at once; the block's beginning raises CannotOpen.
    """
    try:
        family = family_of(device)
    except ValueError as error:
        unknown = str(error)
    else:
        asked = Asked(
            protocol,
            attended_by.strip(),
            family,
            port,
            emergency_button_by.strip(),
            Who(patient, side),
            usual_home() if home is None else Path(home),
            virtual,
            None if trace is None else Path(trace),
            station,
        )
        _check(asked)
        return Opening(asked)
    raise Refused("no_such_device", f"{unknown[0].upper()}{unknown[1:]}.") from None


def _check(asked: Asked) -> None:
    who, capabilities = asked.who, asked.family.capabilities
    if not tells(asked.attended_by):
        raise Refused("nobody_attends", "Give the name of the person who attends: nothing flows without one.")
    if asked.virtual and (asked.port is not None or asked.trace is not None):
        raise Refused("virtual", "A virtual session has no port and no trace file: its device is in this process.")
    if asked.trace is not None and asked.port is not None:
        raise Refused("trace", "Only the simulator can write a trace of pulses: leave out trace, or port.")
    if not capabilities.has_dead_man and not tells(asked.button_by):
        said = f"{capabilities.model} has no dead-man: name who has its emergency button in reach and has tested it."
        raise Refused("button_missing", said)
    if who.code and not is_code(who.code):
        raise Refused("patient", "A patient's code is of letters, digits, _ and -, at most 32; no names.")
    if (who.code or who.side) and who.side not in SIDES:
        raise Refused("side", f"A patient's code and a side belong together; give {', '.join(SIDES)}.")
    try:
        plan_for(asked.loaded.protocol, capabilities)
    except PlanError as error:
        problems = error.problems
    else:
        return
    raise CannotDeliver(problems) from None


class Opening:
    """A session that is not open yet. Each can be opened once, by one block.

    A block that has not begun yet has no end of its own: whatever breaks its beginning off closes the session.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked: Asked | None = asked
        self._desk: Desk | None = None

    def __enter__(self) -> Stimulator:
        asked = self._taken()
        try:
            desk = self._open(asked)
            stimulator = Stimulator(desk, asked.loaded, asked.attended_by, asked.button_by)
            stimulator.identified()
        except BaseException:
            self._leave(failed=True)
            raise
        else:
            return stimulator

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(failed=error is not None)

    async def __aenter__(self) -> AsyncStimulator:
        asked = self._taken()
        try:
            desk = self._open(asked)
            stimulator = AsyncStimulator(desk, asked.loaded, asked.attended_by, asked.button_by)
            await stimulator.identified()
        except BaseException:
            self._leave(failed=True)
            raise
        else:
            return stimulator

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(failed=error is not None)

    def _taken(self) -> Asked:
        asked, self._asked = self._asked, None
        if asked is None:
            raise Refused("opened_before", "This session was opened before: ask open_stimulator for another one.")
        return asked

    def _open(self, asked: Asked) -> Desk:
        """A signal that comes meanwhile finds either nothing open or a desk that closes what is."""
        with signals_held_back():
            live, turned = _live(asked)
            self._desk = desk = Desk(live, turned)
        desk.take_signals()
        return desk

    def _leave(self, *, failed: bool) -> None:
        if self._desk is not None:
            self._desk.leave(failed=failed)


def _live(asked: Asked) -> tuple[Live, HandTurned | None]:
    """CannotOpen in one sentence, whatever it was."""
    try:
        mistyped = bool(asked.who.code) and is_mistyped_here(asked.home, kind_of(asked.port), asked.who.code)
    except RecordError:
        mistyped = False  # records that cannot be read say so when they are opened, below
    if mistyped:
        raise CannotOpen(f'The code "{asked.who.code}" is mistyped: its check character does not fit.')
    try:
        if asked.virtual:
            turned = HandTurned(asked.loaded, asked.home, asked.who, attended=True, family=asked.family)
            return turned, turned
        live = open_live(
            asked.loaded,
            url=asked.port,
            home=asked.home,
            family=asked.family,
            trace=asked.trace,
            who=asked.who,
            attended=True,
            person=person_for(asked.loaded.protocol) if asked.port is None else None,
            station=asked.station,
        )
    except (CannotStart, RecordError) as error:
        reason = str(error)
    else:
        return live, None
    raise CannotOpen(reason) from None
