"""A second verifier of records, for whoever does not want to trust the program that wrote them.

    python verify_record.py RECORD [--key FILE]... [--head CODE]

RECORD is the file of one session, the folder of a chain, or the folder that holds `records` and `simulation`. It was
written from docs/reference/record.md alone, shares no line with the writer and changes nothing. It needs Python 3.11
and, for signatures, `cryptography`. Copy it to another computer, together with the station's public key and the last
head code you noted: there it proves something.

Exit code: 0 good, 1 damaged or not to be read, 2 wrong call (or nothing can be printed), 3 only an end that is
unfinished, empty or not signed yet, 4 not signed by a key given; 1 goes before 4, 4 before 3. 141: whoever read what it
prints has left. Without --key it checks the chain and says what it did not check.
"""

from __future__ import annotations

import argparse
import base64
import errno
import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

NAME = re.compile(r"\d{6,}-\d{8}T\d{6}Z-[0-9a-f]+")
LINE = re.compile(rb'\{"entry":(\{.*\}),"hash":"([0-9a-f]{64})"\}', re.DOTALL)
FIELDS = {"v", "seq", "t_utc", "t_mono_ns", "boot_id", "station", "session", "actor", "type", "body", "prev"}
NOTES = {"interrupted", "unsigned_end"}
OPENING = {"opened", "recovered", "damaged_before"} | NOTES
MOST_UNSIGNED = 64
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GENESIS = "0" * 64
BIGGEST = 2**53 - 1
DEEPEST = 100
CLOCK = re.compile(r"[0-9]{1,20}")
CHAINS = ("records", "simulation")

Fields = dict[str, Any]
Keys = Mapping[str, bytes]


class Wrong(Exception):
    """What is wrong with a session, at the first entry where it shows."""

    def __init__(self, kind: str, seq: int, sentence: str) -> None:
        super().__init__(f"entry {seq}: {kind}: {sentence}")
        self.kind, self.seq = kind, seq


class WrongCall(Exception):
    """Nothing was verified: one sentence."""


@dataclass(slots=True)
class Checked:
    """What was found of a session: as far as it was read."""

    session: str
    station: str = ""
    entries: int = 0
    head: str = ""
    torn: int = 0
    """Bytes of an unfinished last line."""
    empty: bool = False
    """The newest file, and there is nothing in it: whatever stood in it is gone."""
    about_care: bool = False
    wrong: Wrong | None = None
    seals: Seals | None = None
    care: list[Fields] = field(default_factory=list)
    """The events of its care entries."""
    notes: list[Fields] = field(default_factory=list)
    """What it tells of ends it found."""
    begun: bool = False
    """Whether anything stands in it that is no opening entry and no checkpoint."""
    erased: set[str] | None = None
    """The texts whose erasure is on record; None: nobody asked yet."""
    hashes: list[str] = field(default_factory=list)
    pending: bool = False
    """Its end is not signed, and no later session tells, signed, that it found it so."""

    @property
    def complete(self) -> bool:
        return self.seals is not None and self.seals.ended == "sealed" and not (self.wrong or self.torn)


# --- one line ---


def spelled(value: object, deeper: int = DEEPEST) -> str:
    """RFC 8785, integers only, with no more than so many objects and lists in one another."""
    if isinstance(value, dict | list) and not deeper:
        raise ValueError(f"more than {DEEPEST} objects and lists stand in one another")
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{spelled(name)}:{spelled(of, deeper - 1)}" for name, of in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(spelled(item, deeper - 1) for item in value) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > BIGGEST:
        raise ValueError("an integer beyond 2^53 - 1")
    return json.dumps(value, ensure_ascii=False)


def no_float(text: str) -> int:
    raise ValueError(f"{text} is no integer")


def parsed(raw: bytes) -> tuple[Any, bool]:
    """The value, and whether `raw` is its one right spelling; ValueError if it is no value at all."""
    try:
        value = json.loads(raw.decode(), parse_float=no_float, parse_constant=no_float)
        return value, spelled(value).encode() == raw
    except RecursionError:
        raise ValueError("nested too deeply") from None


