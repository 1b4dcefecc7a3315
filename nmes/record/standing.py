"""Which files of a chain may hold care entries, and what is gone from it: read off their first two lines.

Law: a file is passed over only if its own first line says that it is about something else, and holds, and that it is
signed once others are; of any other it is not known what it held. A number that is not there is told, unless its file
went by right, or the chain itself says that nothing stood in it. No more is verified: that is the verifier's matter,
and takes its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nmes.record.chain import GENESIS, BadLine, decode_link, hash_in
from nmes.record.errors import NotAFile
from nmes.record.files import number_of, odd_names, open_file, read_end, session_files
from nmes.record.gone import ABOUT_CARE
from nmes.record.keys import has_key
from nmes.record.neighbours import claims_signed
from nmes.record.verify import is_torn

_KEY: Final = b'key":'
"""In the first line of every file that is signed."""


@dataclass(slots=True)
class Standing:
    """`care`: the files that hold care entries, or may, oldest first; of those in `unclear` it is not known.

    `signed`: whether a care file has to be: a file of the chain is, or the station has a key. `odd`: what is called
    like a session and is none, or no file.
    """

    care: list[Path] = field(default_factory=list)
    unclear: set[Path] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)
    signed: bool = False
    _begun: bool = False
    """Whether a file up to here says that it is signed."""
    _there: list[tuple[Path, str]] = field(default_factory=list)
    """The files in which something stands, and what each says it follows; "" if that cannot be told."""

    def take(self, path: Path, *, newest: bool) -> None:
        """The next file of the chain."""
        try:
            with open_file(path) as file:
                first, second = file.readline(), file.readline()
        except (NotAFile, FileNotFoundError):  # a link leads nowhere
            self.odd.append(path.stem)
            return
        if not first or (newest and not first.endswith(b"\n") and is_torn(first)):
            return  # a crash leaves it, and the next session finds the same end before it
        claims = _KEY in first
        follows = _follows(path, first, second) if claims or not self._begun else ""
        self._begun = self._begun or (claims and claims_signed(path))
        self.signed = self.signed or self._begun
        self._there.append((path, follows))
        if not follows:
            self.unclear.add(path)
        if not follows or ABOUT_CARE in first:
            self.care.append(path)

    def missing(self, through: int) -> Iterator[str]:
        """The numbers that are not there, and were not archived and removed `through` one of them. OSError."""
        number, before = 0, None
        for path, follows in self._there:
            first, last = max(number, through) + 1, number_of(path) - 1
            told = sum(first <= number_of(Path(one)) <= last for one in self.odd)
            if last - first + 1 > told and follows != (GENESIS if before is None else hash_in(read_end(before).last)):
                yield f"{first:06d}" if first == last else f"{first:06d}-{last:06d}"
            number, before = number_of(path), path


def standing(folder: Path) -> Standing:
    """One look into each file of a chain. OSError."""
    found = Standing(odd=odd_names(folder), signed=has_key(folder.parent))
    files = session_files(folder)
    for path in files:
        found.take(path, newest=path is files[-1])
    return found


def _follows(path: Path, first: bytes, second: bytes) -> str:
    """The hash a file says it follows; "" if its first line does not hold, or the second does not follow it."""
    try:
        opening = decode_link(first)
        next_one = decode_link(second) if second.endswith(b"\n") else None
    except BadLine:
        return ""
    opens = (opening.session, opening.seq, opening.type) == (path.stem, 1, "opened")
    return opening.prev if opens and (next_one is None or next_one.prev == opening.hash) else ""
