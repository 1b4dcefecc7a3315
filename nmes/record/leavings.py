"""What an erasure, a removal or a restoring left behind that was cut short: it goes before anybody relies on it.

Law: nothing goes that is not on record as gone, but for drafts, which were never anything. So of a session whose file
is not there what lies beside it goes only if the session was archived and removed, by the chain's own word.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from nmes.record.archive_file import PARTS
from nmes.record.disk import Disk
from nmes.record.files import Kind, chain_files, chain_folder, number_of
from nmes.record.gone import archived
from nmes.record.keys import known_keys
from nmes.record.texts import SUFFIX

DRAFT: Final = ".texts-new"
"""What the name of a file of texts ends with that has not taken its place yet."""


def staging(home: Path, kind: Kind, token: str) -> Path:
    """The folder in which an archive of this chain is unpacked."""
    return home / f"restore-{kind.value}-{token}"


def leavings(home: Path, kind: Kind) -> list[Path]:
    """What is left behind of one chain; nothing where nothing was cut short. OSError."""
    beside = chain_files(chain_folder(home, kind))
    there = {path.stem for path in beside if path.suffix == ".jsonl"}
    lost = [path for path in beside if path.stem not in there and path.suffix[1:] in PARTS]
    through = removed_through(home, kind) if lost else 0
    return [
        *sorted(home.glob(staging(home, kind, "*").name)),
        *(path for path in beside if path.suffix == DRAFT),
        *(path for path in lost if number_of(path) <= through),
    ]


def removed_through(home: Path, kind: Kind) -> int:
    """The number of the last session that was archived and removed, as the chain tells; 0 if none was."""
    told = archived(chain_folder(home, kind), known_keys(home).values())
    return number_of(Path(told.through)) if told else 0


def sweep(home: Path, kind: Kind, disk: Disk) -> None:
    """Take away what is left behind, for the holder of the chain's lock. OSError."""
    found = leavings(home, kind)
    for path in found:
        clear(path, disk)
    if found:
        disk.sync_folder(chain_folder(home, kind))


def clear(path: Path, disk: Disk) -> None:
    """Take a file away, or a folder with all that is in it; texts are overwritten before."""
    if path.is_dir():
        try:
            for texts in path.rglob(f"*{SUFFIX}"):
                disk.wipe(texts)
        finally:
            shutil.rmtree(path)
    elif path.suffix in {SUFFIX, DRAFT}:
        disk.wipe(path)
    else:
        path.unlink()
