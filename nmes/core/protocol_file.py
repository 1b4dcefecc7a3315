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
from nmes.core.protocol_meaning import MEANINGS, key_of
from nmes.core.protocol_rules import whole_rules
from nmes.core.protocol_stage import frequency_keys
from nmes.core.protocol_stage_rules import channel_rules, joint_rules, stage_rules
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import Path, Tree, Value, dotted, read

_Model = TypeVar("_Model", bound=BaseModel)


def parse(text: bytes, name: str, *, of_record: bool = False) -> p.Protocol:
    """The protocol in `text`; `name` is the file's name or path. ProtocolError carries every problem, by line.

    `of_record`: the text stands in a session's record, which was judged by the rules of its day. Only its form is
    looked at, and what files had not yet then is left empty.
    """
    if of_record:
        return _of_record(read(text, name))
    return parse_located(text, name)[0]


def parse_located(text: bytes, name: str) -> tuple[p.Protocol, Tree]:
    """The protocol and the tree of its places, with which a problem of its plan can be placed in the file."""
    tree, path = read(text, name), PurePath(name)
    problems = [*whole_rules(tree, path.stem, path.parent.name), *_parts(tree)]
    try:
        protocol = p.Protocol.model_validate(_frozen(tree.value))
    except ValidationError as error:
        problems += _worded(tree, error)
        raise ProtocolError(problems) from error
    if problems:
        raise ProtocolError(problems)
    return protocol, tree


def _of_record(tree: Tree) -> p.Protocol:
    given = _frozen(tree.value)
    assert isinstance(given, dict)  # read() refuses everything else
    channels = given.get("channels")
    if isinstance(channels, tuple):
        given["channels"] = tuple({"body_sites": ()} | one if isinstance(one, dict) else one for one in channels)
    try:
        return p.Protocol.model_validate({"purpose": "strength", "body_regions": ()} | given)  # the purpose is not read
    except ValidationError as error:
        raise ProtocolError(_worded(tree, error)) from error


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

_WORDS = {
    "int_type": ("a whole number is needed here", "write digits only, without unit, quotes or leading 0"),
    "bool_type": ("yes or no is needed here", "write true or false"),
    "string_type": ("a text is needed here", "put it in quotes"),
    "string_too_short": ("the text is empty", "write something, or remove the key"),
    "string_unicode": ("the text holds half a character", "write the whole character, or leave it out"),
    "string_too_long": ("the text is too long", "give at most 1000 letters"),
    "tuple_type": ("a list is needed here", "begin each entry with -"),
    "dict_type": ("a group of keys is needed here", "write key: value below it"),
    "model_type": ("a group of keys is needed here", "write key: value below it"),
}


def _worded(tree: Tree, error: ValidationError) -> list[Problem]:
    details = [(_path(tree, detail), detail) for detail in error.errors(include_url=False)]
    unknown = {path: _unknown(tree, path) for path, detail in details if detail["type"] == "extra_forbidden"}
    meant = {(path[:-1], accepted) for path, (_, accepted) in unknown.items()}
    problems = []
    for path, detail in details:
        if path in unknown:
            problems.append(tree.problem(path, *unknown[path], at_key=True))
        elif detail["type"] == "missing":
            if (path[:-1], f'did you mean "{path[-1]}"?') not in meant:
                problems.append(tree.problem(path, "this key is missing", f"add it: {_meaning(path)}"))
        elif path not in tree.values_at or tree.get(path) is not None:
            problems.append(tree.problem(path, *_reason(detail)))
    return problems


def _meaning(path: Path) -> str:
    """What a key means, as the end of a sentence."""
    found = MEANINGS[key_of(dotted(path))]
    return f"{found.meaning[0].lower()}{found.meaning[1:]}{f' [{found.unit}]' if found.unit else ''}"


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


def _unknown(tree: Tree, path: Path) -> tuple[str, str]:
    """What is wrong with a key that the model does not know there, and what was meant, as far as can be guessed."""
    name, group, beside = str(path[-1]), key_of(dotted(path[:-1])), tree.get(path[:-1])
    accepted = [key.rpartition(".")[2] for key in MEANINGS if key.rpartition(".")[0] == group]
    if path[-2:-1] == ("frequency_hz",) and isinstance(beside, dict):
        form = frequency_keys(beside)
        if name in accepted:
            return "this key belongs to another form of frequency", f"keep to {', '.join(form)}"
        accepted = [*form]
    suggestion = nearest(name, accepted)
    elsewhere = [key for key in MEANINGS if key.endswith(f".{name}")]
    if elsewhere and not suggestion:
        owner = " of ".join(reversed([part for part in elsewhere[0].split(".")[:-1] if part not in {"N", "*"}]))
        return "this key is not known here", f"it belongs to {owner}: check the indentation"
    return "this key is not known", suggestion
