"""The user's own protocols: copies and new files, written so that nothing is ever lost.

The law: no protocol is ever overwritten, shipped or own; a new file comes only where there is none. Beside them lies
the schema, so that an editor can check while somebody types.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Final

from nmes.core.problems import Problem, ProtocolError
from nmes.core.yaml_edit import scalar, with_lines_after, with_values
from nmes.core.yaml_tree import Path as TreePath
from nmes.runtime.library import Library, Loaded, own_folder, shipped_folder

SCHEMA: Final = "protocol.schema.json"
MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA}"
"""Read by the YAML extensions of editors; the schema lies in the same folder."""

_MODELINE: Final = re.compile(r"\A# yaml-language-server:[^\n]*\n")
_CHANGES: Final = "CHANGES"
"""Stands for the new list while its place is looked for: a list in a row and one below its key end up alike."""
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""The names `core.protocol_fields` knows, short enough for every file system [design]."""


def copied(loaded: Loaded, new_id: str) -> str:
    """The text of an own copy: every comment stays; id, version and changes are new, the original's digest is noted."""
    text = loaded.text.decode("utf-8")
    origin = f"Copied from {loaded.protocol.id} version {loaded.protocol.version}, SHA-256 {loaded.sha256}"
    entry = f"- version: 1\n    text: {scalar(origin)}"
    values: dict[TreePath, str] = {("id",): new_id, ("version",): "1"}
    if ("changes",) in loaded.tree.values_at:
        values["changes",] = _CHANGES
        text = with_values(text, values)
        text = re.sub(rf"^changes:\s*{_CHANGES}", lambda _: f"changes:\n  {entry}", text, flags=re.MULTILINE)
    else:
        text = with_lines_after(with_values(text, values), "version", f"changes:\n  {entry}\n")
    return f"{MODELINE}\n{_MODELINE.sub('', text)}"


def new_path(new_id: str) -> Path:
    """Where an own protocol with this id will lie; ProtocolError if the id is no name, or taken."""
    if not _ID.fullmatch(new_id):
        accepted = "use small letters, digits and _, such as calf_cramp; at most 64"
        raise ProtocolError([Problem("id", f'"{new_id}"', "this is not a name", accepted)])
    taken = [file for file in Library().files() if file.stem == new_id]
    path = own_folder() / f"{new_id}.yaml"
    if taken or path.exists():
        reason = f"there is a protocol with this id already ({[*taken, path][0]})"
        raise ProtocolError([Problem("id", f'"{new_id}"', reason, "give another id; nothing was written")])
    return path


def write_own(new_id: str, text: str) -> Path:
    """A new file in the user's folder, with the schema beside it. Never overwrites; ProtocolError says why not."""
    path = new_path(new_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _put_schema(path.parent)
        with path.open("xb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _cannot_write(path, error) from error
    return path


def _replace(path: Path, text: bytes) -> None:
    part = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _put_schema(folder: Path) -> None:
    """The shipped schema; always the one of this program, whose rules the files are judged by."""
    _replace(folder / SCHEMA, (shipped_folder() / SCHEMA).read_bytes())


def _cannot_write(path: Path, error: OSError) -> ProtocolError:
    return ProtocolError([Problem("", "", "the file cannot be written", error.strerror or str(error), str(path))])
