"""`nmes protocols explain` and `schema`: what a key means, and what stands in a file, good or bad."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap

from nmes.cli.exits import GOOD, wrong
from nmes.cli.protocols.listing import width_now
from nmes.cli.protocols.showing import path_of, value_words
from nmes.core.explain import Explanation, explain, key_paths
from nmes.core.problems import ProtocolError
from nmes.core.protocol_trust import TAGS, UNCLEAR
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import Tree, Value, read
from nmes.runtime.library import Library, read_bytes

_LISTS = frozenset(path.removesuffix(".N") for path in key_paths() if path.endswith(".N"))
"""Of these the range counts the entries."""


def show_schema() -> int:
    """What `protocols/protocol.schema.json` holds too."""
    from nmes.core.protocol_schema import schema_text

    print(schema_text(), end="")
    return GOOD


def explain_key(asked: str) -> int:
    """`KEY`, or `PROTOCOL:KEY` for what one file says; a bare last part of a key explains all that end so."""
    named, colon, key = asked.rpartition(":")
    if colon:
        path, tree = _read(named)
        found = _keys_in(tree, key) or _known(key)
        if not found:
            wrong(_unknown(key, [*map(_dotted, tree.values_at), *key_paths()], f"{path} has"))
        for one in found:
            _tell(one, (path, tree))
        return GOOD
    found = _known(key)
    if not found:
        wrong(_unknown(key, key_paths(), "a protocol has"))
    for one in found:
        _tell(one)
    return GOOD


def _read(named: str) -> tuple[Path, Tree]:
    """The tree of a file, whether it is a sound protocol or not: who explains may be mending it."""
    try:
        path = Library().find(named)
        return path, read(read_bytes(path), str(path))
    except ProtocolError as error:
        wrong(*(str(problem) for problem in error.problems))


def _dotted(place: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in place)


def _known(key: str) -> list[str]:
    try:
        explain(key)
    except KeyError:
        return [path for path in key_paths() if path.rpartition(".")[2] == key or path.endswith(f".{key}")]
    return [key]


def _keys_in(tree: Tree, key: str) -> list[str]:
    places = [_dotted(place) for place in tree.values_at if place]
    if key in places:
        return [key]
    return [place for place in places if place.endswith(f".{key}") and not place.startswith("provenance.")]


def _unknown(key: str, known: Iterable[str], who: str) -> str:
    hint = nearest(key, {end for path in known for end in (path, path.rpartition(".")[2])})
    return f'"{key}": {who} no such key{f"; {hint}" if hint else ""}'


def _tell(key: str, found: tuple[Path, Tree] | None = None) -> None:
    print(key)
    lines = [*(_here(key, *found) if found else ()), *_meaning(key)]
    for line in lines:
        print("\n".join(wrap(f"  {line}", width_now(), subsequent_indent="    ", break_on_hyphens=False)))


def _here(key: str, path: Path, tree: Tree) -> Iterator[str]:
    place = path_of(key)
    if place not in tree.values_at:
        yield f"in this file: not given ({path})"
        return
    yield f"in this file: {value_words(tree, key)} (line {tree.place(place)[0]} of {path})"
    said = _origins(tree, key)
    yield from said or ("origin: none is stated",)


def _origins(tree: Tree, key: str) -> list[str]:
    """Where the value is from, or each of its parts, as the file's own provenance has it."""
    group = tree.get(("provenance",))
    found = []
    for path, said in group.items() if isinstance(group, dict) else ():
        if path == key or path.startswith(f"{key}."):
            part = path.removeprefix(key).lstrip(".")
            found.append(f"origin{f' of {part}' if part else ''}: {_origin(said)}{_unclear(tree, path)}")
    return found


def _unclear(tree: Tree, path: str) -> str:
    """What the document does not say of a duration, as the file's own `definition` has it."""
    channel, _, name = path.rpartition(".")
    asked = name == "phase_us" and tree.get(path_of(f"{channel}.definition")) == "unknown"
    return f"; {UNCLEAR}" if asked else ""


def _origin(said: Value) -> str:
    if not isinstance(said, dict):
        return "not readable"
    cite, note = said.get("cite"), said.get("note")
    cited = f" [{', '.join(map(str, cite))}]" if isinstance(cite, list) and cite else ""
    return f"{TAGS.get(str(said.get('tag')), 'unknown')}{cited}{f'. {note}' if note else ''}"


def _meaning(key: str) -> Iterator[str]:
    try:
        told: Explanation = explain(key)
    except KeyError:
        yield "this is no key of a protocol; nmes protocols check says more"
        return
    yield f"meaning: {told.meaning}"
    if told.choices:
        yield f"choices: {', '.join(told.choices)}"
    if told.low is not None or told.high is not None:
        counted = " entries" if told.key in _LISTS else ""
        yield f"range: {told.low} to {told.high}{counted}{f' {told.unit}' if told.unit else ''}"
    elif told.unit:
        yield f"unit: {told.unit}"
    if told.source:
        yield f"limit from: {told.source}"
