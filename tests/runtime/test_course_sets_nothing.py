"""Whatever was planned, told or agreed of a patient, a session begins at 0 and may give what its card allows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.mistakes import CALF, WHO, Sitting
from nmes.core import events as e
from nmes.core.care_events import CareEvent, Choice, Decided, Diary, Planned, Rule
from nmes.core.view import Word
from nmes.record.files import Kind
from nmes.runtime.course import enter

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WHOSE = (WHO.code, WHO.side)
MORE = (("rise_low_ua", 2_000), ("channel_1_ua", 20_000), ("channel_1_high_ua", 25_000))
SHARE = (("from_permille", 550), ("to_permille", 650))


def otherwise(values: tuple[tuple[str, int], ...], name: str, value: int) -> tuple[tuple[str, int], ...]:
    return tuple((one, value if one == name else old) for one, old in values)


PLAN = Planned(*WHOSE, CALF, 21, 52, "2026-11-16", "as often as can be")
AGREED: dict[str, tuple[CareEvent, ...]] = {
    "plan and diary": (PLAN, Diary(*WHOSE, "2026-11-09", 500, 10)),
    "more, to the card's limit": (
        PLAN,
        Decided(*WHOSE, Rule.ADVANCE, "", MORE, Choice.ACCEPTED, chosen=MORE),
        Decided(
            *(*WHOSE, Rule.ADVANCE, "", MORE, Choice.CHANGED),
            chosen=otherwise(MORE, "channel_1_high_ua", 60_000),
            reason="she wants it",
        ),
    ),
    "a greater share": (
        PLAN,
        Decided(*WHOSE, Rule.SHARE, "", SHARE, Choice.ACCEPTED, chosen=SHARE),
        Decided(
            *(*WHOSE, Rule.SHARE, "", SHARE, Choice.CHANGED),
            chosen=otherwise(SHARE, "to_permille", 850),
            reason="she wants it",
        ),
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("agreed", AGREED.values(), ids=AGREED)
def test_a_session_begins_at_0_with_the_ceilings_of_its_card_whatever_is_agreed(
    agreed: tuple[CareEvent, ...], tmp_path: Path
) -> None:
    enter(tmp_path / "told", Kind.SIMULATION, agreed, "Anna", NOW)
    nothing, told = (Sitting(tmp_path / name) for name in ("nothing", "told"))
    for sitting in (nothing, told):
        sitting.screened()
        sitting.placed()
        sitting.do(e.Titrate(1, 0, sitting.view.epoch))
        sitting.until(Word.TITRATING)
        assert [one.level_ua for one in sitting.view.channels] == [0]
    assert told.view.plan == nothing.view.plan
    assert [made.ceiling_ua for made in told.view.plan.delivered] == [60_000]
    assert told.bench.controller.session.attended == nothing.bench.controller.session.attended
