"""What is said while the electrodes are placed: each channel, its pads, and what is confirmed of them. Pure.

Law: the session's own side is not named where the side of the pads is asked for; it is read off the patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from nmes.core.attended import PatientStop
from nmes.core.body_map import SITES, legend
from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.events import Finding, Read
from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.dead_man_words import CONFIRMED, warnings, without_dead_man
from nmes.runtime.trust_words import doubt
from nmes.ui.names import SIDES, muscle_words, side_words
from nmes.ui.numbers import cm2
from nmes.ui.read_words import left_out_because

NEVER: Final = _("never: front of the neck, head, face, chest, genitals")
"""Said where the pads follow the pain and no drawing shows the place; why: `nmes.core.body_map.FORBIDDEN`."""
STANDARD_MM2: Final = (1600, 2500, 4500, 9750)
"""4x4, 5x5, 5x9 and 7.5x13 cm: offered where the clinic has not said which pads it owns; sold widely [verify]."""
MOST: Final = 9
"""As many sizes as there are digits."""
SIDE, BUTTON, PATIENT, PAIN = "side", "button", "patient", "pain"
BUTTON_HELD: Final = _("The emergency button is in reach and tested. Go on with the next row.")
NBSP: Final = "\N{NO-BREAK SPACE}"
"""Keeps a number with its unit on one row."""
BOX: Final = 15
"""Columns of the mark of the row in hand and of what is confirmed, before the words."""
SIDE_KEYS: Final = {"l": "left", "r": "right", "b": "both"}


@dataclass(frozen=True, slots=True)
class Pads:
    """What was confirmed of each channel so far: `(channel, pad_mm2)`; and what was said of the side last."""

    sizes: tuple[tuple[int, int], ...] = ()
    side: str = ""

    def size_mm2(self, channel: int) -> int | None:
        return dict(self.sizes).get(channel)

    def on(self, channel: int, pad_mm2: int) -> Pads:
        return Pads(tuple(sorted({**dict(self.sizes), channel: pad_mm2}.items())), self.side)

    def off(self, channel: int) -> Pads:
        return Pads(tuple(pair for pair in self.sizes if pair[0] != channel), self.side)


def sizes_for(needed_mm2: int, owned_mm2: Sequence[int]) -> tuple[int, ...]:
    """The sizes to choose from by number, smallest first: those owned; where nothing is known, usual ones and this."""
    sizes = owned_mm2 or (*STANDARD_MM2, needed_mm2)
    return tuple(sorted(set(sizes)))[-MOST:]


def next_size(sizes: Sequence[int], needed_mm2: int, now_mm2: int | None) -> int:
    """The number of the size that a click takes: the first that is large enough, then one after the other."""
    if now_mm2 is None:
        return next((number for number, size in enumerate(sizes, start=1) if size >= needed_mm2), 1)
    return (sizes.index(now_mm2) + 1) % len(sizes) + 1


def size_keys(needed_mm2: int, sizes: Sequence[int]) -> str:
    """Which number stands for which size, and what is needed."""
    told = ", ".join(f"{number}={cm2(size)}".replace(" ", NBSP) for number, size in enumerate(sizes, start=1))
    return _("Pads on? Press their size, {needed} or more: {sizes}.").format(sizes=told, needed=cm2(needed_mm2))


def pad_box(size_mm2: int | None, needed_mm2: int) -> str:
    """What is confirmed of one channel's pads."""
    if size_mm2 is None:
        return _("[    ?     ]")
    mark = "✓" if size_mm2 >= needed_mm2 else "✖"
    return f"[{f'{mark} {cm2(size_mm2)}':^10}]"


def too_small(size_mm2: int, needed_mm2: int) -> str:
    return _("TOO SMALL: {size}, needed {needed}. The current would be too dense: take a larger pad.").format(
        size=cm2(size_mm2), needed=cm2(needed_mm2)
    )


def side_line(view: View, said: str) -> str:
    """How the read-back of the side stands."""
    if Read.SIDE in view.skipped:
        return _("! Side of the pads not read back: {reason}").format(reason=left_out_because(view, Read.SIDE))
    if Read.SIDE in view.read:
        return _("✓ Side of the pads read back {side}").format(side=SIDES.get(said, "")).rstrip()
    if said not in {"", view.who.side}:  # one that fits is on its way to the session
        return _("✖ WRONG SIDE? You say {side}, and this session is for {wanted}").format(
            side=side_words(said), wanted=side_words(view.who.side)
        )
    return _("Side: look at the patient. On which side do the pads lie?")


