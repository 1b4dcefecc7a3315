"""Makes the screen of a stage from what the app has in hand: the one place that knows all of them.

Law: a screen of a session is made for the protocol of that session only; without one, only the screens before it are.
"""

# ruff: noqa: PLC0415 - a screen is loaded when it is built: the first must not wait for the others

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from nmes.core.measurement import NOBODY, Who
from nmes.core.protocol import Protocol
from nmes.runtime.library import Loaded
from nmes.runtime.settings import Settings
from nmes.runtime.today import NOTHING_KNOWN, Today
from nmes.ui.answers import Answers
from nmes.ui.flow import Stage
from nmes.ui.screens.base import StepScreen
from nmes.ui.services import Compile


@dataclass(slots=True)
class InHand:
    """What one session is about, from the patient's step on. `answers` outlive a way back to the checklist."""

    who: Who = NOBODY
    without: str = ""
    """Why there is no patient code; it goes into the record once there is one."""
    first: Loaded | None = None
    """The protocol to highlight."""
    loaded: Loaded | None = None
    """The protocol of the open session."""
    answers: Answers | None = None
    told: str = ""
    """What the next screen before a session says first."""
    today: Today = NOTHING_KNOWN


def build(
    stage: Stage, hand: InHand, settings: Settings, protocols: Sequence[Loaded], compile_plan: Compile
) -> StepScreen:
    """The screen; whatever is asked for without a session becomes the list of protocols."""
    match stage:
        case Stage.HOME:
            from nmes.ui.screens.home import HomeScreen

            return HomeScreen(hand.today, protocols, hand.told)
        case Stage.PATIENT:
            from nmes.ui.screens.patient import PatientScreen

            return PatientScreen(hand.today, hand.who, hand.without)
        case Stage.CHOOSE:
            from nmes.ui.screens.choose import ChooseScreen

            return ChooseScreen(protocols, compile_plan, hand.who, hand.first, hand.told)
        case _ if hand.loaded is None:
            from nmes.ui.screens.choose import ChooseScreen

            return ChooseScreen(protocols, compile_plan, hand.who, hand.first, hand.told)
        case _:
            return _of_session(stage, hand, hand.loaded, settings)


def _of_session(stage: Stage, hand: InHand, loaded: Loaded, settings: Settings) -> StepScreen:
    protocol = loaded.protocol
    match stage:
        case Stage.SCREENING:
            from nmes.ui.screens.screening import ScreeningScreen

            screen = ScreeningScreen(protocol, settings.therapists, hand.answers)
            hand.answers = screen.answers
            return screen
        case Stage.PLACE:
            from nmes.ui.screens.place import PlaceScreen

            return PlaceScreen(protocol, settings.pads_mm2)
        case Stage.TITRATE:
            from nmes.ui.screens.titrate import TitrateScreen

            return TitrateScreen(protocol)
        case Stage.RUN:
            from nmes.ui.screens.run import RunScreen

            return RunScreen(protocol)
        case Stage.AFTER | Stage.SIGN | Stage.SUMMARY:
            return _afterwards(stage, protocol, settings)
        case Stage.HOME | Stage.PATIENT | Stage.CHOOSE:
            raise AssertionError(stage)
        case _:
            assert_never(stage)


def _afterwards(
    stage: Literal[Stage.AFTER, Stage.SIGN, Stage.SUMMARY], protocol: Protocol, settings: Settings
) -> StepScreen:
    match stage:
        case Stage.AFTER:
            from nmes.ui.screens.after import AfterScreen

            return AfterScreen(protocol)
        case Stage.SIGN:
            from nmes.ui.screens.sign import SignScreen

            return SignScreen(protocol, settings.therapists)
        case Stage.SUMMARY:
            from nmes.ui.screens.summary import SummaryScreen

            return SummaryScreen(protocol.title)
        case _:
            assert_never(stage)