def entry_of(line: bytes, seq: int) -> tuple[Fields, str]:
    """The entry on a line and its hash; Wrong if it is not as it was written."""
    shape = LINE.fullmatch(line)
    if not shape:
        raise Wrong("ALTERED", seq, "this is no line of a record.")
    raw, told = shape[1], shape[2].decode()
    if hashlib.sha256(b"stim-log/1\0" + raw).hexdigest() != told:
        raise Wrong("ALTERED", seq, "the entry does not fit its hash.")
    try:
        entry, right = parsed(raw)
    except ValueError as error:
        raise Wrong("ALTERED", seq, f"the entry cannot be read: {error}.") from None
    if not right:
        raise Wrong("RESPELLED", seq, "the entry is not in its RFC 8785 spelling.")
    texts = FIELDS - {"v", "seq", "body"}
    if entry.keys() != FIELDS or not all(isinstance(entry[name], str) for name in texts):
        raise Wrong("ALTERED", seq, "the entry has other fields than an entry has.")
    if (type(entry["v"]), type(entry["seq"]), type(entry["body"])) != (int, int, dict) or entry["v"] != 1:
        raise Wrong("ALTERED", seq, "a field of the entry holds what it cannot hold.")
    if not CLOCK.fullmatch(entry["t_mono_ns"]):
        raise Wrong("ALTERED", seq, "a field of the entry holds what it cannot hold.")
    return entry, told


def unfinished(tail: bytes) -> bool:
    """Whether a crash can have left this: not, if more than a newline stands behind a whole value."""
    try:
        return json.JSONDecoder().raw_decode(tail.decode("latin-1"))[1] == len(tail)
    except (ValueError, RecursionError):
        return True


# --- signatures ---


@dataclass(slots=True)
class Seals:
    """The rules of a signed session, entry by entry."""

    key: str
    public: bytes
    chain: str
    since: int = 0
    opening: bool = True
    ended: str = ""
    """"closed", then "sealed"."""
    to_seq: int = 0

    def take(self, entry: Fields, before: str) -> None:
        kind, seq = entry["type"], entry["seq"]
        if self.ended and (kind != "checkpoint" or self.ended == "sealed"):
            raise Wrong("UNSIGNED", seq, "after the closing entry comes one checkpoint and nothing else.")
        if kind == "checkpoint":
            self._holds(entry, before)
            self.since, self.opening, self.to_seq = 0, False, seq
            self.ended = "sealed" if self.ended else ""
            return
        if self.opening and kind not in OPENING:
            raise Wrong("UNSIGNED", seq, "there is no checkpoint after the opening entries.")
        self.since += 1
        if self.since > MOST_UNSIGNED:
            raise Wrong("UNSIGNED", seq, f"more than {MOST_UNSIGNED} entries stand without a checkpoint.")
        self.ended = "closed" if kind == "closed" else ""

    def _holds(self, entry: Fields, before: str) -> None:
        body, seq = entry["body"], entry["seq"]
        signature = unbase64(body.get("signature"))
        if body.keys() != {"alg", "key", "signature"} or body["alg"] != "ed25519" or entry["actor"] != "record":
            raise Wrong("SIGNATURE", seq, "this is no checkpoint as the station writes them.")
        if body["key"] != self.key or signature is None:
            raise Wrong("SIGNATURE", seq, "the checkpoint is of another key than the session.")
        parts = ("stim-checkpoint/1", entry["station"], self.chain, entry["session"], seq - 1, before)
        if not signed_by(self.public, signature, "".join(f"{part}\n" for part in parts).encode()):
            raise Wrong("SIGNATURE", seq, "the signature does not hold.")


