"""Whether the test that noticed a mutant is still there: without it nobody knows whether another one would."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mutation.mutants import ROOT

_NAMED = re.compile(r"(?:FAILED |ERROR )?(?P<file>[^\s:]+\.py)(?:::(?P<test>[^\s\[]+))?")
"""The test at the beginning of a verdict's detail; its parameters are not looked at. A file alone failed as a whole."""


def there(detail: str, root: Path = ROOT) -> bool:
    """Whether this detail begins with a test that is written down where it says; no name is no test."""
    named = _NAMED.match(detail)
    if named is None:
        return False
    return (named["test"] or "") in _written(root / named["file"])


def named_in(detail: str) -> str:
    """The test that this detail begins with, as pytest is asked for it; the file that failed as a whole; "" if none."""
    named = _NAMED.match(detail)
    return "::".join(part for part in named.group("file", "test") if part) if named else ""


@cache
def _written(file: Path) -> frozenset[str]:
    """The tests of a file as pytest names them, with "" for the file itself; nothing if there is none."""
    if not file.exists():
        return frozenset()
    return frozenset({"", *_tests(ast.parse(file.read_text("utf-8")))})


def _tests(tree: ast.AST, prefix: str = "") -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.ClassDef(name=name):
                yield from _tests(node, f"{prefix}{name}::")
