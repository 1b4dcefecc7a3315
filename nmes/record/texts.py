"""Free texts stand beside the record, not in it: they can be erased, and the chain still holds.

Law: an entry holds a salted hash where a person typed freely; the text and its salt stand in `.texts` beside the file,
on the medium before the entry is written. Without the salt nobody can try out what was written. A text is shown only
if it fits its hash; one that is gone reads as a placeholder that decides whatever the text decided: `tells` is all that
the session ever asks of one (see `nmes.core.screening`), so where a text told nothing, the entry says that too.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from nmes.core.screening import tells
from nmes.record.canonical import canonical
from nmes.record.chain import Damage, Entry, Link
from nmes.record.checkpoint import Wrong
from nmes.record.files import open_file
from nmes.record.verify import Rule

SUFFIX: Final = ".texts"
MARK: Final = b'"text_sha256"'
"""In the bytes of every entry with a text taken out, and in hardly any other: a quote in a text is written `\\"`."""
ERASED: Final = "[erased]"
MISSING: Final = "[text missing]"
SAID_NOTHING: Final = "[-]"
"""In place of a text that told nothing (`tells`), erased or missing: it does not tell anything either."""
_DOMAIN: Final = b"stim-text/1\x00"
_SALT_BYTES: Final = 16
"""As many bits as nobody tries out [design]."""
_PLACES: Final = frozenset({"text", "reason", "said"})
"""What a field, or a value of a decision, is called that may repeat a free text. Nothing else is ever replaced."""


class Lost(Enum):
    """Why a text is not to be had."""

    ERASED = auto()
    """Something stands in its place that says so; whether that is true is told by the chain's care entries."""
    MISSING = auto()
    CHANGED = auto()
    """What stands there does not fit the hash."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry's body without its free texts, and the lines that keep them, b"" if there are none."""

    body: Mapping[str, object]
    lines: bytes


def texts_path(session: Path) -> Path:
    """Where the texts of a session's file lie, or would."""
    return session.with_suffix(SUFFIX)


def text_hash(salt: bytes, text: str) -> str:
    """What stands in the entry for a text."""
    return sha256(_DOMAIN + salt + text.encode(errors="surrogatepass")).hexdigest()


def take_out(
    body: Mapping[str, object], texts: Iterable[str], salt: Callable[[int], bytes] = secrets.token_bytes
) -> Taken:
    """Replace these texts in a body wherever a text or a reason stands, the notes that repeat them too."""
    lines: list[bytes] = []
    references: dict[str, dict[str, object]] = {}
    for text in texts:
        if text.strip() and text not in references:
            salted = salt(_SALT_BYTES)
            digest = text_hash(salted, text)
            references[text] = {"text_sha256": digest} | ({} if tells(text) else {"tells": False})
            lines.append(canonical({"hash": digest, "salt": b64encode(salted).decode(), "text": text}) + b"\n")
    without = _replaced(body, references) if references else body
    return Taken(without, b"".join(lines))


def _replaced(value: Any, references: Mapping[str, object], place: object = "") -> Any:
    match value:
        case str():
            return references.get(value, value) if place in _PLACES else value
        case dict():
            return {name: _replaced(item, references, name) for name, item in value.items()}
        case [str() as name, str() as item] if name in _PLACES:
            return [name, references.get(item, item)]
        case list() | tuple():
            return [_replaced(item, references) for item in value]
        case _:
            return value


