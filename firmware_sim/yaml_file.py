"""Law: a YAML file becomes a checked model, or one FileProblem that says where, what is wrong and what would do.

Separate from the controller's reader of protocols on purpose: the simulator shares no code with it. What can mislead
a reader is refused: anchors, aliases, tags, keys given twice, more than one document, numbers like 010 or .nan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 1_000_000
"""Largest file that is read. [design]"""
PLAIN_TAGS = "tag:yaml.org,2002:"

Model = TypeVar("Model", bound=BaseModel)
Key = str | int
Where = tuple[Key, ...]
Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
Group = dict[str, Value]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")
_NUMBER_LIKE = re.compile(r"[-+]?\.?[0-9][0-9_.:xXoO]*|[-+]?\.(inf|nan)", re.IGNORECASE)
_WORDS: dict[str, Value] = {"true": True, "false": False, "": None, "null": None, "~": None}


class FileProblem(ValueError):
    """What is wrong with a file. `line` and `column` count from 1; 0 when the file could not be read at all."""

    def __init__(self, file: str, line: int, column: int, reason: str, accepted: str = "") -> None:
        self.file, self.line, self.column = file, line, column
        self.reason, self.accepted = reason, accepted
        place = f"{file}:{line}:{column}" if line else file
        super().__init__(f"{place}: {reason}" + (f"; {accepted}" if accepted else ""))

    def __reduce__(self) -> tuple[type[FileProblem], tuple[str, int, int, str, str]]:
        return FileProblem, (self.file, self.line, self.column, self.reason, self.accepted)


def load_model(path: Path | Traversable, model: type[Model], under: Group | None = None) -> Model:
    """The model in the file at `path`, or FileProblem. `under`: see `parse_model`."""
    return parse_model(_read(path), str(path), model, under)


def load_group(path: Path | Traversable) -> Group:
    """The plain values of a file, unchecked by any model, or FileProblem."""
    return _top(_read(path), str(path), {})


def parse_model(
    text: bytes,
    name: str,
    model: type[Model],
    under: Group | None = None,
    context: Callable[[Group], object] = lambda _: None,
) -> Model:
    """The model in `text`; `name` is what a FileProblem calls the file. Strictness is the model's own choice.

    `under` are values that hold where the text gives none (see `laid_over`). `context` makes of the plain values what
    the model's validators are told about the whole file.
    """
    places: dict[Where, Node] = {}
    group = laid_over(under or {}, _top(text, name, places))
    try:
        # as JSON: there a list is fit for a tuple, even if strict
        return model.model_validate_json(json.dumps(group), context=context(group))
    except ValidationError as error:
        raise _first(name, model, places, error) from error


def laid_over(under: Group, over: Group) -> Group:
    """`over` with what it leaves out taken from `under`, group by group; one with a `value` is taken as a whole."""
    both = dict(under)
    for key, value in over.items():
        below = under.get(key)
        if isinstance(value, dict) and isinstance(below, dict) and "value" not in value:
            both[key] = laid_over(below, value)
        else:
            both[key] = value
    return both


def _read(path: Path | Traversable) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileProblem(str(path), 0, 0, f"cannot be read: {error.strerror or error}") from error


def _top(text: bytes, name: str, places: dict[Where, Node]) -> Group:
    value = _value(_compose(text, name), (), places, name)
    if not isinstance(value, dict):
        raise FileProblem(name, 1, 1, "the file must be a group of keys", "write key: value")
    return value


def lines_of(text: bytes, name: str) -> dict[Where, int]:
    """The line on which each value of a file stands, by its path of keys; or FileProblem."""
    places: dict[Where, Node] = {}
    _value(_compose(text, name), (), places, name)
    return {where: node.start_mark.line + 1 for where, node in places.items()}


def _compose(text: bytes, name: str) -> Node:
    if len(text) > MAX_BYTES:
        raise FileProblem(name, 1, 1, f"the file has {len(text)} bytes", f"give at most {MAX_BYTES}")
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise FileProblem(name, line, 1, "the file is not UTF-8 text", "save it as UTF-8") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = f"this is not YAML: {error.problem}"
        raise FileProblem(name, line, column, reason, "check indentation, colons and quotes") from error
    except (YAMLError, RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise FileProblem(name, 1, 1, "this is not YAML", "check indentation, colons and quotes") from error
    if node is None:
        raise FileProblem(name, 1, 1, "the file is empty", "write key: value")
    return node


def _at(name: str, node: Node, reason: str, accepted: str) -> FileProblem:
    return FileProblem(name, node.start_mark.line + 1, node.start_mark.column + 1, reason, accepted)


def _value(node: Node, where: Where, places: dict[Where, Node], name: str) -> Value:
    """The plain value of a node; `places` learns where each value stands, and under (*where, "") each key."""
    if node.anchor:
        raise _at(name, node, "YAML anchors and aliases are not allowed", "write the value out where it is needed")
    if not str(node.tag).startswith(PLAIN_TAGS):
        raise _at(name, node, f"the YAML tag {node.tag} is not allowed", "write the plain value")
    places[where] = node
    match node:
        case ScalarNode():
            return _scalar(node, name)
        case SequenceNode():
            return [_value(part, (*where, index), places, name) for index, part in enumerate(node.value)]
        case MappingNode():
            return _group(node, where, places, name)
        case _:
            raise _at(name, node, "this is not understood", "write a value, a list or key: value")


def _group(node: MappingNode, where: Where, places: dict[Where, Node], name: str) -> Group:
    group: Group = {}
    for key, part in node.value:
        if not isinstance(key, ScalarNode) or key.tag == f"{PLAIN_TAGS}merge":
            raise _at(name, key, "a key must be one plain word", "write key: value")
        if key.value in group:
            raise _at(name, key, f'the key "{key.value}" is given twice', "keep one of them")
        group[key.value] = _value(part, (*where, key.value), places, name)
        places[(*where, key.value, "")] = key
    return group


def _scalar(node: ScalarNode, name: str) -> Value:
    text: str = node.value
    if node.style:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _NUMBER_LIKE.fullmatch(text):
        raise _at(name, node, f"{text} is not a plain number", "write it as 10, 0.5 or 1e-3, or as a text in quotes")
    return _WORDS.get(text, text)


# --- the model's errors in words ---


def _first(name: str, model: type[BaseModel], places: dict[Where, Node], error: ValidationError) -> FileProblem:
    """The first of the model's errors in the order of the file."""
    return min((_worded(name, model, places, one) for one in error.errors(include_url=False)), key=_place)


