"""What one key of a protocol file means, its unit, what is accepted, and where that limit comes from.

For the command `explain` and the editor. Meaning and source are the table's, bounds and choices the model's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.body_map import SITES
from nmes.core.protocol_meaning import MEANINGS, key_of
from nmes.core.protocol_schema import Schema, parts
from nmes.core.screening import CATALOGUE
from nmes.core.suggest import nearest


@dataclass(frozen=True, slots=True)
class Explanation:
    """`key`: the path, `N` for any index. `low` and `high` include themselves; `choices`: all that is accepted."""

    key: str
    meaning: str
    unit: str
    low: int | float | None
    high: int | float | None
    choices: tuple[str, ...]
    source: str


def key_paths() -> tuple[str, ...]:
    """Every key path of a protocol file, in the order of the model; `N` any index, `*` any path of `provenance`."""
    return tuple(path for path in parts() if path)


def explain(path: str) -> Explanation:
    """The explanation of a path such as `stages.0.on_s`; KeyError, with the nearest path, if there is no such key."""
    key = key_of(path)
    if key not in MEANINGS:
        raise KeyError(nearest(key, MEANINGS) or f'"{path}" is no key of a protocol file')
    part, meaning = parts()[key], MEANINGS[key]
    low, high = _bounds(part)
    return Explanation(key, meaning.meaning, meaning.unit, low, high, _choices(key, part), meaning.source)


def _bounds(part: Schema) -> tuple[int | float | None, int | float | None]:
    """Of a number itself; of a list how many entries; of a frequency those of its plain form."""
    plain = next((form for form in part.get("oneOf", ()) if form.get("type") == "number"), part)
    return plain.get("minimum", plain.get("minItems")), plain.get("maximum", plain.get("maxItems"))


def _choices(key: str, part: Schema) -> tuple[str, ...]:
    if key == "channels.N.body_sites.N":
        return tuple(SITES)
    if key in {"contraindications.N", "precautions.N", "causes.N"}:
        return tuple(CATALOGUE)
    if part.get("type") == "boolean":
        return ("true", "false")
    return tuple(part.get("enum", (part["const"],) if "const" in part else ()))
