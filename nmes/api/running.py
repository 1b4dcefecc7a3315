"""A whole session from the checklist to the signature, driven by an `Attendant`'s answers.

Only an order of acts: each of them is one that a script could do itself, and is refused where that would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

from nmes.api import acts
from nmes.api.acts import Act
from nmes.api.attendants import Attendant, fits
from nmes.api.errors import Refused
from nmes.api.front import Front, desk_of
from nmes.api.opening import Opening, open_stimulator
from nmes.core.events import Read
from nmes.core.measurement import Measured
from nmes.runtime.library import Loaded
from nmes.runtime.live import Live, Summary
from nmes.runtime.open import is_simulation

LOOK_MS = 100
"""So often the attendant is asked while the treatment runs [design]."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a session. `why`: the code of its end, `complete` or `assessed` where nothing was cut short."""

    why: str
    signed: bool
    levels_ua: tuple[tuple[int, int], ...]
    """By channel the levels that were accepted, in µA."""
    delivered_nc: tuple[tuple[int, int, int], ...]
    """By channel the charge of the first phases as the record counts it, in nC: at least, and at most."""
    measured: tuple[Measured, ...]
    summary: Summary


class Where(TypedDict, total=False):
    """What `run` hands on to `open_stimulator`, with its defaults."""

    device: str
    port: str | None
    emergency_button_by: str
    patient: str
    side: str
    home: Path | str | None
    virtual: bool
    trace: Path | str | None
    station: str


def run(protocol: Loaded, attendant: Attendant, **where: Unpack[Where]) -> Result:
    """Drive one session to its end; see `open_stimulator` for `where` and the errors, `Attendant` for the rest.

    Halted where the output ends before the plan does: a script that wants to go on after that opens the session itself.
    """
    with _opening(protocol, attendant, where) as stimulator:
        signed = desk_of(stimulator).drive(_session(stimulator, attendant, where))
    return _result(stimulator, signed=signed)


async def run_async(protocol: Loaded, attendant: Attendant, **where: Unpack[Where]) -> Result:
    """As `run`, letting other tasks run meanwhile; what the attendant is asked is answered at once."""
    async with _opening(protocol, attendant, where) as stimulator:
        signed = await desk_of(stimulator).drive_async(_session(stimulator, attendant, where))
    return _result(stimulator, signed=signed)


def _opening(protocol: Loaded, attendant: Attendant, where: Where) -> Opening:
    fits(attendant, simulation=is_simulation(where.get("port")))
    return open_stimulator(protocol, attended_by=attendant.name, **where)


def _session(front: Front, attendant: Attendant, where: Where) -> Act[bool]:
    """The whole session; whether it was signed."""
    live = desk_of(front).live
    yield from acts.screen(live, attendant.answers(front.questions), attendant.name)
    yield from _read_back(live, attendant)
    yield from acts.place(live, attendant.pads_mm2(live.view), where.get("emergency_button_by", ""))
    yield from _levels(live, attendant)
    if not front.over:  # a level that was the whole test has ended the session
        yield from _treatment(live, attendant)
    return (yield from _after(live, attendant))


def _read_back(live: Live, attendant: Attendant) -> Act[None]:
    """The code and the side, where the session is for somebody: read off the patient, not off what was given here."""
    for what in Read:
        if f"read:{what}" in live.view.missing:
            yield from acts.read_back(live, what, attendant.reads(what), "")


def _levels(live: Live, attendant: Attendant) -> Act[None]:
    while (slot := next((one.slot for one in live.view.slots if one.level_ua is None), None)) is not None:
        yield from acts.titrate(live, slot.channel, slot.waveform)
        while (said := attendant.enough(live.view, slot.channel, _level_ua(live, slot.channel))) is not True:
            yield from acts.wait(live, LOOK_MS) if said is None else acts.increase(live, slot.channel, None)
        yield from acts.accept(live, None)
        if live.view.word in acts.OVER:
            return
    for channel in (one.channel for one in live.view.channels if f"felt:{one.channel}" in live.view.missing):
        there = attendant.felt(live.view, channel)
        yield from acts.felt(live, channel, there=there)
        if not there:
            raise Refused("felt_elsewhere", f"Channel {channel} is felt at the wrong place: place the pads anew.")


def _level_ua(live: Live, channel: int) -> int:
    return acts.channel_of(live.view, channel).level_ua


def _treatment(live: Live, attendant: Attendant) -> Act[None]:
    yield from acts.start(live)
    while live.view.word not in acts.OVER:
        yield from acts.wait(live, LOOK_MS)
        if attendant.present(live.view):
            live.touch()
        if attendant.cramps(live.view):
            yield from acts.cramp(live)


def _after(live: Live, attendant: Attendant) -> Act[bool]:
    for finding in attendant.findings(live.view):
        yield from acts.observe(live, finding)
    reason = attendant.signs(live.view)
    if reason is None:
        return False
    yield from acts.sign(live, attendant.name, reason)
    return True


def _result(front: Front, *, signed: bool) -> Result:
    view = front.view
    return Result(
        view.told_why,
        signed,
        tuple((slot.channel, level_ua) for slot, level_ua in view.accepted),
        tuple((one.channel, one.low_nc, one.high_nc) for one in view.dose),
        view.measured,
        desk_of(front).closed(),
    )
