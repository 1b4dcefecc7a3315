"""The copy of a protocol while it is edited: what was typed over the text it began with. Pure, and never a file.

Law: an edited value is no longer sourced. Its origin becomes `design`, with what it was and where that came from in the
note; the grade falls by a letter where a sourced value was changed, because the evidence was for another one; `changes`
lists every edit. All of it by replacing values at their places, so that every other byte, comments too, stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path as FilePath
from textwrap import wrap
from typing import Final

from nmes.core.plan import Plan
from nmes.core.problems import Problem, ProblemsError, ProtocolError, whole_letters
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse_located
from nmes.core.yaml_edit import scalar, with_values
from nmes.core.yaml_tree import Path, Tree, Value, dotted, read
from nmes.language import _
from nmes.runtime.library import Loaded
from nmes.runtime.own import copied
from nmes.ui.editor_fields import ID

_PLAIN: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?|true|false")
GRADE: Final[Path] = ("grade",)
_ORIGIN: Final[Path] = ("changes", 0, "text")
"""The one entry that a copy begins with; `runtime.own.copied` writes it so, each of its lines indented alike."""
LONGEST: Final = 1000
"""Letters of a text in a protocol file, see `protocol_fields.Text`."""

Compile = Callable[[Loaded], Plan]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the text of the copy means now: its protocol and plan where it has one, and everything that is wrong."""

    protocol: Protocol | None
    plan: Plan | None
    problems: tuple[Problem, ...]

    def at(self, path: Path) -> tuple[Problem, ...]:
        """The problems of one value, or of the smallest part of the file that is named and holds it alone."""
        name = dotted(path)
        return tuple(problem for problem in self.problems if problem.path == name)


@dataclass(frozen=True, slots=True)
class Draft:
    """`typed` holds what a person wrote, by path, only where it differs from the original.

    `begun` is the untouched copy with its tree: made once for all that is typed, because parsing takes milliseconds.
    """

    original: Loaded
    new_id: str
    begun: str
    begun_tree: Tree
    typed: Mapping[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, original: Loaded, new_id: str) -> Draft:
        """An untouched copy under another id."""
        text = copied(original, new_id)
        return cls(original, new_id, text, read(text.encode(), new_id))

    @property
    def tree(self) -> Tree:
        """The original's values."""
        return self.original.tree

    def shown(self, path: Path) -> str:
        """The value as a person edits it."""
        if path == ID.path:
            return self.new_id
        if path == GRADE and self._lost_source:
            return self.typed.get(path, self._fallen)
        return self.typed.get(path, _plain(self.tree.get(path)))

    def with_typed(self, path: Path, text: str) -> Draft:
        """This value typed over; typing what stood there is no edit."""
        text = whole_letters(text)
        if path == ID.path:
            return replace(Draft.of(self.original, text.strip()), typed=self.typed)
        typed = {key: value for key, value in self.typed.items() if key != path}
        if text.strip() != _plain(self.tree.get(path)).strip():
            typed[path] = text.strip()
        return replace(self, typed=typed)

    def origin(self, path: Path) -> str:
        """The tag of a value's origin as it will be saved; "" where the file states none."""
        before = self.origin_before(path)
        return "design" if before and path in self.typed else before

    def before(self, path: Path) -> str:
        """The value in the original."""
        return _plain(self.tree.get(path))

    def origin_before(self, path: Path) -> str:
        """The tag of a value's origin in the original."""
        name = self._origin_name(path)
        return str(self.tree.get(("provenance", name, "tag"))) if name else ""

    def text(self) -> str:
        """The YAML of the copy as it will be saved."""
        text = self.begun
        values = {path: self._written(path, typed) for path, typed in self.typed.items()}
        values |= {("provenance", name): origin for name, origin in self._origins().items()}
        if self._lost_source and GRADE not in self.typed:
            values[GRADE] = self._fallen
        if self.typed:
            values[_ORIGIN] = self._changes()
        return with_values(text, values) if values else text

    def checked(self, compile_plan: Compile, taken: frozenset[str] = frozenset()) -> Checked:
        """What is right and wrong with it, in words, and the plan it would make."""
        text, name = self.text().encode(), f"{self.new_id}.yaml"
        problems = [Problem("id", f'"{self.new_id}"', _("another protocol has this id"), _("write another"))]
        problems = problems if self.new_id in taken else []
        try:
            protocol, tree = parse_located(text, name)
        except ProtocolError as error:
            return Checked(None, None, (*problems, *error.problems))
        loaded = Loaded(protocol, FilePath(name), text, sha256(text).hexdigest(), tree)
        try:
            return Checked(protocol, compile_plan(loaded), tuple(problems))
        except ProblemsError as error:
            return Checked(protocol, None, (*problems, *error.problems))

    # --- what follows from an edit ---

    @property
    def _fallen(self) -> str:
        """The grade, one letter lower."""
        return {"A": "B", "B": "C"}.get(self.before(GRADE), self.before(GRADE))

    @property
    def _lost_source(self) -> bool:
        names = (self._origin_name(path) for path in self.typed)
        return any(self.tree.get(("provenance", name, "tag")) == "source" for name in names if name)

    def _origin_name(self, path: Path) -> str:
        """The nearest entry of `provenance` that speaks of this value: its own, or that of the list it stands in."""
        stated = self.tree.get(("provenance",))
        names = [dotted(path[:length]) for length in range(len(path), 0, -1)]
        return next((name for name in names if isinstance(stated, dict) and name in stated), "")

    def _origins(self) -> dict[str, str]:
        was: dict[str, list[str]] = {}
        for path in self.typed:
            if name := self._origin_name(path):
                value = _plain(self.tree.get(path))
                was.setdefault(name, []).append(value if dotted(path) == name else f"entry {path[-1]}: {value}")
        return {name: self._design(name, ", ".join(values)) for name, values in was.items()}

    def _design(self, name: str, was: str) -> str:
        tag, cite = self.tree.get(("provenance", name, "tag")), self.tree.get(("provenance", name, "cite"))
        cites = f" {', '.join(str(key) for key in cite)}" if isinstance(cite, list) and cite else ""
        note = f"Edited by hand; the original had {was} ({tag}{cites})"
        return f"{{tag: design, note: {scalar(_short(note))}}}"

    def _changes(self) -> str:
        """Where the copy is from, then an entry of `changes` for each edit; a long one goes on in the next entry."""
        texts = [self.begun_tree.word(_ORIGIN)]
        for path, typed in self.typed.items():
            edit = f"Edited: {dotted(path)} {_plain(self.tree.get(path))} -> {typed}"
            texts += wrap(edit, LONGEST, break_on_hyphens=False)
        return "\n  - version: 1\n    text: ".join(map(scalar, texts))

    def _written(self, path: Path, typed: str) -> str:
        """Typed text as YAML: a number stays one only where one stood, a text is always a text."""
        was = self.tree.get(path)
        if not isinstance(was, str) and _PLAIN.fullmatch(typed):
            return typed
        return scalar(typed)


def free_id(original: str, taken: frozenset[str]) -> str:
    """An id for the copy that no other protocol has."""
    names = [f"{original}_own", *(f"{original}_own{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _plain(value: Value) -> str:
    """A scalar as it is written in the file, without quotes and on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else " ".join(str(value).split())


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
