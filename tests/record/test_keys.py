"""The station's key is made once, whole, for its owner only, and never replaced."""

from __future__ import annotations

import errno
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from nmes.record import keys
from nmes.record.disk import Disk
from nmes.record.errors import KeyUnusable, RecordUnavailable
from nmes.record.keys import StationKey, key_id, known_keys, private_path, public_path, read_public, station_key


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    first = station_key(tmp_path)
    assert station_key(tmp_path) == first
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [f"station-{first.id}.pub", "station.pem"]
    assert (mode(tmp_path / "keys"), mode(private_path(tmp_path))) == (0o700, 0o600)


def test_what_it_is_called_and_what_it_signs_are_the_documented_ones(tmp_path: Path) -> None:
    key = station_key(tmp_path)
    private = load_pem_private_key(private_path(tmp_path).read_bytes(), password=None)
    assert isinstance(private, Ed25519PrivateKey)
    assert key.public == private.public_key().public_bytes_raw()
    assert key.id == sha256(key.public).hexdigest()[:16] == key_id(key.public)
    assert key.sign(b"x") == private.sign(b"x")
    Ed25519PublicKey.from_public_bytes(key.public).verify(key.sign(b"x"), b"x")


def test_nothing_of_the_private_part_is_shown(tmp_path: Path) -> None:
    assert "sign" not in repr(station_key(tmp_path))


def test_the_public_part_is_the_known_one_and_is_made_again_if_it_is_lost_or_spoiled(tmp_path: Path) -> None:
    key = station_key(tmp_path)
    path = public_path(tmp_path, key.id)
    assert known_keys(tmp_path) == {key.id: read_public(path)} == {key.id: key.public}
    path.unlink()
    assert known_keys(tmp_path) == {}
    station_key(tmp_path)
    path.write_bytes(path.read_bytes()[:40])
    assert known_keys(tmp_path) == {}, "what cannot be read is not known"
    station_key(tmp_path)
    assert known_keys(tmp_path) == {key.id: key.public}
    assert known_keys(tmp_path / "none") == {}


def test_other_stations_keys_are_known_once_they_lie_there(tmp_path: Path) -> None:
    ours, theirs = station_key(tmp_path / "a"), station_key(tmp_path / "b")
    (tmp_path / "a" / "keys" / "room-2.pub").write_bytes(public_path(tmp_path / "b", theirs.id).read_bytes())
    assert known_keys(tmp_path / "a") == {ours.id: ours.public, theirs.id: theirs.public}


OTHERS = {
    "nothing": b"",
    "half": b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA",
    "no pem": bytes(range(256)),
    "another kind": generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    "locked": Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_key_that_cannot_be_read_is_said_and_never_replaced(tmp_path: Path, what: str) -> None:
    station_key(tmp_path)
    private_path(tmp_path).write_bytes(OTHERS[what])
    with pytest.raises(KeyUnusable, match=r"station\.pem is damaged or is another kind of key: .*from a backup"):
        station_key(tmp_path)
    assert private_path(tmp_path).read_bytes() == OTHERS[what]


def test_a_public_key_file_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="cannot be read: No such file"):
        read_public(tmp_path / "none.pub")
    elliptic = generate_private_key(SECP256R1()).public_key()
    other = elliptic.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for data in (b"", b"ssh-ed25519 AAAA", other, OTHERS["another kind"]):
        (tmp_path / "x.pub").write_bytes(data)
        with pytest.raises(KeyUnusable, match=r"x\.pub is no public Ed25519 key in PEM form"):
            read_public(tmp_path / "x.pub")


def test_without_a_place_for_the_key_there_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(RecordUnavailable, match=r"no record can be kept in .*keys: "):
        station_key(tmp_path)


class Recorded:
    """A disk that tells what was made durable in which order, and can fail at the nth time."""

    def __init__(self, fails_at: int = 0) -> None:
        self.synced: list[str] = []
        self.fails_at = fails_at

    def sync(self, fd: int) -> None:
        self.synced.append(Path(f"/proc/self/fd/{fd}").readlink().name)
        if len(self.synced) == self.fails_at:
            raise OSError(errno.EIO, "Input/output error")
        os.fsync(fd)

    @property
    def disk(self) -> Disk:
        return Disk(sync=self.sync)


def test_the_key_is_on_the_medium_with_its_name_before_its_public_part_is_there(tmp_path: Path) -> None:
    recorded = Recorded()
    key = station_key(tmp_path, recorded.disk)
    home, draft, *rest = recorded.synced
    assert home == tmp_path.name
    assert draft.endswith(".new")
    public = rest.pop(2)
    assert public.startswith(f"station-{key.id}.pub.")
    assert public.endswith(".new"), "it has its name once it is whole"
    assert rest == ["keys"] * 4
    again = Recorded()
    station_key(tmp_path, again.disk)
    assert again.synced == []