def _place(problem: FileProblem) -> tuple[int, int]:
    return problem.line, problem.column


def _worded(name: str, model: type[BaseModel], places: dict[Where, Node], detail: ErrorDetails) -> FileProblem:
    where: Where = ()  # the model's own marks between the members of a union are left out
    for key in detail["loc"]:
        where = (*where, key) if (*where, key) in places else where
    node, last = places[where], str(detail["loc"][-1]) if detail["loc"] else ""
    dotted = ".".join(str(key) for key in where) or "the file"
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            names = sorted(_names(model, where[:-1]))
            near = get_close_matches(last, names, 1)
            accepted = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(names)}"
            return _at(name, places.get((*where, ""), node), f'the key "{last}" is not known', accepted)
        case "missing":
            return _at(name, node, f'the key "{last}" is missing in {dotted}', "add it")
        case "union_tag_invalid":
            reason = f'{dotted}: {context["discriminator"]} cannot be "{context["tag"]}"'
            return _at(name, node, reason, f"write one of {context['expected_tags']}")
        case "union_tag_not_found":
            return _at(name, node, f"{dotted}: the key {context['discriminator']} is missing", "add it")
        case "literal_error":
            return _at(name, node, f"{dotted} is not one of the words that are known", f"write {context['expected']}")
        case _:
            said = detail["msg"].removeprefix("Value error, ").replace("Input should be", "needed here:")
            return _at(name, node, f"{dotted}{_shown(node)} is not accepted", said)


def _shown(node: Node) -> str:
    return f" ({str(node.value)[:40]})" if isinstance(node, ScalarNode) else ""


def _names(model: type[BaseModel], where: Where) -> set[str]:
    """Keys that are known at `where`, over all members of unions on the way."""
    models = {model}
    for key in where:
        if isinstance(key, str):
            models = {
                found
                for one in models
                for shown, field in one.model_fields.items()
                if key in (field.alias, shown)
                for found in _models(field.annotation)
            } or models
    return {field.alias or shown for one in models for shown, field in one.model_fields.items()}


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
