"""The JSON schema of a protocol file, for editors that help while a file is written.

Made from the model, so that the two cannot differ; it knows the form of a file and the limits of single values. What
several values must agree on is told by `nmes protocols check` only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from nmes.core.protocol import Protocol
from nmes.core.protocol_meaning import MEANINGS, Meaning
from nmes.core.protocol_rules import HOW_MANY

Schema = dict[str, Any]
"""A JSON value by nature: what stands in it depends on its keys."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """The schema, without references: every key with its description, unit, limits and choices."""
    made = Protocol.model_json_schema()
    whole = _resolved(made, made.get("$defs", {}))
    for name, (least, most) in HOW_MANY.items():
        whole["properties"][name] |= {"minItems": least, "maxItems": most}
    whole["properties"]["channels"]["items"]["properties"]["body_sites"] |= {"minItems": 2, "maxItems": 8}
    _describe(whole, "")
    return {"$schema": DIALECT, "title": "A protocol of nmes", **whole, "description": "A therapy recipe or a test."}


def schema_text() -> str:
    """The schema as it is shipped beside the protocols, `protocols/protocol.schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _resolved(part: Any, definitions: Schema) -> Any:
    """The part with its references written out, without titles, and without `null`: an empty key is refused."""
    match part:
        case {"$ref": str(reference)}:
            return _resolved(definitions[reference.rpartition("/")[2]], definitions)
        case {"anyOf": [one, {"type": "null"}]}:
            return _resolved(one, definitions)
        case dict():
            return {key: _resolved_key(key, value, definitions) for key, value in part.items() if key not in _LEFT_OUT}
        case _:
            return part


_LEFT_OUT = {"$defs", "title", "description", "default", "discriminator"}


def _resolved_key(key: str, value: Any, definitions: Schema) -> Any:
    if key == "properties":
        return {name: _resolved(part, definitions) for name, part in value.items()}
    return [_resolved(part, definitions) for part in value] if key == "oneOf" else _resolved(value, definitions)


def _describe(part: Schema, path: str) -> None:
    if path:
        part["description"] = described(MEANINGS[path])
    for name, below in children(part, path):
        _describe(below, name)


def described(meaning: Meaning) -> str:
    """A key's description: its meaning and its unit."""
    return f"{meaning.meaning} [{meaning.unit}]" if meaning.unit else meaning.meaning


def children(part: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """What stands below a key, with its path: keys of a group, `N` for list entries, `*` for free names."""
    dot = f"{path}." if path else ""
    for name, below in part.get("properties", {}).items():
        yield f"{dot}{name}", below
    if "items" in part:
        yield f"{dot}N", part["items"]
    if isinstance(part.get("additionalProperties"), dict):
        yield f"{dot}*", part["additionalProperties"]
    for form in part.get("oneOf", ()):
        yield from children(form, path)


@cache
def parts() -> dict[str, Schema]:
    """The schema's part of every key path."""
    found: dict[str, Schema] = {}

    def collect(part: Schema, path: str) -> None:
        found[path] = part
        for name, below in children(part, path):
            collect(below, name)

    collect(json_schema(), "")
    return found
