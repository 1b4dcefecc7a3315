"""The outcomes of a course over time: one curve for each muscle, and what was not measured is told as that."""

from __future__ import annotations

from dataclasses import replace

from nmes.core.care_events import Assessed, Diary, Outcome
from nmes.core.course_curves import curves
from nmes.core.course_of_care import Curve, Given, Value, Week
from tests.core.course_making import CODE, SIDE, day, did, gave


def ctf(on: str, value: int | None, muscle: str, *, typed: bool = False) -> Given:
    return gave(on, f"s-{on}", measured=(Value(Outcome.CTF, value, muscle, typed),))


def found(*given: Given) -> list[tuple[str, list[tuple[int, bool]], list[str]]]:
    told = did(Assessed(CODE, SIDE, Outcome.TUG, 9_400, "2026-11-01"))
    made: tuple[Curve, ...] = curves((told,), (), given)
    return [
        (one.muscle, [(point.value, point.typed) for point in one.points], [str(day) for day in one.not_reached])
        for one in made
        if one.outcome is Outcome.CTF
    ]


def test_the_threshold_of_each_muscle_is_a_curve_of_its_own_whatever_its_capitals() -> None:
    assert found(
        ctf("2026-11-03", 18_000, "gastrocnemius"),
        ctf("2026-11-04", 22_000, "flexor hallucis brevis"),
        ctf("2026-11-10", 20_000, "Gastrocnemius "),
    ) == [
        ("Gastrocnemius ", [(18_000, False), (20_000, False)], []),
        ("flexor hallucis brevis", [(22_000, False)], []),
    ]


def test_a_test_without_a_result_is_no_value_and_a_typed_one_says_so() -> None:
    assert found(ctf("2026-11-10", None, "calf"), ctf("2026-11-03", 18_000, "calf", typed=True)) == [
        ("calf", [(18_000, True)], ["2026-11-10"])
    ]
    assert found(ctf("2026-11-10", None, "calf")) == [("calf", [], ["2026-11-10"])]


def test_the_curves_stand_in_the_order_of_the_outcomes() -> None:
    given = gave("2026-11-03", measured=(Value(Outcome.NRS, 3), Value(Outcome.MVIC, 90_000, "calf")))
    told = did(Assessed(CODE, SIDE, Outcome.CTF, 18_000, "2026-11-01"), 4)
    made = curves((told,), (), (given,))
    assert [(one.outcome, one.muscle) for one in made] == [
        (Outcome.CTF, ""),
        (Outcome.MVIC, "calf"),
        (Outcome.NRS, ""),
    ]
    (point,) = made[0].points
    assert (point.day, point.session, point.seq) == (day("2026-11-01"), told.session, told.seq)


def test_a_week_that_was_not_over_and_a_value_that_was_corrected_are_told_as_that() -> None:
    on = {"2026-11-16": True, "2026-11-22": True, "2026-11-23": False}
    for entered, unfinished in on.items():
        one = did(Diary(CODE, SIDE, "2026-11-16", 4, 7), on=entered)
        week = Week(day("2026-11-16"), 4, 7, "", one)
        made = curves((), (week,), ())
        assert [[point.unfinished for point in each.points] for each in made] == [[unfinished], [unfinished]]
        assert [[point.value for point in each.points] for each in made] == [[4], [7]]
    no_day = Week(day("2026-11-16"), 4, None, "", replace(did(Diary(CODE, SIDE, "2026-11-16", 4)), day=None))
    assert not no_day.unfinished
    given = gave("2026-11-03", measured=(Value(Outcome.NRS, 3, corrected=True), Value(Outcome.CTF, None)))
    nothing, pain = curves((), (), (given,))
    assert (nothing.points, [point.corrected for point in pain.points]) == ((), [True])
