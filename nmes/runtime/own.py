"""The user's own protocols: copies and new files, written so that nothing is ever lost.

The law: no protocol is ever overwritten, shipped or own; a new file comes only where there is none, and whole or not at
all. Beside them lies the schema, so that an editor can check while somebody types.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nmes.core.problems import Problem, ProtocolError
from nmes.core.protocol_fields import NAME
from nmes.core.yaml_edit import scalar, with_lines_after, with_values
from nmes.core.yaml_tree import Path as TreePath
from nmes.language import _
from nmes.record.disk import Disk, create_for_append, full_sync
from nmes.runtime.library import Library, Loaded, lies_in, own_folder, shipped_folder

SCHEMA: Final = "protocol.schema.json"
MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA}"
"""Read by the YAML extensions of editors; the schema lies in the same folder."""

_MODELINE: Final = re.compile(r"\A# yaml-language-server:[^\n]*\n")
_CHANGES: Final = "CHANGES"
"""Stands for the new list while its place is looked for: a list in a row and one below its key end up alike."""


def copied(loaded: Loaded, new_id: str) -> str:
    """The text of an own copy: every comment stays; id, version and changes are new, the original's digest is noted."""
    text = loaded.text.decode("utf-8")
    origin = f"Copied from {loaded.protocol.id} version {loaded.protocol.version}, SHA-256 {loaded.sha256}"
    entry = f"- version: 1\n    text: {scalar(origin)}"
    values: dict[TreePath, str] = {("id",): scalar(new_id), ("version",): "1"}
    if ("changes",) in loaded.tree.values_at:
        values["changes",] = _CHANGES
        text = with_values(text, values)
        text = re.sub(rf"^changes:\s*{_CHANGES}", lambda _found: f"changes:\n  {entry}", text, flags=re.MULTILINE)
    else:
        text = with_lines_after(with_values(text, values), "version", f"changes:\n  {entry}\n")
    return f"{MODELINE}\n{_MODELINE.sub('', text)}"


def new_path(new_id: str) -> Path:
    """Where an own protocol with this id will lie; ProtocolError if the id is no name, or taken."""
    if not re.fullmatch(NAME.pattern, new_id):
        shown = f'"{new_id}"' if new_id.isprintable() else scalar(new_id)  # on one line
        raise ProtocolError([Problem("id", shown, NAME.reason, NAME.accepted)])
    if lies_in(own_folder(), shipped_folder()):
        reason = _("your own protocols would lie among the shipped ones ({folder})").format(folder=own_folder())
        raise ProtocolError([Problem("", "", reason, _("set NMES_HOME to another folder; nothing was written"))])
    taken = [file for file in Library().files() if file.stem == new_id]
    path = own_folder() / f"{new_id}.yaml"
    if taken or path.exists():
        reason = _("there is a protocol with this id already ({file})").format(file=[*taken, path][0])
        raise ProtocolError([Problem("id", f'"{new_id}"', reason, _("give another id; nothing was written"))])
    return path


def write_own(new_id: str, text: str) -> Path:
    """A new file in the user's folder, with the schema beside it. Never overwrites; ProtocolError says why not."""
    path = new_path(new_id)
    try:
        Disk().make_folder(path.parent)
        _put_schema(path.parent)
        with _written_beside(path, text.encode()) as part:
            os.link(part, path)  # fails if there is one: unlike a rename it never replaces
    except OSError as error:
        raise _cannot_write(path, error) from error
    return path


@contextlib.contextmanager
def _written_beside(path: Path, text: bytes) -> Iterator[Path]:
    """A file with the whole text on disk beside `path`, to be put in its place in one step; then it is gone.

    After a crash there is the whole file or none; what is left of a part is no protocol.
    """
    part = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(create_for_append(part), "wb") as file:
            file.write(text)
            file.flush()
            full_sync(file.fileno())
        yield part
    finally:
        part.unlink(missing_ok=True)
    Disk().sync_folder(path.parent)


def _put_schema(folder: Path) -> None:
    """The shipped schema; always the one of this program, whose rules the files are judged by."""
    with _written_beside(folder / SCHEMA, (shipped_folder() / SCHEMA).read_bytes()) as part:
        part.replace(folder / SCHEMA)


def _cannot_write(path: Path, error: OSError) -> ProtocolError:
    return ProtocolError([Problem("", "", "the file cannot be written", error.strerror or str(error), str(path))])