def unbase64(text: object) -> bytes | None:
    """The bytes; None if it is no base64, or in another spelling than its only one."""
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        return None
    return raw if raw is not None and base64.b64encode(raw).decode() == text else None


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """True where `cryptography` is missing: `main` says that signatures were not checked."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - optional
    except ImportError:
        return True
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def claims_signed(first: Fields) -> bool:
    """Whether a session with this first entry ({}: none that can be read) says that it is signed."""
    return first.get("type") == "opened" and bool(first["body"].keys() & {"key", "public_key"})


def seals_of(opened: Fields, folder: str) -> Seals | None:
    """The rules a session binds itself to in its first entry; None: it is not signed."""
    body = opened["body"]
    if not claims_signed(opened):
        return None
    public, chain = unbase64(body.get("public_key")), body.get("chain")
    if public is None or len(public) != 32 or body.get("key") != key_id(public) or not isinstance(chain, str):
        raise Wrong("SIGNATURE", 1, "the session does not name its key or its chain as a signed one does.")
    if folder in CHAINS and chain != folder:
        raise Wrong("FOREIGN", 1, f"the session was written in the chain {chain}.")
    return Seals(body["key"], public, chain)


# --- free texts ---


def references(value: object) -> Iterator[object]:
    """Every hash of a text in a body."""
    if isinstance(value, dict):
        if "text_sha256" in value:
            yield value["text_sha256"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def texts_beside(file: Path) -> dict[str, bool]:
    """For each hash with a text beside the session: whether a text gives it."""
    beside, found = file.with_suffix(".texts"), dict[str, bool]()
    for line in (all_of(beside) if beside.exists() else b"").split(b"\n"):
        try:
            told, right = parsed(line)
        except ValueError:
            continue
        if right and isinstance(told, dict) and told.keys() == {"hash", "salt", "text"}:
            hashed, salt, text = told["hash"], unbase64(told["salt"]), told["text"]
            if isinstance(hashed, str) and isinstance(text, str) and salt is not None and len(salt) == 16:
                fits = hashlib.sha256(b"stim-text/1\0" + salt + text.encode()).hexdigest() == hashed
                found[hashed] = fits or found.get(hashed, False)
    return found


# --- one session ---


@dataclass(frozen=True, slots=True)
class Chain:
    """The sessions of a folder, and what has to be known of the others to verify one."""

    folder: Path
    files: list[Path]
    keys: Keys | None
    """None: whichever key a session names is taken."""
    odd: list[Path] = field(default_factory=list)
    """Called like sessions, with a number that none is given."""

    def texts(self, checked: Checked, body: Fields, here: dict[str, bool]) -> str:
        """What is wrong with the texts of an entry; "" if nothing is."""
        for hashed in references(body):
            fits = here.get(str(hashed))
            if fits is False:
                return "a text does not fit its hash."
            if fits is None and str(hashed) not in self.erased(checked):
                return "a text is missing, and no erasure is on record."
        return ""

    def erased(self, checked: Checked) -> set[str]:
        """The texts of a session whose erasure the chain has on record."""
        if checked.erased is None:
            later = [file for file in self.files if number(file) > number(Path(checked.session))]
            events = [event for care in self.care(later, checked.seals) for event in care.care]
            own = [e for e in events if e.get("type") == "Erased" and e.get("session") == checked.session]
            checked.erased = {str(hashed) for event in own for hashed in event.get("hashes", ())}
        return checked.erased

    def care(self, files: list[Path], signed: Seals | None) -> Iterator[Checked]:
        """The care files that count for a session signed so, oldest first."""
        for file in files:
            if first_entry(file).get("body", {}).get("about") == "care":
                checked = self.check(file, None, newest=False, texts=False)
                if checked.complete and checked.seals and self.counts(checked.seals, signed):
                    yield checked

    def counts(self, seals: Seals, signed: Seals | None) -> bool:
        return self.is_known(seals) or (signed is not None and signed.public == seals.public)

    def is_known(self, seals: Seals) -> bool:
        return self.keys is None or self.keys.get(seals.key) == seals.public

    def tail_told(self, checked: Checked, later: list[Path]) -> bool | None:
        """Whether a later session tells, signed, of an end that is not; None: none is there that could."""
        ours = {"session": checked.session, "seq": checked.entries, "hash": checked.head}
        for at, file in enumerate(later, number(Path(checked.session)) + 1):
            opening, told = Checked(file.stem), False
            *lines, tail = all_of(file).split(b"\n")
            if number(file) != at:
                return None
            try:
                for line in lines:
                    self._take(opening, line, None, None)
                    if opening.seals is None:
                        return None
                    told = told or any(ours.items() <= note.items() for note in opening.notes)
                    if opening.seals.to_seq == opening.entries and told:
                        return True
                    if opening.begun:
                        return False
            except Wrong:
                return None
            if tail and not unfinished(tail):
                return None
        return None

    def check(self, file: Path, prev: str | None, newest: bool, texts: bool = True) -> Checked:
        """Verify one session; `prev` None: what it follows is not looked at."""
        checked = Checked(file.stem)
        *lines, tail = all_of(file).split(b"\n")
        here = texts_beside(file) if texts else {}
        try:
            for line in lines:
                self._take(checked, line, prev, here if texts else None)
        except Wrong as wrong:
            checked.wrong = wrong
            return checked
        checked.empty = newest and not lines and not tail
        checked.torn = len(tail) if newest and unfinished(tail) else 0
        if tail and not checked.torn:
            checked.wrong = Wrong("ALTERED", len(lines) + 1, "the line is not finished.")
        return checked

    def _take(self, checked: Checked, line: bytes, prev: str | None, here: dict[str, bool] | None) -> None:
        seq = checked.entries + 1
        entry, hashed = entry_of(line, seq)
        checked.station = checked.station or entry["station"]
        if entry["session"] != checked.session or entry["station"] != checked.station:
            raise Wrong("FOREIGN", seq, "the entry is of another session or station.")
        if entry["seq"] != seq:
            raise Wrong("ORDER", seq, f"entry {entry['seq']} stands here: one was removed, repeated or moved.")
        if (before := checked.head or prev) is not None and entry["prev"] != before:
            raise Wrong("MISSING" if seq == 1 else "REPLACED", seq, "it does not follow the entry before it.")
        if seq == 1:
            checked.about_care = entry["body"].get("about") == "care"
            checked.seals = seals_of(entry, self.folder.name)
        if checked.seals:
            checked.seals.take(entry, checked.head)
        if here is not None and b'"text_sha256"' in line and (trouble := self.texts(checked, entry["body"], here)):
            raise Wrong("TEXT", seq, trouble)
        if entry["type"] == "care" and isinstance(event := entry["body"].get("event"), dict):
            checked.care.append(event)
        if entry["type"] in NOTES:
            checked.notes.append(entry["body"])
        checked.begun = checked.begun or entry["type"] not in OPENING | {"checkpoint"}
        checked.entries, checked.head = seq, hashed
        checked.hashes.append(hashed)


def opened(file: Path) -> BinaryIO:
    """A regular file: a FIFO in its place would be waited for without end, a device read without end."""
    fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "Is a directory" if stat.S_ISDIR(mode) else "Not a regular file", str(file))
    return open(fd, "rb")  # noqa: PTH123 - a descriptor, not a path


def all_of(file: Path) -> bytes:
    with opened(file) as found:
        return found.read()


def number(file: Path) -> int:
    return int(file.name.partition("-")[0])


def first_entry(file: Path) -> Fields:
    """Entry 1 of a session; nothing if it is not as it was written."""
    with opened(file) as lines:
        line = lines.readline()
    try:
        entry = entry_of(line[:-1], 1)[0] if line.endswith(b"\n") else {"session": "", "seq": 0}
    except Wrong:
        return {}
    return entry if (entry["session"], entry["seq"]) == (file.stem, 1) else {}


def last_line(file: Path) -> bytes:
    """The last whole line of a session; nothing if there is none."""
    return b"".join(all_of(file).split(b"\n")[-2:-1])


def last_hash(file: Path) -> str | None:
    """As the last whole line tells it; None if that is not as it was written: what follows it is not known then."""
    try:
        return entry_of(last_line(file), 0)[1]
    except Wrong:
        return None


# --- a chain ---


def beginning(chain: Chain) -> str | None:
    """What the first session has to follow: nothing, or what was archived and removed; None: any."""
    archived = archived_before(chain)
    if archived is None:
        return GENESIS
    still_there = chain.folder / f"{archived['through']}.jsonl"
    return None if still_there.exists() and last_hash(still_there) == archived["head"] else str(archived["head"])


def archived_before(chain: Chain) -> Fields | None:
    """The event of a care file that tells up to where the beginning of the chain was archived and removed."""
    if not chain.files:
        return None
    first = chain.files[0]
    entry, archived = first_entry(first), None
    try:
        signed = seals_of(entry, chain.folder.name) if entry else None
    except Wrong:
        signed = None
    for care in chain.care(chain.files, signed) if number(first) != 1 else ():
        archived = next((e for e in reversed(care.care) if e.get("type") == "Archived"), archived)
    return archived


def check_chain(chain: Chain) -> Iterator[Checked]:
    """Every session of a folder, in their order."""
    for file in chain.odd:
        yield Checked(file.stem, wrong=Wrong("FOREIGN", 1, "no session is given the number 0: it is of no chain."))
    prev, signed = beginning(chain) if chain.files else None, False
    for at, file in enumerate(chain.files):
        after = chain.files[at + 1 :]
        checked = with_signature(chain.check(file, prev, newest=not after), signed)
        yield with_tail(chain, with_end(checked, prev, after[0] if after else None), after)
        signed = signed or checked.seals is not None
        prev = None if checked.wrong else checked.head or prev


def with_signature(checked: Checked, expected: bool) -> Checked:
    """Once a session of a chain was signed, every later one is."""
    if expected and checked.seals is None and checked.entries and (checked.wrong is None or checked.wrong.seq > 1):
        checked.wrong = Wrong("UNSIGNED", 1, "earlier sessions of this chain are signed, and this one is not.")
    return checked


def with_end(checked: Checked, prev: str | None, after: Path | None) -> Checked:
    """The session with the next number follows the end of this one."""
    following = first_entry(after) if after and number(after) == number(Path(checked.session)) + 1 else {}
    end = checked.head or prev
    if following and not checked.wrong and end and following["prev"] != end:
        checked.wrong = Wrong("MISSING", checked.entries + 1, "the session after it follows another end than this.")
    return checked


def check_one(chain: Chain, file: Path) -> Checked:
    """One session, against the end of the one before it and the beginning of the one after it."""
    at = chain.files.index(file)
    before, after = chain.files[:at], chain.files[at + 1 :]
    told = next((f for f in reversed(before) if last_line(f)), None)
    alone = chain.files == [file] and number(file) != 1
    prev = last_hash(told) if told else None if alone else beginning(chain)
    signed = any(claims_signed(first_entry(f)) for f in before)
    checked = with_signature(chain.check(file, prev, newest=not after), signed)
    return with_tail(chain, with_end(checked, prev, after[0] if after else None), after)


def with_tail(chain: Chain, checked: Checked, later: list[Path]) -> Checked:
    """What stands after the last checkpoint is told, signed, by the next session that has a checkpoint."""
    if not checked.seals or checked.wrong or checked.seals.to_seq == checked.entries:
        return checked
    told = chain.tail_told(checked, later)
    checked.pending = told is not True
    if told is False:
        sentence = "the end is not signed, and the session after it does not tell that it found it so."
        checked.wrong = Wrong("UNSIGNED", checked.entries + 1, sentence)
    return checked


# --- head codes and keys ---


def check_character(values: list[int]) -> str:
    """ISO 7064, hybrid system, MOD 33,32."""
    p = 32
    for value in values:
        p = ((p + value) % 32 or 32) * 2 % 33
    return CROCKFORD[(33 - p) % 32]


def code_of(hashed: str) -> str:
    bits = int(hashed[:25], 16)
    values = [bits >> shift & 31 for shift in range(95, -1, -5)]
    text = "".join(CROCKFORD[value] for value in values)
    return "-".join([text[at : at + 5] for at in range(0, 20, 5)] + [check_character(values)])


def read_code(typed: str) -> str:
    """The first 25 hexadecimal digits of the hash a code stands for."""
    text = typed.upper().translate(str.maketrans("OIL", "011", "- "))
    if len(text) != 21 or set(text) - set(CROCKFORD):
        raise WrongCall(f"{typed} is no head code: it has 20 characters and a check character.")
    values = [CROCKFORD.index(letter) for letter in text]
    if check_character(values[:20]) != text[20]:
        raise WrongCall(f"{typed} is mistyped: its check character does not fit.")
    return f"{sum(value << shift for value, shift in zip(values, range(95, -1, -5), strict=False)):025x}"


def read_key(file: str) -> tuple[str, bytes]:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - optional
    except ImportError:
        raise WrongCall("--key needs the library cryptography: pip install cryptography") from None
    try:
        key = load_pem_public_key(Path(file).read_bytes())
    except OSError as error:
        raise WrongCall(f"The key {file} cannot be read: {error.strerror}.") from None
    except Exception as error:  # noqa: BLE001 - the library has many
        raise WrongCall(f"{file} holds no public key: {error}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise WrongCall(f"{file} holds a key of another kind than Ed25519.")
    return key_id(key.public_bytes_raw()), key.public_bytes_raw()


def has_cryptography() -> bool:
    try:
        import cryptography  # noqa: F401, PLC0415 - optional; only whether it is there
    except ImportError:
        return False
    return True


# --- the command ---


class Unsaid(Exception):
    """Nothing more can be printed: no damage of a record, so it is no OSError."""


def say(sentence: str) -> None:
    try:
        sys.stdout.write(sentence + "\n")
        sys.stdout.flush()
    except OSError as error:
        raise Unsaid(error.errno, error.strerror) from error


def chain_at(folder: Path, keys: Keys | None) -> Chain:
    named = sorted(
        (file for file in folder.glob("*.jsonl") if NAME.fullmatch(file.stem)),
        key=lambda file: (number(file), file.name),
    )
    return Chain(folder, [file for file in named if number(file)], keys, [file for file in named if not number(file)])


def records_at(path: Path, keys: Keys | None) -> list[tuple[Chain, Iterator[Checked]]]:
    """What there is to verify."""
    if not path.exists():
        raise WrongCall(f"{path} does not exist.")
    if path.is_file():
        chain = chain_at(path.parent, keys)
        if path not in chain.files:
            raise WrongCall(f"{path} is not named as a session is: NNNNNN-YYYYMMDDTHHMMSSZ-RRRRRR.jsonl")
        return [(chain, iter([check_one(chain, path)]))]
    folders = [path / name for name in CHAINS if (path / name).is_dir()] or [path]
    chains = [chain_at(folder, keys) for folder in folders]
    if not any(chain.files or chain.odd for chain in chains):
        raise WrongCall(f"{path} holds no session.")
    return [(chain, check_chain(chain)) for chain in chains]


@dataclass(slots=True)
class Result:
    """What counts for the exit code, over all that was verified."""

    damaged: int = 0
    torn: bool = False
    unknown: bool = False
    signed: bool = False
    anything: bool = False
    head_found: str = ""
    """Where the head stands that was asked for."""

    def take(self, chain: Chain, checked: Checked, head: str) -> None:
        name = f"{chain.folder.name}/{checked.session}"
        if checked.wrong:
            say(f"{name}: DAMAGED at {checked.wrong}")
            self.damaged += 1
        self.anything = self.anything or checked.entries > 0
        if checked.empty:
            say(f"{name}: its file is empty: nothing is left of it.")
            self.torn = True
        elif not (checked.entries or checked.torn or checked.wrong):
            say(f"{name}: no entry stands in it; the session after it goes on from the one before it.")
        if checked.torn:
            say(f"{name}: the last line is unfinished ({checked.torn} bytes), as a crash leaves it.")
            self.torn = True
        if told := broken_note(chain.folder / f"{checked.session}.broken"):
            say(f"{name}: writing it ended early: {told}")
        if seals := checked.seals:
            self.signed = True
            if not chain.is_known(seals):
                say(f"{name}: signed with the key {seals.key}, which was not given.")
                self.unknown = True
            if checked.pending:
                say(f"{name}: its end is not signed (yet): a session that is running or was cut short leaves that.")
                self.torn = True
            if not checked.complete:
                say(f"{name}: signed up to entry {seals.to_seq} of {checked.entries}.")
        at = next((seq for seq, hashed in enumerate(checked.hashes, 1) if head and hashed.startswith(head)), 0)
        self.head_found = self.head_found or (f"entry {at} of {name}" if at else "")

    def code(self, keys: Keys | None, head: str) -> int:
        unknown = self.unknown or (keys is not None and self.anything and not self.signed)
        return 1 if self.damaged or (head and not self.head_found) else 4 if unknown else 3 if self.torn else 0


def broken_note(note: Path) -> str:
    """Why writing a session ended early; "" if nothing says so."""
    if not note.is_file():
        return ""
    text = note.read_text(encoding="utf-8", errors="replace")[:500].strip()
    return "".join(c if c.isprintable() else "?" for c in text) or "no reason is told."


def of_the_head(found: str, removed: list[str]) -> str:
    """Whether the head that was given is there; of those that were removed by right only the last one's is known."""
    if found:
        return f"The head that was given holds: it is {found}."
    if removed:
        return (
            f"The head that was given is not among the sessions that are here. Those up to {', '.join(removed)} were "
            "archived and removed, on record: if it is of one of them, the archive holds it; if of a later one, the "
            "chain was cut off, rolled back or replaced."
        )
    return "The chain does not hold this head: cut off, rolled back or replaced."


