"""Many rows of one kind in one test: what pytest does around a test costs more than most rows.

`@bundled` stands where `@pytest.mark.parametrize` would: the same names, rows and ids. All rows are run, whatever
fails among them, and one failure names each row that failed, with what it said and where. For rows that are quick and
leave nothing behind: they share the test's fixtures, so those that a row could leave something in are refused.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final

import pytest

Test = Callable[..., None]
Ids = Sequence[object] | Callable[[Any], object] | None

OF_ONE_ROW: Final = frozenset({"tmp_path", "tmpdir", "monkeypatch", "mocker", "caplog", "capsys", "capfd", "recwarn"})
"""What one row leaves there, the next one would find."""
NOT_WELL: Final = (Exception, pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception)
"""A row that skips itself would hide that the others ran."""


def bundled(names: str | Sequence[str], rows: Iterable[Any], ids: Ids = None) -> Callable[[Test], Test]:
    """The decorated test, once, with every row; ValueError where that would prove less than a test for each row."""
    each = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    table = [(_values(row, len(each)), row) for row in rows]
    if not table:
        raise ValueError(f"{', '.join(each)}: no rows, so nothing would be tested")
    if isinstance(ids, Sequence) and len(ids) != len(table):
        raise ValueError(f"{len(ids)} ids for {len(table)} rows")

    def decorate(test: Test) -> Test:
        signature = inspect.signature(test)
        rest = [parameter for name, parameter in signature.parameters.items() if name not in each]
        if shared := OF_ONE_ROW.intersection(parameter.name for parameter in rest):
            raise ValueError(f"{test.__qualname__}: its rows would share {', '.join(sorted(shared))}")
        if missing := set(each) - set(signature.parameters):
            raise ValueError(f"{test.__qualname__} does not use {', '.join(sorted(missing))}")
        if inspect.iscoroutinefunction(test):
            raise ValueError(f"{test.__qualname__}: its rows would share one event loop")

        @wraps(test)
        def every_row(*given: Any, **others: Any) -> None:
            failed: list[tuple[str, BaseException]] = []
            for at, (values, row) in enumerate(table):
                try:
                    test(*given, **others, **dict(zip(each, values, strict=True)))
                except NOT_WELL as error:
                    failed.append((_name(ids, at, values, row), error))
            if failed:
                said = "\n".join(_told(name, error) for name, error in failed)
                raise AssertionError(f"{len(failed)} of {len(table)} rows:\n{said}") from failed[0][1]

        every_row.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]  # for pytest
        return every_row

    return decorate


def _values(row: Any, names: int) -> tuple[Any, ...]:
    """As parametrize takes them: the value itself where there is one name, else as many values as names."""
    if type(row) is type(pytest.param()):
        if row.marks:
            raise ValueError(f"{row.id}: a row has no marks of its own")
        values = tuple(row.values)
    else:
        values = (row,) if names == 1 else tuple(row)
    if len(values) != names:
        raise ValueError(f"{values!r}: {names} values are expected")
    return values


def _name(ids: Ids, at: int, values: tuple[Any, ...], row: Any) -> str:
    """What a row is called in a failure: its id, or the row itself, and never nothing."""
    if (own := getattr(row, "id", None)) is not None and type(row) is type(pytest.param()):
        return str(own)
    if isinstance(ids, Sequence) and ids[at] is not None:
        return str(ids[at])
    said = [ids(value) if callable(ids) else None for value in values]
    return f"{at}: " + ", ".join(
        _short(value) if name is None else str(name) for name, value in zip(said, values, strict=True)
    )


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 120 else f"{shown[:117]}..."


def _told(name: str, error: BaseException) -> str:
    """The row, what went wrong, and the line of the test at which it did."""
    what = "\n    ".join(str(error).splitlines()) or "no words"
    return f"[{name}] {type(error).__name__}: {what}{''.join(_lines(error))}"


def _lines(error: BaseException) -> Iterator[str]:
    """Where in the tests it went wrong, from the outside inwards, without this module."""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if "tests" in path.parts and path != Path(__file__):
            yield f"\n    at {path.name}:{frame.lineno}: {frame.line}"
