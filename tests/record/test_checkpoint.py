"""The station vouches for its record: when a signature is due, and that a missing or wrong one is named."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nmes.record.chain import GENESIS, Damage, NewEntry, Origin, Stamp, decode_line, encode_line
from nmes.record.checkpoint import EVERY_ENTRIES, EVERY_NS, Due, Seals, checkpoint, message, named
from nmes.record.keys import StationKey, station_key
from nmes.record.verify import Damaged, Intact, Torn, Verdict, verify_lines

STATION, SESSION = "station-1", "s1"


class Writing:
    """Lines as the journal writes them, or as somebody who does not keep the rules would."""

    def __init__(self, key: StationKey, chain: str = "records") -> None:
        self.key, self.chain = key, chain
        self.lines: list[bytes] = []
        self.prev = GENESIS

    def put(self, new: NewEntry) -> Writing:
        seq = len(self.lines) + 1
        origin = Origin(STATION, SESSION, "boot")
        line, self.prev = encode_line(new, Stamp(seq, seq), origin, seq, self.prev)
        self.lines.append(line)
        return self

    def opened(self, **body: object) -> Writing:
        return self.put(NewEntry("opened", {"protocol": "p", **named(self.chain, self.key), **body}, "record"))

    def other(self, kind: str = "event", count: int = 1) -> Writing:
        for _ in range(count):
            self.put(NewEntry(kind, {"why": "x"}, "Ada"))
        return self

    def sign(self, by: StationKey | None = None, of: tuple[str, str, str] | None = None) -> Writing:
        where = of or (STATION, self.chain, SESSION)
        return self.put(checkpoint(by or self.key, message(*where, len(self.lines), self.prev)))

    def verdict(self, chain: str | None = "records", required: bool = False) -> Verdict:
        self.seals = Seals(chain, required=lambda: required)
        return verify_lines(self.lines, GENESIS, SESSION, self.seals.take)


@pytest.fixture
def writing(key: StationKey) -> Writing:
    return Writing(key)


def damage(verdict: Verdict) -> tuple[int, Damage]:
    assert isinstance(verdict, Damaged), verdict
    return verdict.seq, verdict.kind


# --- what is signed ---


def test_the_signature_is_over_the_documented_bytes(writing: Writing) -> None:
    writing.opened()
    before = decode_line(writing.lines[-1]).hash
    writing.sign()
    entry = decode_line(writing.lines[-1])
    assert message(STATION, "records", SESSION, 1, before) == (
        b"stim-checkpoint/1\nstation-1\nrecords\ns1\n1\n" + before.encode() + b"\n"
    )
    assert (entry.type, entry.actor, entry.body["alg"], entry.body["key"]) == (
        "checkpoint",
        "record",
        "ed25519",
        writing.key.id,
    )
    opened = decode_line(writing.lines[0]).body
    public = Ed25519PublicKey.from_public_bytes(b64decode(opened["public_key"]))
    public.verify(b64decode(entry.body["signature"]), message(STATION, "records", SESSION, 1, before))


def test_a_session_that_keeps_the_rules_is_intact_and_signed_to_its_end(writing: Writing) -> None:
    writing.opened().other("interrupted").other("recovered").sign().other(count=64).sign().other("closed").sign()
    assert isinstance(writing.verdict(), Intact)
    assert (writing.seals.key, writing.seals.public, writing.seals.to_seq) == (writing.key.id, writing.key.public, 71)


def test_a_session_that_is_still_written_is_signed_up_to_its_last_checkpoint(writing: Writing) -> None:
    writing.opened()
    assert isinstance(writing.verdict(), Intact)
    assert writing.seals.to_seq == 0
    writing.sign().other(count=3)
    assert isinstance(writing.verdict(), Intact)
    assert writing.seals.to_seq == 2
    writing.other("closed")
    assert isinstance(writing.verdict(), Intact), "the crash came between the end and its signature"
    assert writing.seals.to_seq == 2
    writing.lines.append(b'{"entry":')
    assert isinstance(writing.verdict(), Torn)
    assert writing.seals.to_seq == 2


def test_an_unsigned_session_is_not_asked_for_signatures(writing: Writing) -> None:
    writing.put(NewEntry("opened", {"chain": "records"}, "record")).other(count=200).sign().other("closed").other()
    assert isinstance(writing.verdict(), Intact)
    assert (writing.seals.key, writing.seals.to_seq) == ("", 0)
    other = Writing(writing.key).other(count=2)
    assert isinstance(other.verdict(), Intact)


# --- what is missing ---


def test_the_first_signature_follows_the_opening_entries(writing: Writing) -> None:
    assert damage(writing.opened().other("interrupted").other().sign().verdict()) == (3, Damage.UNSIGNED)
    assert damage(Writing(writing.key).opened().other("closed").verdict()) == (2, Damage.UNSIGNED)


@pytest.mark.parametrize("opening", [False, True])
def test_no_more_than_64_entries_stand_without_one(writing: Writing, opening: bool) -> None:
    if opening:
        writing.opened().other("interrupted", 63)
    else:
        writing.opened().sign().other(count=EVERY_ENTRIES)
    assert isinstance(writing.verdict(), Intact)
    assert damage(writing.other("interrupted").verdict()) == (len(writing.lines), Damage.UNSIGNED)


@pytest.mark.parametrize("after", ["event", "closed", "clock_step"])
def test_after_the_end_stands_its_signature_and_nothing_else(writing: Writing, after: str) -> None:
    assert damage(writing.opened().sign().other("closed").other(after).verdict()) == (4, Damage.UNSIGNED)
    over = Writing(writing.key).opened().sign().other("closed").sign()
    assert isinstance(over.verdict(), Intact)
    assert damage(over.other(after).verdict()) == (5, Damage.UNSIGNED)
    twice = Writing(writing.key).opened().sign().other("closed").sign().sign()
    assert damage(twice.verdict()) == (5, Damage.UNSIGNED)


def test_an_unsigned_session_after_a_signed_one_is_named(writing: Writing) -> None:
    assert damage(writing.put(NewEntry("opened", {}, "record")).verdict(required=True)) == (1, Damage.UNSIGNED)
    assert damage(Writing(writing.key).other().verdict(required=True)) == (1, Damage.UNSIGNED)
    assert isinstance(Writing(writing.key).opened().sign().verdict(required=True), Intact)


# --- what does not hold ---


def test_a_signature_with_another_key_or_for_another_place_does_not_hold(writing: Writing, tmp_path: Path) -> None:
    other = station_key(tmp_path / "other")
    forged = StationKey(writing.key.id, writing.key.public, other.sign)
    assert damage(writing.opened().sign(by=forged).verdict()) == (2, Damage.SIGNATURE)
    assert damage(Writing(writing.key).opened().sign(by=other).verdict()) == (2, Damage.SIGNATURE)
    for of in (("station-2", "records", SESSION), (STATION, "simulation", SESSION), (STATION, "records", "s2")):
        assert damage(Writing(writing.key).opened().sign(of=of).verdict()) == (2, Damage.SIGNATURE)


def test_a_signature_of_another_entry_does_not_hold(writing: Writing) -> None:
    writing.opened().sign().other()
    early = checkpoint(writing.key, message(STATION, "records", SESSION, 2, decode_line(writing.lines[1]).hash))
    assert damage(writing.put(early).verdict()) == (4, Damage.SIGNATURE)
    assert writing.seals.to_seq == 2


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "ed448"},
        {"key": "0" * 16},
        {"signature": "!"},
        {"signature": "é"},
        {"signature": 7},
        {"signature": ""},
        {"more": 1},
        {"alg": None},
    ],
)
def test_a_checkpoint_that_is_not_as_we_write_it_does_not_hold(writing: Writing, change: dict[str, object]) -> None:
    writing.opened()
    good = checkpoint(writing.key, message(STATION, "records", SESSION, 1, writing.prev))
    assert damage(writing.put(NewEntry(good.type, {**good.body, **change}, good.actor)).verdict()) == (
        2,
        Damage.SIGNATURE,
    )


def test_a_checkpoint_in_anothers_name_does_not_hold(writing: Writing) -> None:
    writing.opened()
    good = checkpoint(writing.key, message(STATION, "records", SESSION, 1, writing.prev))
    assert damage(writing.put(NewEntry(good.type, good.body, "Ada")).verdict()) == (2, Damage.SIGNATURE)


@pytest.mark.parametrize(
    "change",
    [
        {"public_key": "AAAA"},
        {"public_key": b64encode(bytes(32)).decode()},
        {"public_key": None},
        {"public_key": "not base64"},
        {"key": "0" * 16},
        {"key": None},
        {"chain": 7},
    ],
)
def test_a_session_that_names_no_usable_key_is_damaged_in_its_first_entry(
    writing: Writing, change: dict[str, object]
) -> None:
    assert damage(writing.opened(**change).sign().verdict()) == (1, Damage.SIGNATURE)


@pytest.mark.parametrize("gone", ["key", "public_key"])
def test_half_of_a_claim_to_be_signed_is_a_claim(writing: Writing, gone: str) -> None:
    bound = {name: value for name, value in named("records", writing.key).items() if name != gone}
    assert damage(writing.put(NewEntry("opened", bound, "record")).verdict()) == (1, Damage.SIGNATURE)


def test_a_session_of_the_other_chain_is_foreign_where_the_chain_is_known(key: StationKey) -> None:
    simulated = Writing(key, chain="simulation").opened().sign()
    assert damage(simulated.verdict("records")) == (1, Damage.FOREIGN)
    assert isinstance(simulated.verdict("simulation"), Intact)
    assert isinstance(simulated.verdict(None), Intact)


def test_a_key_without_a_curve_point_verifies_nothing(writing: Writing) -> None:
    """The verifier takes any 32 bytes: those that are no key hold no signature."""
    public = b"\xff" * 32
    nobody = StationKey(sha256(public).hexdigest()[:16], public, writing.key.sign)
    assert damage(Writing(nobody).opened().sign().verdict()) == (2, Damage.SIGNATURE)


# --- when one is due ---


def test_one_is_due_after_64_entries(writing: Writing) -> None:
    due, entry = Due(), NewEntry("event", {}, "Ada")
    assert [due.take(entry, 0) for _ in range(EVERY_ENTRIES)] == [False] * 63 + [True]
    due.signed()
    assert not due.take(entry, 0)


def test_one_is_due_60_s_after_the_first_unsigned_entry() -> None:
    due, entry = Due(), NewEntry("event", {}, "Ada")
    assert not due.take(entry, 5)
    assert not due.take(entry, 5 + EVERY_NS - 1)
    assert due.take(entry, 5 + EVERY_NS)
    due.signed()
    assert not due.take(entry, 5 + EVERY_NS)
    assert not due.take(entry, 5 + 2 * EVERY_NS - 1)


def test_one_is_due_at_once_after_an_entry_that_is_to_be_sealed() -> None:
    assert Due().take(NewEntry("event", {}, "Ada", seal=True), 0)
