"""Where a try goes: the terminal's width, JSON on stdout, a page in a file.

Separate because the command and the population both need it, and neither should need the other.
"""

from __future__ import annotations

import json
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import Final

from nmes.cli.exits import FAULT, Failed, wrong

WIDEST: Final = 99
NARROWEST: Final = 50


def width_of_terminal() -> int:
    """One column less than there is: a full last column wraps on some terminals."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns - 1))


def print_json(document: object) -> None:
    """One object, and nothing else."""
    print(json.dumps(document, ensure_ascii=False, indent=1))


def page_file(text: str) -> Path:
    """The file for a page, or one clear error before minutes are spent on what cannot be written."""
    if text in {"", "-"}:
        wrong(f'--html "{text}": give the name of a file, such as try.html; the page does not go to stdout')
    path = Path(text)
    if path.is_dir():
        wrong(f"--html {path}: that is a folder; give a file")
    if not path.parent.is_dir():
        wrong(f"--html {path}: there is no folder {path.parent}")
    try:
        _try_out(path)
    except OSError as error:
        wrong(f"--html {path}: nothing can be written there ({error.strerror}); give another file")
    return path


def _try_out(path: Path) -> None:
    """Whether a page could be written, without leaving anything or changing what is there."""
    if not path.exists():
        with tempfile.TemporaryFile(dir=path.parent):
            return
    if not stat.S_ISFIFO(path.stat().st_mode):  # to open a pipe would wait for its reader
        with path.open("ab"):
            return


def write_page(path: Path, page: str, *, quietly: bool) -> None:
    """After the report was printed: a page that fails costs only itself, and an exit code that says so."""
    sys.stdout.flush()
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Failed(
            FAULT, f"the page could not be written to {path}: {error.strerror}; the report above is whole"
        ) from None
    if not quietly:
        print(f"\nPage: {path}")
