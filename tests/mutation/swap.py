"""Puts a mutant where the running program finds it: a function's code is exchanged, or a module is imported changed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, FunctionType, ModuleType

from mutation.mutants import Mutant, mutated, source_of


def exchange(mutant: Mutant) -> None:
    """In this process the function has the mutant's code from now on, whoever has imported it."""
    changed = compile(mutated(mutant), str(source_of(mutant.module)), "exec")
    function = owned(sys.modules[mutant.module])[mutant.owner]
    function.__code__ = next(
        code
        for code in _codes(changed)
        if (code.co_qualname, code.co_firstlineno) == (mutant.owner, function.__code__.co_firstlineno)
    )


def outermost(code: CodeType) -> str:
    """The owner of what runs: lambdas and comprehensions belong to the function around them."""
    return code.co_qualname.partition(".<locals>")[0]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def owned(module: ModuleType) -> dict[str, FunctionType]:
    """By its name, each function that can be exchanged."""
    return {outermost(function.__code__): function for function in _functions(module)}


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Functions and methods that were written in this module, and what a decorator has put around them."""
    waiting: list[object] = list(vars(module).values())
    while waiting:
        match waiting.pop():
            case FunctionType(__module__=module.__name__) as found:
                yield found
                waiting.append(getattr(found, "__wrapped__", None))
            case property(fget=getter):
                waiting.append(getter)
            case staticmethod(__func__=inner) | classmethod(__func__=inner):
                waiting.append(inner)
            case type(__module__=module.__name__) as made:
                waiting.extend(vars(made).values())


class ImportedFrom(MetaPathFinder):
    """Imports these modules from trees that are made when they are asked for; everything else as it is."""

    def __init__(self, trees: Mapping[str, Callable[[], ast.Module]]) -> None:
        self._trees = trees

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._trees:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, self._trees[fullname])
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, origin: str, tree: Callable[[], ast.Module]) -> None:
        super().__init__(name, origin)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        """Never from a cache, and never left in one."""
        return compile(self._tree(), self.path, "exec")
