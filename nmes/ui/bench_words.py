"""What the virtual patient does, in words. A model says it, never a person, so the banner says SIMULATION beside it."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.runtime.sim_bench import Body, Comfort, Model, MuscleState, PadState
from nmes.ui.numbers import newtons, percent, score

TITLE: Final = _("VIRTUAL PATIENT (a model)")
NOTHING_YET: Final = _("No answer from the simulator.")
NO_MUSCLE: Final = _("no virtual patient for this muscle")
"""Pads that drive no muscle, or that the model has none for: what the skin feels is still told."""
STANDS_FOR_IT: Final = _("a general muscle stands for it")
HOW_TO: Final = _("Click, or its number: off, on")

COMFORT: Final = {
    Comfort.NOTHING: _("feels nothing"),
    Comfort.FELT: _("tingling"),
    Comfort.STRONG: _("strong, no pain"),
    Comfort.HURTS: _("that hurts"),
    Comfort.TOO_MUCH: _("MORE than tolerated"),
}


def body_lines(body: Body) -> tuple[str, ...]:
    """Comfort first, then each muscle with its force and how tired it is."""
    feels = _("{comfort}, {score} of 10").format(comfort=COMFORT[body.comfort], score=score(body.pain_c))
    return (feels, *(line for muscle in body.muscles for line in _muscle(muscle)))


def _muscle(muscle: MuscleState) -> tuple[str, ...]:
    name = _("{muscle}, {side}").format(muscle=muscle.name, side=muscle.side) if muscle.side else muscle.name
    does = _("{force}, tired {tired}").format(
        force=newtons(muscle.force_mn), tired=percent(muscle.fatigue_permille, 1000)
    )
    return (name, f"  {_('! CRAMP')}" if muscle.cramping else f"  {_('no cramp')}", f"  {does}")


def pad_line(pad: PadState) -> str:
    """One channel's pads: a symbol and a word, and the muscle they lie on."""
    state = _("■ {channel} on") if pad.on else _("□ {channel} OFF")
    return f"{state.format(channel=pad.channel)}  {pad.muscle}"


def pad_doubt(pad: PadState) -> str:
    """What is not modelled under these pads; "" if their own muscle is."""
    match pad.model:
        case Model.OWN:
            return ""
        case Model.GENERIC:
            return STANDS_FOR_IT
        case Model.NONE:
            return NO_MUSCLE
