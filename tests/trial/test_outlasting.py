"""How long a cramp goes on after its current: what the stop rule of a card asks, and the report answers."""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.short import CALF, short
from nmes.trial.bench.train import Train
from nmes.trial.course import Cramp
from nmes.trial.outlasting import outlasting_ms, too_long, train_end_us
from nmes.trial.trying import Trial, try_one

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def calf(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return try_one(short(tmp_path_factory.mktemp("calf"), CALF, "cramp_prone_calf", level_ua=45_000))


def pulses(*times_us: int, channels: bytes = b"") -> Train:
    return Train(array("q", times_us), channels or b"\x01" * len(times_us), array("I", [0] * len(times_us)), ())


def cramped(trial: Trial, began_ms: int, ended_ms: int | None) -> Trial:
    cramp = Cramp("gastrocnemius", trial.course.muscles[0].side, began_ms, ended_ms)
    return replace(trial, course=replace(trial.course, cramps=(cramp,)))


def test_a_train_ends_before_the_first_pause() -> None:
    train = pulses(0, 500_000, 1_000_000, 3_000_000)
    assert train_end_us(train, (1,), 0) == 1_000_000
    assert train_end_us(train, (1,), 3_000_000) == 3_000_000


def test_only_the_channels_of_the_muscle_count() -> None:
    assert train_end_us(pulses(0, 500_000, 900_000, channels=b"\x01\x01\x02"), (1,), 0) == 500_000


def test_it_counts_from_the_end_of_the_current_that_brought_it_on(calf: Trial) -> None:
    """The contraction takes 5 s of the plan: 0.5 s up, 4 s, 0.5 s down."""
    trial = cramped(calf, 2_500, 45_000)
    assert outlasting_ms(trial, trial.course.cramps[0]) == pytest.approx(40_000, abs=100)
    assert (
        outlasting_ms(cramped(calf, 2_500, 4_000), Cramp("gastrocnemius", calf.course.muscles[0].side, 2_500, 4_000))
        == 0
    )


def test_beyond_the_cards_30_s_it_breaks_the_stop_rule(calf: Trial) -> None:
    assert "30 s" in calf.setup.loaded.protocol.stop_rules[0]
    assert list(too_long(cramped(calf, 2_500, 34_000))) == []
    ((_, beyond_ms, rule_ms),) = too_long(cramped(calf, 2_500, 36_000))
    assert (rule_ms, beyond_ms) == (30_000, pytest.approx(31_000, abs=100))
    assert list(too_long(cramped(calf, 2_500, None))), "one that never ended too"


def test_without_such_a_rule_nothing_is_too_long(calf: Trial, tmp_path: Path) -> None:
    other = short(tmp_path)
    assert list(too_long(replace(cramped(calf, 2_500, 90_000), setup=replace(calf.setup, loaded=other.loaded)))) == []
