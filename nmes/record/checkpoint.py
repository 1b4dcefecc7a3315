"""Signed checkpoints: the station vouches for every entry up to here. When one is due, what is signed, and the rules.

Law: in a signed session (its `opened` names chain and key) one stands right after the opening entries, after an entry
marked to be sealed, after at most 64 entries or 60 s, and as the very last line after `closed`. So what is cut, moved
or rewritten without the key shows, and at most 64 entries of an unfinished session are not vouched for yet. The
signature covers the entry before it, and through its hash all before that. Pure: no file, no clock.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from nmes.record.chain import Damage, Link, NewEntry
from nmes.record.keys import StationKey, key_id

TYPE: Final = "checkpoint"
ACTOR: Final = "record"
ALGORITHM: Final = "ed25519"
NOTES: Final = frozenset({"interrupted", "unsigned_end"})
"""What a session tells of an end it found: of a session that was not ended, or was ended and not signed after that."""
OPENING: Final = frozenset({"opened", "recovered", "damaged_before"}) | NOTES
"""The entries a session begins with, before anything happens in it."""
EVERY_ENTRIES: Final = 64
"""No more entries than this stand without a signature [design: safety reference 8.2]."""
EVERY_NS: Final = 60 * 10**9
"""And none for longer than this [design: safety reference 8.2]."""
_DOMAIN: Final = "stim-checkpoint/1"
_RAW_KEY: Final = 32

Wrong = tuple[Damage, str]
"""What kind of damage, and what follows "Entry N" in the sentence."""


def message(station: str, chain: str, session: str, seq: int, digest: str) -> bytes:
    """What is signed: where, and which entry, by number and hash, the checkpoint stands right after."""
    return f"{_DOMAIN}\n{station}\n{chain}\n{session}\n{seq}\n{digest}\n".encode()


def named(chain: str, signer: StationKey) -> dict[str, object]:
    """What the opening entry of a signed session holds besides its binding."""
    return {"chain": chain, "key": signer.id, "public_key": b64encode(signer.public).decode()}


def checkpoint(signer: StationKey, signed: bytes) -> NewEntry:
    """The entry that holds the signature over `signed`."""
    signature = b64encode(signer.sign(signed)).decode()
    return NewEntry(TYPE, {"alg": ALGORITHM, "key": signer.id, "signature": signature}, ACTOR)


def is_signed(opened: Mapping[str, Any]) -> bool:
    """Whether a session with this opening body claims to be signed."""
    return "key" in opened or "public_key" in opened


@dataclass(slots=True)
class Due:
    """When the writer has to sign: counts what stands unsigned, and since when."""

    entries: int = 0
    since_ns: int = 0

    def take(self, new: NewEntry, mono_ns: int) -> bool:
        """An entry was written; whether a checkpoint has to follow it."""
        if not self.entries:
            self.since_ns = mono_ns
        self.entries += 1
        return new.seal or self.entries >= EVERY_ENTRIES or mono_ns - self.since_ns >= EVERY_NS

    def signed(self) -> None:
        """All that stood unsigned is signed for."""
        self.entries = 0


class _Stage(Enum):
    UNSIGNED = auto()
    OPENING = auto()
    RUNNING = auto()
    CLOSED = auto()
    OVER = auto()


_ENDED: Final = (_Stage.CLOSED, _Stage.OVER)


@dataclass(slots=True)
class Seals:
    """The rules, entry by entry, for entries whose own hash and place in the chain hold.

    `chain`: the name of the folder, None = not known. `key` is "" for an unsigned session; up to `to_seq` it is signed.
    """

    chain: str | None = None
    key: str = ""
    public: bytes = b""
    to_seq: int = 0
    required: Callable[[], bool] = lambda: False
    """Whether a session of this chain has to be signed: one before it is."""
    _stage: _Stage = _Stage.OPENING
    _named: str = ""
    _since: int = 0
    _before: Link | None = None
    _verify: Callable[[bytes, bytes], bool] = field(default=lambda _signature, _signed: False)

    @property
    def ended(self) -> bool:
        """Whether the session was closed, and signed after that."""
        return self._stage is _Stage.OVER

    def take(self, link: Link) -> Wrong | None:
        """The next entry; what is wrong with it as far as signatures go, None if nothing."""
        before, self._before = self._before, link
        if self._stage is _Stage.UNSIGNED:
            return None
        if before is None:
            return self._first(link)
        return self._checkpoint(link, before) if link.type == TYPE else self._other(link.type)

    def _first(self, link: Link) -> Wrong | None:
        body = link.fields()["body"]
        if link.type != "opened" or not is_signed(body):
            self._stage = _Stage.UNSIGNED
            lost = "begins a session that is not signed, though one before it is"
            return (Damage.UNSIGNED, lost) if self.required() else None
        public, chain = public_of(body), body.get("chain")
        if public is None or not isinstance(chain, str):
            return Damage.SIGNATURE, "names no key that its signatures could be checked with"
        if self.chain is not None and chain != self.chain:
            return Damage.FOREIGN, f"belongs to the chain {chain!r}, and stands in {self.chain!r}"
        self._since, self._named = 1, chain
        self.key, self.public, self._verify = key_id(public), public, verifier(public)
        return None

    def _checkpoint(self, link: Link, before: Link) -> Wrong | None:
        if self._stage is _Stage.OVER:
            return Damage.UNSIGNED, "stands after the end of the session"
        signature = _signature(link.fields(), self.key)
        signed = message(link.station, self._named, link.session, before.seq, before.hash)
        if signature is None or not self._verify(signature, signed):
            return Damage.SIGNATURE, "is a signature that does not hold: what stands before it was not written so"
        self._stage = _Stage.OVER if self._stage is _Stage.CLOSED else _Stage.RUNNING
        self._since, self.to_seq = 0, link.seq
        return None

    def _other(self, kind: str) -> Wrong | None:
        self._since += 1
        if self._stage in _ENDED:
            return Damage.UNSIGNED, "stands after the end of the session"
        if self._stage is _Stage.OPENING and kind not in OPENING:
            return Damage.UNSIGNED, "stands where the signature after the opening entries is missing"
        if self._since > EVERY_ENTRIES:
            return Damage.UNSIGNED, f"stands where a signature is missing: {EVERY_ENTRIES} entries are without one"
        if kind == "closed":
            self._stage = _Stage.CLOSED
        return None


def verifier(public: bytes) -> Callable[[bytes, bytes], bool]:
    """Whether a signature over some bytes was made with the key of these 32 public bytes."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow to import, and not always needed
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above

    key = Ed25519PublicKey.from_public_bytes(public)

    def holds(signature: bytes, signed: bytes) -> bool:
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    return holds


def public_of(opened: Mapping[str, Any]) -> bytes | None:
    """The 32 bytes of the key an opening body names; None if it names none, or not by its ID."""
    public = _decoded(opened.get("public_key"))
    return public if public and len(public) == _RAW_KEY and key_id(public) == opened.get("key") else None


def _signature(fields: Mapping[str, Any], key: str) -> bytes | None:
    body = fields["body"]
    ours = body.keys() == {"alg", "key", "signature"} and body["alg"] == ALGORITHM and body["key"] == key
    return _decoded(body["signature"]) if ours and fields["actor"] == ACTOR else None


def _decoded(text: object) -> bytes | None:
    """The bytes; None if it is no base64, or in another spelling than its only one."""
    try:
        raw = b64decode(text, validate=True) if isinstance(text, str) else None
    except (NotBase64, ValueError):
        return None
    return raw if raw is not None and b64encode(raw).decode() == text else None
