"""Small changes to one place of a program's tree: each a mistake that somebody could make, and a test should notice.

Pure. `variants(node)` gives (operator, replacement) of one node; `mutants.py` knows where in its module.
Families after opendbc's runner (comparison, boundary literal, arithmetic, bitwise, negation), and what a program of
frozen values and `match` needs besides: a keyword of `replace` left out, a case or one of its alternatives left out, an
operand of a condition, a command of a tuple, a refusal or a statement left out. [design]

Not changed: annotations (nothing evaluates them), docstrings, sentences for people (f-strings, texts with a space),
`assert`, `assert_never` and `strict=True` (what the type checker or another test proves), the decorators of a class.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

Variant = tuple[str, ast.AST | None]
"""The operator's name and what stands there instead; None: nothing does."""

_ORDER: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_OPPOSITE = {"max": "min", "min": "max", "any": "all", "all": "any"}


def variants(node: ast.AST) -> Iterator[Variant]:
    """Every change of this one node; its children are asked for themselves."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=right):
            for at, op in enumerate(ops):
                for other in _ORDER[type(op)]:
                    yield "compare", ast.Compare(left, [*ops[:at], other(), *ops[at + 1 :]], right)
        case ast.BoolOp(op=op, values=values):
            yield "logic", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (("operand", _joined(op, values, at)) for at in range(len(values)))
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield "negation", operand
        case ast.BinOp(left=left, op=ast.BitOr(), right=right) if _is_type(left) and _is_type(right):
            yield "alternative", left
            yield "alternative", right
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield "arithmetic", ast.BinOp(left, _ARITHMETIC[type(op)](), right)
        case ast.Constant(value=value):
            yield from (("constant", ast.Constant(other)) for other in _constants(value))
        case ast.IfExp(test=test, body=body, orelse=orelse) if not isinstance(test, ast.Compare):
            yield "branch", body
            yield "branch", orelse
        case ast.comprehension(ifs=[_, *_] as ifs):
            for at in range(len(ifs)):
                kept = [*ifs[:at], *ifs[at + 1 :]]
                yield "filter", ast.comprehension(node.target, node.iter, kept, node.is_async)
        case ast.Tuple(elts=[_, *_] as parts) if all(isinstance(part, ast.Call | ast.Starred) for part in parts):
            for at in range(len(parts)):
                yield "element", ast.Tuple([*parts[:at], *parts[at + 1 :]], ast.Load())
        case ast.Call():
            yield from _calls(node)
        case ast.match_case():
            yield from _cases(node)
        case ast.stmt():
            yield from _statements(node)


def _is_type(node: ast.expr) -> bool:
    """A name of a class, or several: `A | B` in `isinstance`."""
    match node:
        case ast.Name(id=name):
            return name[:1].isupper() and not name.isupper()
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_type(left) and _is_type(right)
        case ast.Constant(value=None):
            return True
        case ast.Attribute(attr=name):
            return name[:1].isupper() and not name.isupper()
        case _:
            return False


def _joined(op: ast.boolop, values: list[ast.expr], without: int) -> ast.expr:
    kept = [*values[:without], *values[without + 1 :]]
    return kept[0] if len(kept) == 1 else ast.BoolOp(op, kept)


def _constants(value: object) -> tuple[bool | int | str | bytes, ...]:
    match value:
        case bool():
            return (not value,)
        case int():
            return (value + 1, value - 1)
        case str() if " " not in value:
            return (f"other {value}",)
        case bytes():
            return (value + b"\x00",)
        case _:
            return ()


def _calls(node: ast.Call) -> Iterator[Variant]:
    """`max` for `min`; a keyword of `replace` left out: that part of the value stays as it was."""
    match node.func:
        case ast.Name(id=name) if name in _OPPOSITE:
            yield "call", ast.Call(ast.Name(_OPPOSITE[name], ast.Load()), node.args, node.keywords)
        case ast.Name(id="replace"):
            for at in range(len(node.keywords)):
                kept = [*node.keywords[:at], *node.keywords[at + 1 :]]
                yield "keyword", ast.Call(node.func, node.args, kept)


def _cases(node: ast.match_case) -> Iterator[Variant]:
    """A case never taken, its guard forgotten, one of its alternatives forgotten."""
    if not _is_the_rest(node):
        yield "case", ast.match_case(node.pattern, ast.Constant(False), node.body)
    if node.guard is not None:
        yield "case", ast.match_case(node.pattern, None, node.body)
    if isinstance(node.pattern, ast.MatchOr):
        patterns = node.pattern.patterns
        for at in range(len(patterns)):
            kept = [*patterns[:at], *patterns[at + 1 :]]
            pattern = kept[0] if len(kept) == 1 else ast.MatchOr(kept)
            yield "alternative", ast.match_case(pattern, node.guard, node.body)


def _is_the_rest(node: ast.match_case) -> bool:
    """`case _: return None`: without it the function ends there with the same answer."""
    match node:
        case ast.match_case(ast.MatchAs(None, None), None, [ast.Return(value=ast.Constant(value=None))]):
            return True
        case _:
            return False


def _statements(node: ast.stmt) -> Iterator[Variant]:
    match node:
        case ast.If(test=test, body=body, orelse=orelse) if not isinstance(test, ast.Compare):
            yield "branch", ast.If(ast.Constant(True), body, orelse)
            yield "branch", ast.If(ast.Constant(False), body, orelse)
        case ast.While(body=body, orelse=orelse):
            yield "branch", ast.While(ast.Constant(False), body, orelse)
        case ast.Expr(value=value) if not isinstance(value, ast.Constant):
            yield "statement", None
        case ast.AugAssign(target=target, op=op, value=value):
            yield "statement", None
            if type(op) in _ARITHMETIC:
                yield "arithmetic", ast.AugAssign(target, _ARITHMETIC[type(op)](), value)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]) | ast.Delete() | ast.Raise():
            yield "statement", None
        case ast.Return(value=ast.Tuple(elts=[*first, ast.Call()])):
            yield "refusal", ast.Return(ast.Tuple([*first, ast.Constant(None)], ast.Load()))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "nothing", ast.Return(ast.Constant(None))
        case ast.Continue():
            yield "loop", ast.Break()
        case ast.Break():
            yield "loop", ast.Continue()
