"""Who is at the controls of a session that `run` drives: what a script has to answer for, as a list of questions.

Law: every answer is somebody's. An attendant for real sessions asks a person; the ready-made one answers by itself and
refuses to attend anything but the simulator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from nmes.api.errors import Refused
from nmes.core.events import Answer, Finding, Observed, Read, Reply
from nmes.core.view import View
from nmes.runtime.library import Loaded


class Attendant(Protocol):
    """Asked in this order; each answer is handed to the session as that of the person who attends."""

    @property
    def name(self) -> str:
        """Whose name stands in the record and under the signature."""

    def answers(self, questions: Mapping[str, str]) -> Mapping[str, Answer]:
        """The screening checklist, every code of it."""

    def reads(self, what: Read) -> str:
        """What is read off the patient a second time: the code on their card, the side the pads are on."""

    def pads_mm2(self, view: View) -> Mapping[int, int]:
        """The area of the smaller pad of each channel, in mm², as it lies on the skin."""

    def enough(self, view: View, channel: int, level_ua: int) -> bool | None:
        """Whether the present level, in µA, is the one to accept; False: one more step; None: nothing said yet.

        Current flows meanwhile: nothing here may wait, it is asked again in a tenth of a second.
        """

    def felt(self, view: View, channel: int) -> bool:
        """Whether the current is felt where it should be."""

    def present(self, view: View) -> bool:
        """Asked ten times a second while the treatment runs: whether a person has shown since that they are there.

        Nor may this, or `cramps`, wait: a script that does not look for 1.5 s pauses the output.
        """

    def cramps(self, view: View) -> bool:
        """Asked as often: whether the muscle cramps now."""

    def findings(self, view: View) -> Iterable[Observed]:
        """Skin of each channel, pain and adverse events, and what else was found after it."""

    def signs(self, view: View) -> str | None:
        """The reason why outcomes of the card are left open ("" if none is), with the signature; None: not signed."""


def answer_no(protocol: Loaded) -> dict[str, Answer]:
    """Every question of the checklist answered "no": somebody has to have asked each of them."""
    return {code: Answer(code, Reply.NO) for code in protocol.protocol.screening_codes}


@dataclass(slots=True)
class Scripted:
    """Attends the simulator: answers "no" to the checklist, accepts `levels_ua` and finds nothing afterwards.

    `levels_ua`: by channel, in µA, on the device's grid rounded down; `read_back`: what it reads off its patient, where
    there is one. Refuses a real stimulator.
    """

    levels_ua: Mapping[int, int]
    name: str = "Scripted attendant"
    read_back: Mapping[Read, str] = field(default_factory=dict)

    def answers(self, questions: Mapping[str, str]) -> Mapping[str, Answer]:
        return {code: Answer(code, Reply.NO) for code in questions}

    def reads(self, what: Read) -> str:
        return self.read_back.get(what, "")

    def pads_mm2(self, view: View) -> Mapping[int, int]:
        return {one.channel: one.pad_mm2 for one in view.plan.channels}

    def enough(self, view: View, channel: int, level_ua: int) -> bool | None:
        step_ua = view.plan.capabilities.amplitude_step_ua
        return level_ua + step_ua > self.levels_ua.get(channel, 0)

    def felt(self, view: View, channel: int) -> bool:  # noqa: ARG002 - an attendant's shape; nobody feels anything here
        return True

    def present(self, view: View) -> bool:  # noqa: ARG002 - an attendant's shape
        return True

    def cramps(self, view: View) -> bool:  # noqa: ARG002 - an attendant's shape
        return False

    def findings(self, view: View) -> Iterable[Observed]:
        yield from (Observed(Finding.SKIN, 0, of=str(one.channel)) for one in view.plan.channels)
        yield from (Observed(Finding.NRS, 0), Observed(Finding.ADVERSE, 0))

    def signs(self, view: View) -> str | None:  # noqa: ARG002 - an attendant's shape
        return "simulated, no outcome was asked for"


def fits(attendant: Attendant, *, simulation: bool) -> None:
    """Refused where one that answers by itself would attend a person."""
    if isinstance(attendant, Scripted) and not simulation:
        raise Refused("nobody_attends", "A scripted attendant attends the simulator only: a person has to answer here.")