@pytest.mark.parametrize("nth", range(1, 8))
def test_whenever_the_disk_fails_no_half_key_is_left_and_the_next_start_has_one(tmp_path: Path, nth: int) -> None:
    with pytest.raises(KeyUnusable, match=r"no record can be kept in .*keys: .*Input/output error"):
        station_key(tmp_path, Recorded(nth).disk)
    kept = private_path(tmp_path).read_bytes() if private_path(tmp_path).exists() else None
    key = station_key(tmp_path)
    assert kept in (None, private_path(tmp_path).read_bytes()), "a key that was there is the one that stays"
    assert known_keys(tmp_path) == {key.id: key.public}
    assert sorted(path.suffix for path in (tmp_path / "keys").iterdir()) == [".pem", ".pub"]


def test_of_two_programs_that_begin_at_once_the_first_key_stands(tmp_path: Path) -> None:
    """The other program's key appears between the look and the link."""
    made: list[str] = []

    def sync(fd: int) -> None:
        if not made:
            made.append("")
            made[0] = station_key(tmp_path).id
        os.fsync(fd)

    (tmp_path / "keys").mkdir(mode=0o700)
    assert station_key(tmp_path, Disk(sync=sync)).id == made[0]
    assert list(keys.known_keys(tmp_path)) == made


def test_a_public_key_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = station_key(tmp_path)
    path = public_path(tmp_path, key.id)
    path.write_bytes(b"spoiled")

    def killed(*_: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        station_key(tmp_path)
    monkeypatch.undo()
    assert path.read_bytes() == b"spoiled", "nothing is written in its place"
    assert station_key(tmp_path) == key
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, "station.pem"]


def test_what_is_left_of_a_key_that_was_being_made_goes(tmp_path: Path) -> None:
    """Killed after the key had its name, and before its draft had lost it; or before that."""
    key = station_key(tmp_path)
    path = private_path(tmp_path)
    os.link(path, path.with_name("station.pem.ab12cd34.new"))
    path.with_name("station.pem.ab12cd35.new").write_bytes(path.read_bytes()[:40])
    assert station_key(tmp_path) == key
    assert sorted(one.name for one in path.parent.iterdir()) == [f"station-{key.id}.pub", "station.pem"]


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A medium such as exFAT."""

    def refused(_draft: Path, _path: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)


@pytest.mark.usefixtures("no_links")
def test_a_key_is_made_on_a_medium_that_knows_no_links(tmp_path: Path) -> None:
    key = station_key(tmp_path)
    assert station_key(tmp_path) == key
    assert mode(private_path(tmp_path)) == 0o600
    assert known_keys(tmp_path) == {key.id: key.public}
    assert len(list((tmp_path / "keys").iterdir())) == 2


@pytest.mark.usefixtures("no_links")
def test_there_nobody_s_key_is_overwritten_either_and_none_that_does_not_read_back_stays(tmp_path: Path) -> None:
    made: list[str] = []

    def sync(fd: int) -> None:
        if not made:
            made.append("")
            made[0] = station_key(tmp_path).id

    (tmp_path / "keys").mkdir(mode=0o700)
    assert station_key(tmp_path, Disk(sync=sync)).id == made[0]

    def spoiling(fd: int, data: bytes) -> int:
        return os.write(fd, data.replace(b"PRIVATE", b"PRIVETE")) if data else 0

    other = tmp_path / "other"
    with pytest.raises(KeyUnusable, match="does not read back"):
        station_key(other, Disk(write=spoiling))
    assert list((other / "keys").iterdir()) == []


def draft_of(fd: int, name: str) -> Path | None:
    """The file that is synced, if its name begins so."""
    path = Path(f"/proc/self/fd/{fd}").readlink()
    return path if path.name.startswith(name) and path.exists() else None


def test_a_program_whose_draft_was_swept_takes_the_key_that_stands(tmp_path: Path) -> None:
    """The other made, published and swept while this one wrote its draft."""
    made: list[StationKey] = []

    def swept(fd: int) -> None:
        if not made and (draft := draft_of(fd, "station.pem.")):
            made.append(station_key(tmp_path))
            assert not draft.exists()

    assert station_key(tmp_path, Disk(sync=swept)) == made[0]

    def lost(fd: int) -> None:
        if draft := draft_of(fd, "station.pem."):
            draft.unlink()

    with pytest.raises(KeyUnusable, match="No such file"):
        station_key(tmp_path / "other", Disk(sync=lost))


def test_a_program_whose_draft_of_the_public_part_was_swept_takes_the_one_that_lies_there(tmp_path: Path) -> None:
    key = station_key(tmp_path)
    path = public_path(tmp_path, key.id)

    def swept(fd: int) -> None:
        if (draft := draft_of(fd, f"{path.name}.")) and not path.exists():
            station_key(tmp_path)
            assert not draft.exists()

    path.unlink()
    assert station_key(tmp_path, Disk(sync=swept)) == key

    def lost(fd: int) -> None:
        if draft := draft_of(fd, f"{path.name}."):
            draft.unlink()

    path.unlink()
    with pytest.raises(KeyUnusable, match="No such file"):
        station_key(tmp_path, Disk(sync=lost))
