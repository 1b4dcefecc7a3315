"""Which decisions are catches, and that only these are."""

from __future__ import annotations

from dataclasses import replace

from helpers.rows import bundled
from nmes.record.catches import SCRIPT, Catch, caught_by, gather
from nmes.record.happening import At, Happening


def happening(code: str, **values: int | str) -> Happening:
    return Happening(At(1, 0, "", "Dr A"), code, tuple(values.items()), "Increase")


@bundled(
    ("one", "catch"),
    [
        (happening("refused:read_back_differs", what="code"), Catch.WRONG_PATIENT),
        (happening("refused:read_back_differs", what="side"), Catch.WRONG_SIDE),
        (happening("fault", fault="electrode"), Catch.ELECTRODE),
        (happening("fault", fault="low_current"), Catch.DEVICE),
        (happening("mark", kind="plus_held"), Catch.PLUS_HELD),
        (happening("refused:too_fast", channel=1), Catch.TOO_FAST),
        (happening("refused:not_confirmed_yet", channel=1), Catch.TOO_FAST),
        (happening("mark", kind="pain"), None),
        (happening("pause", why="operator_absent"), Catch.NOBODY_THERE),
        (happening("titration_left", why="screen_silent"), Catch.SCREEN_SILENT),
        (happening("pause", why="operator"), None),
        (happening("felt_elsewhere", channel=1), Catch.FELT_ELSEWHERE),
        (happening("refused:mark", channel=1), Catch.OVER_MARK),
        (happening("refused:not_live", channel=1), None),
        (happening("level", channel=1), None),
    ],
)
def test_what_a_decision_caught(one: Happening, catch: Catch | None) -> None:
    assert caught_by(one) is catch


def test_they_are_gathered_in_the_order_of_their_kinds() -> None:
    told = ("refused:ceiling", "level", "felt_elsewhere", "refused:ceiling")
    found = gather([happening(code) for code in told])
    assert [(one.catch, len(one.times)) for one in found] == [(Catch.FELT_ELSEWHERE, 1), (Catch.OVER_CEILING, 2)]


def test_a_script_that_tries_the_key_until_a_step_is_due_makes_no_mistake() -> None:
    one = happening("refused:too_fast", channel=1)
    assert caught_by(replace(one, at=replace(one.at, actor=SCRIPT))) is None
    stopped = happening("fault", fault="electrode")
    assert caught_by(replace(stopped, at=replace(stopped.at, actor=SCRIPT))) is Catch.ELECTRODE
