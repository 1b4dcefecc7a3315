"""All changes of a module, each with a name that survives edits elsewhere in the file.

A mutant belongs to an owner: the outermost function around it, or `<module>` for what runs when the module is imported
(constants, class bodies, defaults, decorators). Its name holds owner, operator, what stood there and what stands there
now, and a number where a function holds the same twice: no line numbers, so that the list of survivors does not rot.
"""

from __future__ import annotations

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation.operators import variants

ROOT = Path(__file__).resolve().parents[2]
MODULE = "<module>"
"""The owner of what runs at import."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`at`: which node of the walk, and which of its variants. `line`: for the reader alone."""

    module: str
    owner: str
    operator: str
    before: str
    after: str
    at: tuple[int, int]
    line: int
    twin: int = 1

    @property
    def name(self) -> str:
        again = f" #{self.twin}" if self.twin > 1 else ""
        return f"{self.module}:{self.owner}:{self.operator}: {self.before} -> {self.after}{again}"


def source_of(module: str) -> Path:
    base = ROOT.joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def mutants_of(module: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its source."""
    tree = ast.parse(source_of(module).read_text("utf-8"))
    may_be_none = {name for name, function in functions(tree) if _gives_none(function)}
    found: list[Mutant] = []
    twins: Counter[tuple[str, ...]] = Counter()
    for index, (node, owner) in enumerate(_walk(tree)):
        for which, (operator, other) in enumerate(variants(node)):
            if (operator == "nothing" and owner not in may_be_none) or (operator == "alternative" and owner == MODULE):
                continue  # the first tool to run it would see it; a name of a type is for the type checker
            before, after = _text(node), "nothing" if other is None else _text(other)
            twins[owner, operator, before, after] += 1
            line = next(one.lineno for one in ast.walk(node) if hasattr(one, "lineno"))
            twin = twins[owner, operator, before, after]
            found.append(Mutant(module, owner, operator, before, after, (index, which), line, twin))
    return found


def mutated(mutant: Mutant) -> ast.Module:
    """The module's tree with this one change."""
    tree = ast.parse(source_of(mutant.module).read_text("utf-8"))
    node, _ = next(found for index, found in enumerate(_walk(tree)) if index == mutant.at[0])
    other = list(variants(node))[mutant.at[1]][1] or ast.Pass()
    if isinstance(node, ast.expr | ast.stmt):
        ast.copy_location(other, node)
    changed = _Swap(node, copy.deepcopy(other)).visit(tree)
    assert isinstance(changed, ast.Module)
    return ast.fix_missing_locations(changed)


def digests(module: str) -> dict[str, str]:
    """Of each owner what its source says, comments aside: a verdict holds as long as this is the same."""
    tree = ast.parse(source_of(module).read_text("utf-8"))
    said: dict[str, str] = {}
    for name, function in functions(tree):
        said[name] = hashlib.sha256(ast.dump(function).encode()).hexdigest()[:16]
        function.body = [ast.Pass()]
    said[MODULE] = hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16]
    return said


def lines(module: str) -> dict[str, range]:
    """The lines of each function, decorators included."""
    tree = ast.parse(source_of(module).read_text("utf-8"))
    spans = {}
    for name, function in functions(tree):
        first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
        spans[name] = range(first, (function.end_lineno or first) + 1)
    return spans


def _gives_none(function: ast.FunctionDef) -> bool:
    """Whether None is one of its answers, by its own word."""
    return function.returns is not None and "None" in ast.unparse(function.returns).split(" | ")


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._old:
            return self._new
        return self.generic_visit(node)


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef(name=name):
                yield prefix + name, node
            case ast.ClassDef(name=name):
                yield from functions(node, f"{prefix}{name}.")


def _walk(tree: ast.AST, owner: str = MODULE, prefix: str = "") -> Iterator[tuple[ast.AST, str]]:
    """The nodes that may be changed, each with its owner."""
    body = getattr(tree, "body", ())
    first = body[0] if isinstance(body, list) and body else None
    for child in ast.iter_child_nodes(tree):
        match child:
            case ast.FunctionDef(name=name, args=args, body=statements):
                yield from _walk(args, owner, prefix)  # defaults are evaluated where the function is made
                inner = prefix + name if owner == MODULE else owner
                yield from _walk(ast.Module(statements, []), inner, prefix)
            case ast.ClassDef(name=name, body=statements):
                yield from _walk(ast.Module(statements, []), owner, f"{prefix}{name}.")
            case ast.Expr(value=ast.Constant(value=str())) | ast.Import() | ast.ImportFrom() | ast.Assert():
                pass  # docstrings, and what defines nothing that can be tested
            case ast.AnnAssign(value=value):
                if value is not None:
                    yield from _nodes(value, owner, prefix)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pass
            case ast.arg() | ast.JoinedStr() | ast.keyword(arg="strict"):
                pass  # annotations; sentences for people; what is never unequal
            case _ if _proves_nothing_is_left(child) or (child is first and _is_overload(child)):
                pass
            case _:
                yield from _nodes(child, owner, prefix)


def _nodes(node: ast.AST, owner: str, prefix: str) -> Iterator[tuple[ast.AST, str]]:
    if not isinstance(node, ast.JoinedStr):
        yield node, owner
        yield from _walk(node, owner, prefix)


def _proves_nothing_is_left(node: ast.AST) -> bool:
    """`case _: assert_never(...)`, which the type checker proves is never reached."""
    match node:
        case ast.match_case(body=[ast.Expr(value=ast.Call(func=ast.Name(id="assert_never")))]):
            return True
        case _:
            return False


def _is_overload(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _text(node: ast.AST) -> str:
    match node:
        case ast.match_case(pattern=pattern, guard=guard):
            return f"case {ast.unparse(pattern)}" + (f" if {ast.unparse(guard)}" if guard else "")
        case ast.If(test=test) | ast.While(test=test):
            return f"{type(node).__name__.lower()} {ast.unparse(test)}"
        case ast.comprehension():
            return ast.unparse(ast.GeneratorExp(ast.Name("_"), [node]))[3:-1]
        case _:
            return " ".join(ast.unparse(node).split())
