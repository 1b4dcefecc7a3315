"""What the rules of `progress` must agree on, between them and with the rest of the card. Each problem is told."""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.problems import Problem
from nmes.core.yaml_tree import Path, Tree, Value

Found = Iterator[Problem]

_RULES = ("advance", "share", "retest", "deload", "booster")
_ROOT: Path = ("progress",)


def progress_rules(tree: Tree) -> Found:
    """All of them; nothing where the card has none."""
    given = tree.get(_ROOT)
    if not isinstance(given, dict):
        return
    if not any(given.get(rule) for rule in _RULES):
        yield tree.problem(_ROOT, "there is no rule in it", f"add one of {', '.join(_RULES)}, or remove the key")
    yield from _ordered(tree, ("advance", "rise_ma_low"), ("advance", "rise_ma_high"))
    yield from _ordered(tree, ("booster", "weeks_low"), ("booster", "weeks_high"))
    yield from _share(tree, given)
    yield from _retest(tree, given)


def _ordered(tree: Tree, low: Path, high: Path) -> Found:
    low, high = (*_ROOT, *low), (*_ROOT, *high)
    numbers = {*tree.numbers(low), *tree.numbers(high)}
    if numbers == {low, high} and tree.get(low) > tree.get(high):  # type: ignore[operator]  # both are numbers
        yield tree.problem(high, f"this is below {low[-1]}", "exchange the two, or correct one")


def _share(tree: Tree, given: dict[str, Value]) -> Found:
    """A share of what is tolerated grows only where the card has one, and a ceiling for it."""
    if "share" not in given:
        return
    if tree.word(("intensity", "target")) != "pct_max_tolerated" or tree.get(("intensity", "ceiling_percent")) is None:
        reason = "this card has no share of the most that is tolerated, or no ceiling for it"
        yield tree.problem((*_ROOT, "share"), reason, "give intensity.ceiling_percent, or remove this rule")


def _retest(tree: Tree, given: dict[str, Value]) -> Found:
    many = given.get("retest")
    for index in range(len(many) if isinstance(many, list) else 0):
        path = (*_ROOT, "retest", index)
        if tree.get((*path, "weeks")) is None and tree.get((*path, "sessions")) is None:
            yield tree.problem(path, "it is not said after how long", "give weeks, or sessions, or both")
