"""One step up: who may have it, and what asks to be confirmed first.

Laws: a step is one step of the device, in Hold, on what the device has confirmed, no faster than the slew limit, and
never over a ceiling or a cap. Linked channels are each checked like the first; what one refuses, all refuse. A mark
(the level of the last session, the target) stops a step that would lead over it until a person confirms this very
mark of this channel; it asks again once the level has been below it. Nothing here puts anything out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nmes.core import assessing
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import measurement as m
from nmes.core.attended import Ghost
from nmes.core.climbs import climbs
from nmes.core.limits import MAX_SLEW_UA_PER_S
from nmes.core.plan import ChannelAt, Slot
from nmes.core.session_value import Session, Step, is_first, noted, refused, told
from nmes.core.states import Raise, Resuming, Running, Titrating
from nmes.core.timeline import Phase
from nmes.core.units import floor_to_step

SLEW_WINDOW_MS = 1000
"""The slew limit is given for a second: MAX_SLEW_UA_PER_S [source: nmes.core.limits]."""


@dataclass(frozen=True, slots=True)
class _Up:
    """One step of one slot."""

    slot: Slot
    from_ua: int
    to_ua: int


def channel_at(session: Session, state: Running | Resuming, channel: int) -> ChannelAt | None:
    """What a channel does in the plan now; None where the stage does not use it."""
    return next((at for at in session.plan.at(session.now_ms - state.origin_ms) if at.channel == channel), None)


def increase(session: Session, event: e.Increase) -> Step:
    """A raise that waits for the disk, or the first refusal of any of its channels."""
    state = session.state
    if not isinstance(state, Titrating | Running):
        return refused(session, "not_live", channel=event.channel)
    ups: list[_Up] = []
    marks: list[tuple[Slot, int]] = []
    for channel in dict.fromkeys((event.channel, *event.linked)):
        up = _up(session, state, channel)
        if isinstance(up, c.Note):
            return told(session, up)
        confirmed_ua = event.over_ua if channel == event.channel else None
        crossed = tuple(_crossed(session, up))
        refusal = _limited(session, state, up) or _unconfirmed(up, crossed, confirmed_ua)
        if refusal is not None:
            return told(session, refusal)
        ups.append(up)
        marks.extend((up.slot, mark_ua) for mark_ua, _ in crossed)
    return _committed(session, state, ups, tuple(dict.fromkeys(marks)))


def _committed(
    session: Session, state: Titrating | Running, ups: list[_Up], marks: tuple[tuple[Slot, int], ...]
) -> Step:
    """One intent for all of it."""
    intent = session.intent + 1
    linked = tuple((up.slot, up.to_ua) for up in ups[1:])
    raise_ = Raise(ups[0].slot, ups[0].to_ua, intent, session.now_ms, linked, marks)
    session = replace(session, intent=intent, raised_at_ms=session.now_ms, state=replace(state, pending=raise_))
    said: tuple[c.Command, ...] = ()
    for slot, mark_ua in marks:
        session, one = noted(session, "over_mark", channel=slot.channel, mark_ua=mark_ua)
        said = (*said, *one)
    for up in ups:
        session, one = noted(session, "increase", channel=up.slot.channel, to_ua=up.to_ua)
        said = (*said, *one)
    return session, (*said, c.MakeDurable(intent))


def _up(session: Session, state: Titrating | Running, channel: int) -> _Up | c.Note:
    """The step of this channel, or why it has none now."""
    step_ua = session.plan.capabilities.amplitude_step_ua
    if isinstance(state, Titrating):
        if state.slot.channel != channel:
            return _refusal("not_live", channel=channel)
        return _Up(state.slot, state.amplitude_ua, state.amplitude_ua + step_ua)
    at = channel_at(session, state, channel)
    t_ms = session.now_ms - state.origin_ms
    if at is None or at.phase is not Phase.HOLD or climbs(session.plan, at, t_ms, state.resumed_ms, session.rules):
        return _refusal("only_in_hold", channel=channel)
    if session.plan.assessment == m.CTF:  # one level through the whole test: docs/decisions/0020
        return _refusal("fixed_in_test", channel=channel)
    return _Up(at.slot, at.level_ua, at.level_ua + step_ua)


def _limited(session: Session, state: Titrating | Running, up: _Up) -> c.Note | None:
    """Rate, the device's confirmation, ceiling and cap, in this order."""
    channel = up.slot.channel
    wait_ms = session.plan.capabilities.amplitude_step_ua * SLEW_WINDOW_MS // MAX_SLEW_UA_PER_S
    raised_ms = session.raised_at_ms
    if state.pending is not None or (raised_ms is not None and session.now_ms - raised_ms < wait_ms):
        return _refusal("too_fast", channel=channel)
    asked_ua = next((output.amplitude_ua for output in session.outputs if output.channel == channel), 0)
    if dict(session.confirmed).get(channel, 0) != asked_ua:  # of a modulated level less may be asked for
        return _refusal("not_confirmed_yet", channel=channel)
    ceiling_ua = session.plan.ceiling_ua(up.slot)
    if up.to_ua > ceiling_ua:
        return _refusal("ceiling", channel=channel, ceiling_ua=ceiling_ua)
    cap_ua = assessing.cap_ua(session.plan, session.measured, up.slot)
    searching = isinstance(state, Titrating) and not state.measured  # for the most that is tolerated, perhaps anew
    if cap_ua is not None and up.to_ua > cap_ua and not searching:
        return _refusal("over_target", channel=channel, ceiling_ua=cap_ua)
    return None


