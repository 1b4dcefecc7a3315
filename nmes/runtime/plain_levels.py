"""Finding a level and changing it, as lines: titrate, steps up and down, a mark that is passed, what is measured.

Pure, and no line is a number of milliamperes to go to: each `+` is one step, each `over` one step past one mark. Every
step up carries the epoch of the View it was typed at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nmes.core import events as e
from nmes.core.plan import Slot
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.plain_found import channel_of
from nmes.runtime.plain_heard import Heard, Post, post, say
from nmes.runtime.plain_over import ACCEPT, Asked
from nmes.runtime.typed_number import typed_number

_LEVELS: Final = {
    "max": e.What.MAX_TOLERATED,
    "motor": e.What.MOTOR_THRESHOLD,
    "sensory": e.What.SENSORY_THRESHOLD,
}
_TYPED: Final = {"mvic": e.What.MVIC, "force": e.What.EVOKED, "ctf": e.What.CTF}
_EXAMPLES: Final = {
    "mvic": _("How much? Type mvic 120, in newtons."),
    "force": _("How much? Type force 30, in newtons."),
    "ctf": _("How much? Type ctf 18, in hertz."),
}


def titrate(rest: str, view: View, levels: Iterable[str]) -> Heard:
    """`titrate 2`, or alone the first level that is missing."""
    open_slots = [slot.slot for slot in view.slots if slot.level_ua is None]
    slot: Slot | None = None
    if rest.isdecimal() and 1 <= int(rest) <= len(view.slots):
        slot = view.slots[int(rest) - 1].slot
    elif not rest and (open_slots or len(view.slots) == 1):
        slot = (open_slots or [view.slots[0].slot])[0]
    if slot is None:
        return say(_("Which level? Type titrate and its number."), *levels)
    return post(e.Titrate(slot.channel, slot.waveform, view.epoch))


def up(rest: str, view: View, linked: frozenset[int]) -> Heard:
    """One step up, of linked channels together or not at all."""
    channel = _stepped(rest, view, linked)
    if channel is None:
        return _which("+", view)
    return post(e.Increase(channel, view.epoch, linked=_others(channel, linked, view)))


def over(rest: str, view: View, asked: Asked, read_ms: int) -> Heard:
    """Past the mark that the last `+` or `accept` has met; a value typed with it has to be the one that was read back.

    Of linked channels only the one whose mark it is goes its step: no mark is passed without its own `over`.
    """
    why_not = asked.why_not(view, read_ms)
    if why_not is not None or view.note is None:
        return why_not or Heard()
    values = dict(view.note.values)
    channel, mark_ua, to_ua = int(values["channel"]), int(values["mark_ua"]), int(values["to_ua"])
    if rest and rest.removesuffix("mA").strip() not in {f"{to_ua / 1000:g}", f"{to_ua / 1000:.1f}"}:
        return say(
            _("Not done: {to} mA was read back. Type over {to}, or over alone.").format(to=f"{to_ua / 1000:.1f}")
        )
    if view.note.code == ACCEPT:
        return post(e.Accept(view.epoch, mark_ua))
    return post(e.Increase(channel, view.epoch, mark_ua))


def down(rest: str, view: View, linked: frozenset[int]) -> Heard:
    """One step down; linked channels all go, none waits for another."""
    channel = _stepped(rest, view, linked)
    if channel is None:
        return _which("-", view)
    others = tuple(e.Decrease(other) for other in _others(channel, linked, view))
    return Heard(Post(e.Decrease(channel), others))


def _stepped(rest: str, view: View, linked: frozenset[int]) -> int | None:
    if not rest and linked and view.live_slot is None:
        return min(linked)
    return channel_of(rest.split(), view)


def _others(channel: int, linked: frozenset[int], view: View) -> tuple[int, ...]:
    """The channels that go with this one; while a level is being found there is only one."""
    return tuple(sorted(linked - {channel})) if channel in linked and view.live_slot is None else ()


def _which(command: str, view: View) -> Heard:
    first, *others = (f"{command} {channel.channel}" for channel in view.channels)
    known = first
    for other in others:
        known = _("{one} or {other}").format(one=known, other=other)
    return say(_("Which channel? Type {known}.").format(known=known))


def link(rest: str, view: View) -> tuple[frozenset[int], Heard]:
    """`link 1 2`, or alone all channels; and what is said."""
    known = {channel.channel for channel in view.channels}
    words = rest.replace(",", " ").split()
    wanted = {int(word) for word in words if word.isdecimal()} if words else known
    if len(wanted) < 2 or not wanted <= known or not all(word.isdecimal() for word in words):
        return frozenset(), say(_("Nothing is linked. Type link and two channels or more, such as link 1 2."))
    listed = ", ".join(str(channel) for channel in sorted(wanted))
    return frozenset(wanted), say(_("Linked: channels {channels} go up and down together.").format(channels=listed))


def measurement(command: str, rest: str, view: View) -> Heard:
    """`measure max|motor`, or a typed value: `mvic N`, `force N`, `ctf HZ`; each with a channel if need be."""
    words = rest.split()
    first, channel = (words[0].lower() if words else ""), channel_of(words[1:], view)
    if channel is None:
        return say(_("Which channel? Type {command} and its number.").format(command=f"{command} {first}"))
    if command == "measure":
        what = _LEVELS.get(first)
        said = _("Measure what? While the level is felt type measure sensory, measure motor or measure max.")
        return say(said) if what is None else post(e.Measure(what, channel))
    thousandths = typed_number(first, 1000)
    return post(e.Measure(_TYPED[command], channel, thousandths)) if thousandths else say(_EXAMPLES[command])
