"""From the bytes of a protocol file to a Protocol, or to everything that is wrong with it, by line. Pure.

The model's own errors are put into words here; they are given together with those of the rules.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nmes.core import protocol as p
from nmes.core.problems import Problem, ProtocolError
from nmes.core.protocol_rules import channel_rules, joint_rules, stage_rules, whole_rules
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import Path, Tree, Value, read

_Model = TypeVar("_Model", bound=BaseModel)


def parse(text: bytes, name: str) -> p.Protocol:
    """The protocol in `text`; `name` is the file's name or path. ProtocolError carries every problem, by line."""
    return parse_located(text, name)[0]


def parse_located(text: bytes, name: str) -> tuple[p.Protocol, Tree]:
    """The protocol and the tree of its places, with which a problem of its plan can be placed in the file."""
    tree = read(text, name)
    problems = [*whole_rules(tree, PurePath(name).stem), *_parts(tree)]
    try:
        protocol = p.Protocol.model_validate(_frozen(tree.value))
    except ValidationError as error:
        problems += _worded(tree, error)
        raise ProtocolError(problems) from error
    if problems:
        raise ProtocolError(problems)
    return protocol, tree


def _parts(tree: Tree) -> list[Problem]:
    """Problems of and between the channels and stages that are sound by themselves, and of keys without a value."""
    channels = _sound(tree, "channels", p.Channel)
    stages = _sound(tree, "stages", p.Stage)
    problems = [tree.problem(path, "no value is given", "give one or remove the key") for path in _empty(tree)]
    for path, channel in channels.items():
        problems += channel_rules(tree, path, channel)
    for path, stage in stages.items():
        problems += stage_rules(tree, path, stage)
    return [*problems, *joint_rules(tree, channels, stages)]


def _sound(tree: Tree, name: str, model: type[_Model]) -> dict[Path, _Model]:
    found: dict[Path, _Model] = {}
    many = tree.get((name,))
    for index, part in enumerate(many if isinstance(many, list) else ()):
        try:
            found[name, index] = model.model_validate(_frozen(part))
        except ValidationError:
            continue  # told by the model of the whole file
    return found


def _empty(tree: Tree) -> list[Path]:
    return [path for path in tree.values_at if tree.get(path) is None]


def _frozen(value: Value) -> object:
    """Lists as tuples, as the frozen model wants them."""
    match value:
        case dict():
            return {key: _frozen(part) for key, part in value.items()}
        case list():
            return tuple(_frozen(part) for part in value)
        case _:
            return value


# --- the model's errors in words ---

_KEYS: dict[str, tuple[type[BaseModel], ...]] = {
    "": (p.Protocol,),
    "channels": (p.Channel,),
    "waveform": (p.PulseShape,),
    "stages": (p.Stage,),
    "frequency_hz": (p.FrequencyRange, p.DerivedFrequency),
    "intensity": (p.Intensity,),
    "schedule": (p.Schedule,),
    "citations": (p.Citation,),
    "evidence_for": (p.Evidence,),
    "evidence_against": (p.Evidence,),
    "provenance": (p.Provenance,),
}

_WORDS = {
    "int_type": ("a whole number is needed here", "write it plainly, without quotes and without a leading 0"),
    "bool_type": ("yes or no is needed here", "write true or false"),
    "string_type": ("a text is needed here", "put it in quotes"),
    "string_too_short": ("the text is empty", "write something, or remove the key"),
    "string_too_long": ("the text is too long", "give at most 1000 letters"),
    "tuple_type": ("a list is needed here", "begin each entry with -"),
    "dict_type": ("a group of keys is needed here", "write key: value below it"),
    "model_type": ("a group of keys is needed here", "write key: value below it"),
}


def _worded(tree: Tree, error: ValidationError) -> list[Problem]:
    details = [(_path(tree, detail), detail) for detail in error.errors(include_url=False)]
    unknown = {path: _suggestion(path) for path, detail in details if detail["type"] == "extra_forbidden"}
    meant = {(path[:-1], suggestion) for path, suggestion in unknown.items()}
    problems = []
    for path, detail in details:
        if path in unknown:
            problems.append(tree.problem(path, "this key is not known", unknown[path], at_key=True))
        elif detail["type"] == "missing":
            if (path[:-1], f'did you mean "{path[-1]}"?') not in meant:
                problems.append(tree.problem(path, "this key is missing", "add it"))
        elif path not in tree.values_at or tree.get(path) is not None:
            problems.append(tree.problem(path, *_reason(detail)))
    return problems


def _reason(detail: ErrorDetails) -> tuple[str, str]:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "limit":
            return detail["msg"], str(context["accepted"])
        case "literal_error":
            return "this is not one of the words that are known", f"write {context['expected']}"
        case kind:
            return _WORDS.get(kind, (detail["msg"], ""))


def _path(tree: Tree, detail: ErrorDetails) -> Path:
    """The error's place in the file: the model's own marks between union members are left out."""
    path: Path = ()
    last = len(detail["loc"]) - 1
    for index, key in enumerate(detail["loc"]):
        if (*path, key) in tree.values_at or (index == last and detail["type"] == "missing"):
            path = (*path, key)
    return path


def _suggestion(path: Path) -> str:
    names = [str(key) for key in path[:-1] if isinstance(key, str)]
    group = "provenance" if names[:1] == ["provenance"] else names[-1] if names else ""
    accepted = [name for model in _KEYS[group] for name in model.model_fields]
    return nearest(str(path[-1]), accepted)
