"""Which tests run which function, and for how long: a mutant is judged by the tests that run it, quickest first.

The modules are imported with one statement more in each function, which notes that it ran: a tracer would hear of every
call of every library too, and take three times as long.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from mutation.mutants import functions, source_of

Owner = tuple[str, str]
"""Module and function."""
HEARD: set[Owner] = set()
"""What has run since it was cleared."""
_NAME = "__nmes_heard__"
setattr(builtins, _NAME, HEARD)


@dataclass(slots=True)
class Reach:
    """`imported`: functions that ran before any test did; what they have made cannot be exchanged any more."""

    imported: set[Owner] = field(default_factory=set)
    by_test: dict[str, set[Owner]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tests_of(self, owner: Owner) -> list[str]:
        found = [test for test, owners in self.by_test.items() if owner in owners]
        return sorted(found, key=lambda test: self.seconds.get(test, 0))


def noting(module: str) -> ast.Module:
    """The module's tree, each of its functions noting that it runs."""
    tree = ast.parse(source_of(module).read_text("utf-8"))
    for name, function in functions(tree):
        note = ast.parse(f"{_NAME}.add({(module, name)!r})").body[0]
        for node in ast.walk(note):
            if isinstance(node, ast.expr | ast.stmt):
                ast.copy_location(node, function.body[0])
        function.body.insert(1 if ast.get_docstring(function) is not None else 0, note)
    return tree
