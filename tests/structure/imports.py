"""The imports of a package, read from its source with nothing but the standard library.

Separate from the tests so that planted sources can be judged by the same code as the real ones.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Import:
    """`importer` imports `imported`, both full dotted names, at a line of a file."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported} (line {self.line})"


def module_name(file: Path, root: Path) -> str:
    """`nmes/core/plan.py` below `root` is `nmes.core.plan`; a package is named by its folder."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str, importer: str, *, package: bool = False) -> list[Import]:
    """Every import of a source, those inside functions and under TYPE_CHECKING too.

    `from a import b` counts as `a.b`: whether b is a module or a name, it lies below a.
    """
    found: list[Import] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [Import(importer, alias.name, node.lineno) for alias in names]
            case ast.ImportFrom(names=names, module=module, level=level):
                base = _base(importer, module, level, package=package)
                found += [Import(importer, f"{base}.{alias.name}", node.lineno) for alias in names]
            case _:
                pass
    return found


def imports_below(root: Path, package: str) -> list[Import]:
    """Every import of every module of a package."""
    return [
        found
        for file in sorted((root / package).rglob("*.py"))
        for found in imports_of(
            file.read_text(encoding="utf-8"), module_name(file, root), package=file.name == "__init__.py"
        )
    ]


def lies_in(module: str, package: str) -> bool:
    """Whether `module` is `package` or lies below it."""
    return module == package or module.startswith(f"{package}.")


def _base(importer: str, module: str | None, level: int, *, package: bool) -> str:
    if level == 0:
        return module or ""
    above = importer.split(".")
    kept = above[: len(above) - level + (1 if package else 0)]
    return ".".join([*kept, *([module] if module else [])])
