"""The files of the repository as a reader meets them: without caches, builds and what editors leave."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("nmes", "firmware_sim", "protocols", "tests", "docs", ".ci")
TEXTS = frozenset({".py", ".tcss", ".yaml", ".toml", ".md", ".txt", ".svg", ".typed", ""})
COMPILED = frozenset({".mo"})
"""Made from a text that lies beside it."""
SOURCES = ("nmes", "firmware_sim", "tests")


def files() -> list[Path]:
    """Every file that is part of the repository, relative to its root."""
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".coverage" and path.suffix in TEXTS]
    below = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return sorted(path.relative_to(ROOT) for path in [*top, *below] if _kept(path))


def text(file: Path) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def python_files() -> list[Path]:
    return [file for file in files() if file.suffix == ".py" and file.parts[0] in SOURCES]


def markdown_files() -> list[Path]:
    return [file for file in files() if file.suffix == ".md"]


def _kept(path: Path) -> bool:
    cached = any(part == "__pycache__" or part.endswith("_cache") for part in path.parts)
    return not cached and path.suffix not in COMPILED