@dataclass(slots=True)
class Texts:
    """The texts of one session's file, read when the first is asked for, and again when a file grows."""

    session: Path
    _size: int = -1
    _kept: dict[str, str | Lost] = field(default_factory=dict)
    _erased: dict[str, str] = field(default_factory=dict)

    def find(self, digest: str) -> str | Lost:
        """The text with this hash. OSError if what is there cannot be read."""
        if digest not in self._kept:
            self._load()
        return self._kept.get(digest, Lost.MISSING)

    def hint(self, digest: str) -> str:
        """Which care file is said to have its erasure; "" if nothing says so. It proves nothing."""
        return self._erased.get(digest, "")

    def put_back(self, entry: Entry) -> Entry:
        """The entry as it was before its texts were taken out, with placeholders for what is gone."""
        return replace(entry, body=_restored(entry.body, self))

    def _load(self) -> None:
        path = texts_path(self.session)
        size = path.stat().st_size if path.exists() else 0
        if size == self._size:
            return
        self._size = size
        for line in kept_lines(self.session):
            found = _text_of(line)
            if line.erased:
                self._erased[line.hash] = line.erased
            self._kept[line.hash] = max(found, self._kept.get(line.hash, Lost.MISSING), key=_weight)


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line of `.texts`: a text with its salt, or `erased`, the care file that says so."""

    hash: str
    salt: str = ""
    text: str = ""
    erased: str = ""

    @property
    def raw_salt(self) -> bytes | None:
        """The bytes of the salt; None if these are not as many as are written, or not in their only spelling."""
        try:
            raw = b64decode(self.salt)
        except ValueError:
            return None
        return raw if len(raw) == _SALT_BYTES and b64encode(raw).decode() == self.salt else None

    @property
    def is_text(self) -> bool:
        """Whether it is a text that fits its hash."""
        return isinstance(_text_of(self), str)

    def __bytes__(self) -> bytes:
        kept: dict[str, object] = {"hash": self.hash, "salt": self.salt, "text": self.text}
        return canonical({"erased": self.erased, "hash": self.hash} if self.erased else kept) + b"\n"


def kept_lines(session: Path) -> Iterator[KeptLine]:
    """What lies beside a session's file; what is no such line in its only spelling (half of one) is passed over."""
    return (line for line in lines_of(data_of(session)) if isinstance(line, KeptLine))


def data_of(session: Path) -> bytes:
    """The file of a session's texts; b"" if there is none."""
    path = texts_path(session)
    if not path.exists():
        return b""
    with open_file(path) as file:
        return file.read()


def lines_of(data: bytes) -> Iterator[KeptLine | bytes]:
    """Every line of a file of texts; as bytes what is none of ours in its only spelling, such as half of one."""
    for line in filter(None, data.split(b"\n")):
        try:
            kept = KeptLine(**json.loads(line))
            texts = all(isinstance(part, str) for part in (kept.hash, kept.salt, kept.text, kept.erased))
            ours = texts and bytes(kept) == line + b"\n" and (bool(kept.erased) or kept.raw_salt is not None)
        except (ValueError, TypeError, RecursionError):
            ours = False
        yield kept if ours else line


def references(entry: Entry) -> Iterator[str]:
    """The hashes of the texts that were taken out of an entry, as it stands in the file."""
    return (digest for digest, _ in _references(entry.body))


def rule_of(texts: Texts, is_erased: Callable[[str, str], bool]) -> Rule:
    """Every text fits its hash, or its erasure is on record: that is asked with its hash and a hint where it stands."""

    def rule(link: Link) -> Wrong | None:
        if MARK not in link.data:
            return None
        for digest, _ in _references(link.fields()["body"]):
            match texts.find(digest):
                case Lost.CHANGED:
                    return Damage.TEXT, "holds a free text that was changed or replaced"
                case Lost() if not is_erased(digest, texts.hint(digest)):
                    return Damage.TEXT, "holds a free text that is missing, and no erasure of it is on record"
                case _:
                    continue
        return None

    return rule


def _references(value: Any) -> Iterator[tuple[str, bool]]:
    match value:
        case {"text_sha256": digest}:
            yield str(digest), value.get("tells") is not False
        case dict():
            for item in value.values():
                yield from _references(item)
        case list():
            for item in value:
                yield from _references(item)
        case _:
            return


def _restored(value: Any, texts: Texts) -> Any:
    match value:
        case {"text_sha256": digest}:
            return _shown(texts.find(str(digest)), told=value.get("tells") is not False)
        case dict():
            return {name: _restored(item, texts) for name, item in value.items()}
        case list():
            return [_restored(item, texts) for item in value]
        case _:
            return value


def _shown(found: str | Lost, *, told: bool) -> str:
    if isinstance(found, str):
        return found
    if not told:
        return SAID_NOTHING
    return ERASED if found is Lost.ERASED else MISSING


def _weight(found: str | Lost) -> int:
    """Of several lines about one hash, in any order: the text that fits, else one that does not, else an erasure."""
    return (Lost.MISSING, Lost.ERASED, Lost.CHANGED).index(found) if isinstance(found, Lost) else len(Lost)


def _text_of(line: KeptLine) -> str | Lost:
    if line.erased:
        return Lost.ERASED
    salt = line.raw_salt
    return line.text if salt is not None and text_hash(salt, line.text) == line.hash else Lost.CHANGED