def patient_line(view: View) -> str:
    """How the patient's own stop stands."""
    match view.patient_stop:
        case PatientStop.TESTED:
            return _("✓ Patient's own stop: pressed and heard")
        case PatientStop.LOST:
            return _("✖ Patient's own stop: LOST. Connect it, and let the patient press it.")
        case PatientStop.RESTLESS:
            return _("✖ Patient's own stop: SPEAKS WITHOUT END. Change it, and let the patient press it.")
        case _:
            return _("Patient's own stop: let the patient press it once.")


def button_line(view: View) -> str:
    """What has to be known of a device without a dead-man, and who has its emergency button. Of the pads the line of
    contact tells."""
    if view.button_by:
        return "✓ " + CONFIRMED.format(name=view.button_by)
    return " ".join(("✖", *warnings(view, contact=False)))


def pain_line(view: View) -> str:
    """Pain before, if it was asked for."""
    found = next((one.value for one in view.observed if one.finding is Finding.NRS), None)
    return _("Pain before: not asked") if found is None else _("✓ Pain before: {value} of 10").format(value=found)


def rows(view: View) -> Iterator[str]:
    """What is confirmed after the channels, by id: only what this session has."""
    if view.attended:
        if view.who.side:
            yield SIDE
        if without_dead_man(view):
            yield BUTTON
        if view.patient_stop is not PatientStop.NONE:
            yield PATIENT
        yield PAIN


SIDE_SAID: Final = _("On which side do the pads lie? l left, r right, b both.")
"""Where no reason leads past it: it was read back, or read back wrong."""
HINTS: Final = {
    SIDE: _("On which side do the pads lie? l left, r right, b both; F4: cannot tell."),
    BUTTON: _(
        "Take the emergency button in your hand and test it. Then press Enter and write your name: it is in your "
        "reach, and it works."
    ),
    PATIENT: _("The patient presses the own stop once, now. It shows here when it was heard."),
    PAIN: _("Pain now, 0 to 10: press 0 to 9, t for 10. Not needed to go on."),
}
STOP_HEARD: Final = _("The patient's own stop was pressed and heard. Go on with the next row.")


def size_there(channel: int, size_mm2: int) -> str:
    """What the keys do in a row whose size is confirmed."""
    return _("Channel {channel}: pads of {size} are confirmed. Enter opens the row, to confirm another size.").format(
        channel=channel, size=cm2(size_mm2)
    )


def only(protocol: Protocol, index: int) -> tuple[tuple[str, ...], ...]:
    """The sites of one channel alone, at its number, so that its marks carry it."""
    return (*((),) * index, protocol.channels[index].body_sites)


def position_words(protocol: Protocol) -> str:
    return _("Position: {position}").format(position=protocol.position) + doubt(protocol, "position")


def contact_words(view: View) -> str:
    """What the stimulator can tell of the contact, on one row."""
    if view.plan.capabilities.electrode_feedback is ElectrodeFeedback.NONE:
        return _("Contact: this stimulator NEVER TELLS that a pad is off. Look, and ask.")
    floor_ma = view.plan.capabilities.electrode_floor_ua // 1000
    if not floor_ma:
        return _("Contact: a pad that is off is told only while current flows. Look, and ask.")
    return _("Contact: CANNOT TELL below {floor} mA whether a pad is off. Look, and ask.").format(floor=floor_ma)


def read_out(protocol: Protocol, index: int, width: int, *, roomy: bool) -> list[str]:
    """What is said of one channel, in lines of at most `width` columns; `roomy`: the places of the marks are written
    out beside the card's own words.

    What is still to be verified says so, the drawn places behind the card's words for them.
    """
    channel, where = protocol.channels[index], f"channels.{index}"
    places = doubt(protocol, f"{where}.sites") or doubt(protocol, f"{where}.body_sites")
    facts = [
        _("Channel {channel}: {muscle}, {side}").format(
            channel=index + 1, muscle=muscle_words(channel.muscle), side=channel.side
        ),
        _("pads: {size} (the smaller of the two)").format(size=cm2(channel.pad_mm2))
        + doubt(protocol, f"{where}.pad_cm2"),
        _("sites: {sites}").format(sites=channel.sites) + places,
        _("polarity: {polarity}").format(polarity=channel.polarity) + doubt(protocol, f"{where}.polarity"),
    ]
    marks = legend((*((),) * index, channel.body_sites))
    drawn = {mark for (mark, _words), code in zip(marks, channel.body_sites, strict=True) if SITES[code].plate}
    facts += [f"{mark}: {words}" for mark, words in marks if roomy or mark not in drawn]
    if len(drawn) < len(marks):
        facts.append(NEVER)
    return [line for fact in facts for line in wrap(fact, max(20, width), subsequent_indent="  ")]
