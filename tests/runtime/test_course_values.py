"""What may be chosen otherwise of a proposal, by one rule for the command line and the screens: never past the card."""

from __future__ import annotations

from functools import partial

import pytest

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Answered, CareEvent, Diary, Rule, Values
from nmes.core.course_fold import fold
from nmes.core.progression import proposals
from nmes.core.protocol import Protocol
from nmes.language import use
from nmes.runtime.course_entry import number
from nmes.runtime.course_values import choosable, chosen
from nmes.runtime.course_words import not_enterable
from nmes.runtime.library import Library
from tests.core.course_making import CODE, SIDE, day, did, gave, planned

SHARE: Values = (("from_permille", 550), ("to_permille", 650), ("weeks", 2), ("cramps_before", 9), ("cramps_now", 9))
MORE: Values = (
    ("rise_low_ua", 2_000),
    ("rise_high_ua", 5_000),
    ("channel_1_ua", 20_500),
    ("channel_1_low_ua", 22_500),
    ("channel_1_high_ua", 25_500),
)
LESS: Values = (("soreness", 6), ("contractions_permille", 500))


@pytest.fixture(scope="module")
def card() -> Protocol:
    return Library().load("cramp_calf_ctf_training").protocol


def test_only_what_a_proposal_leaves_open_can_be_chosen(card: Protocol) -> None:
    assert [[one.name for one in choosable(values)] for values in (SHARE, MORE, LESS)] == [
        ["to_permille"],
        ["channel_1_high_ua"],
        ["contractions_permille"],
    ]
    assert choosable((("days", 21), ("sessions", 1))) == ()
    wanted = {"to_permille": 600, "cramps_now": 1, "from_permille": 100}
    assert dict(chosen(SHARE, wanted, card)) == {**dict(SHARE), "to_permille": 600}, "what it rests on stays"


def test_a_range_keeps_its_order(card: Protocol) -> None:
    found = dict(chosen(MORE, {"channel_1_high_ua": 21_000}, card))
    assert (found["channel_1_low_ua"], found["channel_1_high_ua"]) == (21_000, 21_000)


@pytest.mark.parametrize(
    ("values", "wanted", "said"),
    [
        (SHARE, {"to_permille": 5_000}, "500 % cannot be chosen: the card allows up to 85 %"),
        (SHARE, {"to_permille": 851}, "85.1 % cannot be chosen: the card allows up to 85 %"),
        (SHARE, {"to_permille": 0}, "0 % cannot be chosen: the card allows up to 85 %"),
        (SHARE, {"to_permille": 650}, "nothing is chosen otherwise: change a value, or accept it as it is"),
        (SHARE, {}, "nothing is chosen otherwise: change a value, or accept it as it is"),
        (MORE, {"channel_1_high_ua": 200_000}, "200 mA cannot be chosen: the card allows up to 60 mA"),
        (LESS, {"contractions_permille": 1_010}, "101 % cannot be chosen: the card allows up to 100 %"),
    ],
)
def test_what_the_card_does_not_allow_or_nothing_else_is_refused(
    card: Protocol, values: Values, wanted: dict[str, int], said: str
) -> None:
    with pytest.raises(NotEnterable) as refused:
        chosen(values, wanted, card)
    assert not_enterable(refused.value) == said


def test_where_the_card_is_not_here_no_more_current_than_was_proposed_and_no_more_than_the_whole() -> None:
    assert dict(chosen(MORE, {"channel_1_high_ua": 25_000}, None))["channel_1_high_ua"] == 25_000
    for values, wanted, said in (
        (MORE, {"channel_1_high_ua": 25_501}, "25.501 mA cannot be chosen: the card allows up to 25.5 mA"),
        (SHARE, {"to_permille": 1_001}, "100.1 % cannot be chosen: the card allows up to 100 %"),
    ):
        with pytest.raises(NotEnterable) as refused:
            chosen(values, wanted, None)
        assert not_enterable(refused.value) == said


def real(card: Protocol, *extra: CareEvent) -> Values:
    """What is really proposed by a card for more, after one easy session of it at 20 mA."""
    of = "session-2026-11-12"
    easy = Answered(CODE, SIDE, of, 4, 3, 1, dark_urine=False, skin_mark=False)
    told = [planned(protocol=card.id), *extra, easy]
    entered = [did(one, number) for number, one in enumerate(told, 1)]
    course = fold(CODE, SIDE, entered, (gave("2026-11-12", of, protocol=card.id),), day("2026-11-16"))
    (more,) = (one for one in proposals(course, card) if one.rule in {Rule.ADVANCE, Rule.SHARE})
    return more.values


DIARIES = tuple(Diary(CODE, SIDE, week, 9) for week in ("2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09"))


@pytest.mark.parametrize(
    ("protocol", "extra", "name", "proposed", "limit"),
    [
        ("quads_athlete", (), "channel_1_high_ua", 25_000, 80_000),
        ("cramp_calf_ctf_training", DIARIES, "to_permille", 650, 850),
    ],
)
def test_what_is_really_proposed_can_be_changed_up_to_the_cards_limit_and_no_further(
    protocol: str, extra: tuple[CareEvent, ...], name: str, proposed: int, limit: int
) -> None:
    of = Library().load(protocol).protocol
    values = real(of, *extra)
    assert dict(values)[name] == proposed
    assert dict(chosen(values, {name: limit}, of))[name] == limit
    with pytest.raises(NotEnterable, match="chosen"):
        chosen(values, {name: limit + 1}, of)


@pytest.mark.parametrize(("language", "typed"), [("en", ["65", "25.5", "50"]), ("de", ["65", "25,5", "50"])])
def test_what_stands_in_a_field_is_what_can_be_typed_there(
    request: pytest.FixtureRequest, language: str, typed: list[str]
) -> None:
    request.addfinalizer(partial(use, "en"))
    use(language)
    fields = choosable((*SHARE, *MORE, *LESS))
    assert [one.typed for one in fields] == typed
    assert [number(one.typed, one.unit, one.times) for one in fields] == [one.value for one in fields]
