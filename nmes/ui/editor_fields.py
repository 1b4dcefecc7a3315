"""What can be edited in the copy of a protocol: its scalar values in the order of the file, each with label and unit.

Law: what protects the patient from a wrong choice (codes to be asked, kind, clearance) and what tells the truth about
the original (evidence, citations, origins, changes) is no field here; who wants to change it edits the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nmes.core.explain import explain
from nmes.core.yaml_tree import Path, Tree, dotted
from nmes.language import _
from nmes.ui.names import stage_words

_NOT_HERE: Final = frozenset(
    {
        "assessment",
        "body_regions",
        "causes",
        "changes",
        "citations",
        "clearance",
        "contraindications",
        "evidence_against",
        "evidence_for",
        "id",  # a field of its own: it is the name of the new file
        "kind",
        "precautions",
        "provenance",
        "purpose",
        "to_verify",
        "version",
    }
)
_NOT_LAST: Final = frozenset({"base", "body_sites", "continuous", "name"})
"""Keys that decide what form the rest has, or refer to another list."""
_UNITS: Final = {"us": "µs", "s": "s", "ma": "mA", "cm2": "cm²", "hz": "Hz", "percent": "%", "minutes": "min"}
_LABELS: Final = {
    "on_s": _("on time"),
    "off_s": _("off time"),
    "set_rest_s": _("rest between sets"),
    "on_includes_ramps": _("on time holds the ramps"),
    "pad_cm2": _("area of the smaller pad"),
    "gap_us": _("gap between the phases"),
    "phase_us": _("phase duration"),
    "use_hz": _("frequency used"),
    "frequency_hz": _("frequency"),
    "fallback_hz": _("fallback, CTF not measured"),
    "offset_hz": _("offset above the CTF"),
    "operator_absent_limit_s": _("pause if nobody is there for"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One value. `accepts` are its range or its words, "" where any text will do."""

    path: Path
    group: str
    label: str
    unit: str
    accepts: str = ""
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The path as messages and origins write it: `stages.0.on_s`."""
        return dotted(self.path)


ID: Final = Field(("id",), _("The copy"), _("id, the name of the file"), "", _("small letters, digits and _"))


def fields_of(tree: Tree) -> tuple[Field, ...]:
    """The id, then everything in the file that can be edited here."""
    return (ID, *_scalars(tree))


def _scalars(tree: Tree) -> Iterator[Field]:
    for path in tree.values_at:
        if not path or path[0] in _NOT_HERE or isinstance(tree.get(path), (dict, list)):
            continue
        if not _NOT_LAST & set(path):
            yield _field(tree, path)


def _field(tree: Tree, path: Path) -> Field:
    names = [part for part in path if isinstance(part, str)]
    key, parent = names[-1], names[-2] if len(names) > 1 else ""
    number = f" {int(path[-1]) + 1}" if isinstance(path[-1], int) else ""
    label = _LABELS.get(key) or _plain(key)
    if parent in {"frequency_hz", "burst", "phase_sweep", "amplitude_modulation"} and key not in _LABELS:
        label = f"{_plain(parent)}: {label}"
    accepts, choices = _accepts(path)
    return Field(path, _group(tree, path), label + number, _unit(key), accepts, choices)


def _accepts(path: Path) -> tuple[str, tuple[str, ...]]:
    """The range, or the words, that the model accepts there."""
    try:
        known = explain(dotted(path))
    except KeyError:
        return "", ()
    if known.low is not None and known.high is not None:
        return _("{low} to {high}").format(low=known.low, high=known.high), ()
    return " / ".join(known.choices), tuple(known.choices)


def _unit(key: str) -> str:
    return _UNITS.get(key.rsplit("_", 1)[-1], "")


def _plain(key: str) -> str:
    words = key.split("_")
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in _UNITS and words[-1] != "percent" else words)


def _group(tree: Tree, path: Path) -> str:
    match path:
        case ("channels", int(index), *_):
            return _("Channel {channel}").format(channel=index + 1)
        case ("stages", int(index), *_):
            name = stage_words(str(tree.get(("stages", index, "name")) or "stage"))
            return _("Stage {number}, {name}").format(number=index + 1, name=name)
        case (str(first), _, *_):
            return first.replace("_", " ").capitalize()
        case _:
            return _("The protocol")