# --- marks ---


def ghost_of(session: Session, slot: Slot) -> Ghost | None:
    """The level of this slot in the last session, on this device's grid; None where there was none."""
    ghosts = session.attended.ghosts if session.attended else ()
    found = next((ghost for ghost in ghosts if ghost.slot == slot), None)
    step_ua = session.plan.capabilities.amplitude_step_ua
    return replace(found, level_ua=floor_to_step(found.level_ua, step_ua)) if found else None


def _marks(session: Session, slot: Slot) -> Iterator[tuple[int, str]]:
    """The level of the last session, what a first session shall be of the target, and the target: on the grid."""
    ghost = ghost_of(session, slot)
    if ghost is not None:
        yield ghost.level_ua, "last"
    first_ua = first_ua_of(session, slot)
    if first_ua is not None:
        yield first_ua, "first"
    target_ua = m.target_ua(session.plan.aim, session.measured, slot, session.plan.capabilities.amplitude_step_ua)
    if target_ua is not None:
        yield target_ua, "target"


def first_ua_of(session: Session, slot: Slot) -> int | None:
    """What the protocol makes of the target in a patient's first session; None in any other, or where nothing tells."""
    aim, step_ua = session.plan.aim, session.plan.capabilities.amplitude_step_ua
    if not is_first(session) or not aim.first_percent:
        return None
    return m.target_ua(aim, session.measured, slot, step_ua, first=True)


def over_first(session: Session, slot: Slot, level_ua: int) -> int | None:
    """The mark of the first session that this level is over and was not led over by a confirmed step; else None."""
    mark_ua = first_ua_of(session, slot)
    passed = mark_ua is None or level_ua <= mark_ua or (slot, mark_ua) in session.progress.passed
    return None if passed else mark_ua


def _crossed(session: Session, up: _Up) -> Iterator[tuple[int, str]]:
    """The marks that this step would lead over, not confirmed yet; on the device's grid they are one value."""
    if session.attended is None:
        return
    for mark_ua, kind in _marks(session, up.slot):
        if up.from_ua <= mark_ua < up.to_ua and (up.slot, mark_ua) not in session.progress.passed:
            yield mark_ua, kind


def _unconfirmed(up: _Up, crossed: tuple[tuple[int, str], ...], confirmed_ua: int | None) -> c.Note | None:
    """The first mark that is not the one that was confirmed."""
    for mark_ua, kind in crossed:
        if mark_ua != confirmed_ua:
            return _refusal("mark", channel=up.slot.channel, mark_ua=mark_ua, to_ua=up.to_ua, kind=kind)
    return None


def passed(session: Session, raise_: Raise) -> Session:
    """The session after this raise has left: its marks need not be confirmed again."""
    return replace(session, progress=replace(session.progress, passed=(*session.progress.passed, *raise_.marks)))


def below(session: Session, slot: Slot, level_ua: int) -> Session:
    """The session after a level has come down: marks that it is below ask again."""
    kept = tuple((of, mark_ua) for of, mark_ua in session.progress.passed if of != slot or mark_ua <= level_ua)
    return replace(session, progress=replace(session.progress, passed=kept))


# --- the raise ---


def risen(session: Session, state: Running, raise_: Raise) -> Session | Step:
    """The session with its raised levels; the refusal if one of the channels has left its Hold meanwhile."""
    plan = session.plan
    for slot, to_ua in ((raise_.slot, raise_.to_ua), *raise_.linked):
        at = channel_at(session, state, slot.channel)
        if at is None or at.phase is not Phase.HOLD or at.slot != slot:
            return refused(session, "increase_dropped", channel=slot.channel)
        plan = plan.with_level(slot, to_ua)
    return passed(replace(session, plan=plan), raise_)


def _refusal(code: str, **values: int | str) -> c.Note:
    return c.Note(f"refused:{code}", tuple(values.items()))