def not_checked(result: Result, keys: Keys | None, head: str, alone: bool) -> Iterator[str]:
    if not result.signed:
        given = ": the key given proves nothing about it" if keys is not None else ""
        yield f"signatures: nothing here is signed{given}."
    elif not has_cryptography():
        yield "signatures: the library cryptography is not installed."
    elif keys is None:
        yield "whose signatures they are: give the station's public key, kept elsewhere, with --key FILE."
    if not head:
        yield "whether the end was cut off, rolled back or replaced: give a head code kept elsewhere with --head CODE."
    if alone:
        yield "what stood in the chain before this session: there is no earlier one in its folder."


def verify(path: Path, keys: Keys | None, head: str) -> int:
    result, alone, removed = Result(), False, list[str]()
    for chain, sessions in records_at(path, keys):
        count, care, entries, damaged, unfinished_end = 0, 0, 0, result.damaged, False
        last = ""
        for checked in sessions:
            result.take(chain, checked, head)
            care += checked.about_care
            unfinished_end = unfinished_end or bool(checked.empty or checked.torn or checked.pending)
            count, entries, last = count + 1, entries + checked.entries, checked.head or last
            alone = chain.files == [path] and number(path) != 1
        bad = result.damaged - damaged
        whole = (
            "whole, but for what is told above" if unfinished_end else "none altered" if entries else "nothing there"
        )
        good = f"{bad} of these files DAMAGED" if bad else whole
        files = f"{count - care} session(s), {care} file(s) of entries between sessions"
        say(f"{chain.folder.name}: {files}, {entries} entries that hold: {good}.")
        if last:
            say(f"Head: {last}\nHead code: {code_of(last)}")
        gone = None if path.is_file() else archived_before(chain)
        if gone is not None:
            say(f"{chain.folder.name}: sessions up to {gone['through']} were archived and removed, on record.")
            removed.append(f"{chain.folder.name}/{gone['through']}")
            if head and str(gone["head"]).startswith(head):
                result.head_found = f"the end of {removed[-1]}, archived and removed: the chain goes on from it"
    if head:
        say(of_the_head(result.head_found, removed))
    for what in not_checked(result, keys, head, alone):
        say(f"Not checked: {what}")
    return result.code(keys, head)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify the record of a session, or a whole chain of them.")
    parser.add_argument(
        "record", type=Path, help="a session's file, the folder of a chain, or the folder of both chains"
    )
    parser.add_argument(
        "--key", action="append", metavar="FILE", help="a public key of the station, PEM; can be repeated"
    )
    parser.add_argument("--head", metavar="CODE", default="", help="a head code that was printed or noted before")
    told = parser.parse_args(arguments)
    try:
        keys = dict(map(read_key, told.key)) if told.key else None
        return verify(told.record, keys, read_code(told.head) if told.head else "")
    except Unsaid as unsaid:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # at its end Python would write once more
        if unsaid.args[0] == errno.EPIPE:
            return 141
        sys.stderr.write(f"Nothing can be printed: {unsaid.args[1]}.\n")
        return 2
    except WrongCall as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename}: the record cannot be read: {error.strerror}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
