"""The library finds every shipped protocol, loads it whole, and tells what is wrong with a bad one."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from nmes.core import plan as plans
from nmes.core.plan import Plan
from nmes.core.problems import ProtocolError
from nmes.runtime import library
from nmes.runtime.library import Library, is_own, load_file, own_folder, shipped_folder
from tests.core.protocol_making import DEVICE, GOOD


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own for every test."""
    monkeypatch.setenv("NMES_HOME", str(tmp_path / "home"))


SHIPPED = (
    "cramp_calf_ctf_training",
    "tens_acupuncture_like",
    "tens_conventional",
    "quads_acl_reconstruction",
    "quads_knee_oa",
)


def test_the_shipped_protocols_are_all_sound() -> None:
    entries = Library().list()
    assert {entry.path.stem for entry in entries} >= set(SHIPPED)
    assert [problem for entry in entries for problem in entry.problems] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_protocol_compiles_with_its_whole_amplitude_on_its_own_pads(name: str) -> None:
    made = plans.compile(Library().load(name).protocol, DEVICE)
    assert isinstance(made, Plan)
    assert {told.ceiling_reason for told in made.delivered} == {"the protocol's maximum"}
    assert made.protocol_id == name


def test_the_cramp_card_trains_18_contractions_at_the_threshold_plus_30_hz() -> None:
    protocol = Library().load("cramp_calf_ctf_training").protocol
    made = plans.compile(protocol, DEVICE, ctf_mhz=15_500)
    assert made.delivered[0].asked_frequency_mhz == 45_500
    assert made.at(0)[0].contractions == 18
    assert made.duration_ms == 270_000 + 2 * 60_000


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_to_verify_is_cited_and_everything_sourced_is(name: str) -> None:
    for origin in Library().load(name).protocol.provenance.values():
        assert origin.cite or origin.tag != "source"
        assert not origin.cite or origin.tag != "verify"


@pytest.mark.covers("SR-15")
def test_a_protocol_is_loaded_with_the_digest_of_the_bytes_that_were_parsed(tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    loaded = load_file(path)
    assert loaded.text == GOOD.encode()
    assert loaded.sha256 == sha256(GOOD.encode()).hexdigest()
    assert loaded.path == path
    assert loaded.tree.get(("id",)) == "good"


def test_a_protocol_is_found_by_id_or_by_path(tmp_path: Path) -> None:
    (tmp_path / "purpose").mkdir()
    (tmp_path / "purpose" / "good.yaml").write_text(GOOD)
    library = Library((tmp_path,))
    assert library.load("good").protocol == library.load(str(tmp_path / "purpose" / "good.yaml")).protocol


def own(name: str, text: str = "") -> Path:
    """A file of the user's."""
    path = own_folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or GOOD, encoding="utf-8")
    return path


def test_the_users_own_protocols_stand_beside_the_shipped_ones() -> None:
    path = own("good.yaml")
    entry = next(entry for entry in Library().list() if entry.path == path)
    assert entry.loaded is not None
    assert entry.own
    assert is_own(path)
    assert Library().load("good").path == path
    assert not any(entry.own for entry in Library().list() if entry.path != path)


def test_an_own_file_with_a_shipped_id_takes_nobodys_place() -> None:
    shipped = Library().load("tens_conventional").path
    path = own("tens_conventional.yaml", shipped.read_text(encoding="utf-8").replace("phase_us: 100", "phase_us: 300"))
    entries = [entry for entry in Library().list() if entry.path.stem == "tens_conventional"]
    assert [(entry.path, entry.loaded is None) for entry in entries] == [(shipped, False), (path, True)]
    assert "a shipped protocol has this id already" in str(entries[1].problems[0])
    assert "another id" in str(entries[1].problems[0])
    for asked in ("tens_conventional", str(path)):
        with pytest.raises(ProtocolError, match="a shipped protocol has this id already"):
            Library().load(asked)
    assert Library().load(str(shipped)).path == shipped


def test_of_two_own_files_with_one_id_the_second_is_refused() -> None:
    first, second = own("a/good.yaml"), own("b/good.yaml")
    assert [entry.loaded is None for entry in Library().list() if entry.own] == [False, True]
    with pytest.raises(ProtocolError, match="another file of yours has this id already"):
        Library().load(str(second))
    assert Library().load(str(first)).path == first


@pytest.mark.covers("TH-01")
@pytest.mark.parametrize(
    "name", ["tens_conventional.yml", "a/tens_conventional.yml", "tens_conventional", "tens_conventional.txt"]
)
def test_no_ending_of_its_name_lets_an_own_file_take_a_shipped_id(name: str) -> None:
    shipped = Library().load("tens_conventional")
    path = own(name, shipped.text.decode())
    with pytest.raises(ProtocolError, match="a shipped protocol has this id already"):
        Library().load(str(path))
    assert Library().load(str(shipped.path)).path == shipped.path


def test_an_own_yml_file_is_listed_and_found_as_a_yaml_file_is() -> None:
    path = own("good.yml")
    assert [entry.path for entry in Library().list() if entry.own and entry.loaded] == [path]
    assert Library().load("good").path == path
    second = own("good.yaml")
    with pytest.raises(ProtocolError, match="another file of yours has this id already"):
        Library().load("good")
    assert Library().load(str(second)).path == second, "the first in the order of their names"


class TestLinks:
    """A link belongs to the folder it lies in, wherever it leads."""

    def link(self, name: str, to: Path) -> Path:
        path = own_folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(to)
        return path

    def test_a_link_to_a_file_elsewhere_is_the_users_own_never_shipped(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere.yaml").write_text(GOOD)
        path = self.link("good.yaml", tmp_path / "elsewhere.yaml")
        assert is_own(path)
        assert [entry.path for entry in Library().list() if entry.own] == [path]
        assert Library().load("good").sha256 == sha256(GOOD.encode()).hexdigest()

    def test_a_link_takes_no_shipped_id_and_the_shipped_file_stays_usable_by_its_path(self) -> None:
        shipped = Library().load("tens_conventional").path
        path = self.link("tens_conventional.yaml", shipped)
        assert is_own(path)
        assert not is_own(shipped)
        with pytest.raises(ProtocolError, match="a shipped protocol has this id already"):
            Library().load(str(path))
        assert Library().load(str(shipped)).path == shipped

    def test_a_linked_folder_makes_no_way_round_either(self, tmp_path: Path) -> None:
        shipped = Library().load("tens_conventional")
        (tmp_path / "away").mkdir()
        (tmp_path / "away" / "tens_conventional.yaml").write_bytes(shipped.text)
        path = self.link("sub", tmp_path / "away") / "tens_conventional.yaml"
        assert is_own(path)
        with pytest.raises(ProtocolError, match="a shipped protocol has this id already"):
            Library().load(str(path))

    def test_a_file_reached_by_a_link_from_elsewhere_is_still_own(self, tmp_path: Path) -> None:
        path = own("good.yaml")
        (tmp_path / "way in").symlink_to(own_folder())
        (tmp_path / "other.yaml").symlink_to(path)
        self.link("out.yaml", Path(__file__))
        assert is_own(tmp_path / "way in" / "good.yaml")
        assert is_own(tmp_path / "way in" / "out.yaml")
        assert is_own(tmp_path / "other.yaml")
        assert Library().load(str(tmp_path / "way in" / "good.yaml")).protocol.id == "good"

    def test_a_link_to_nowhere_or_to_itself_stays_in_the_list_and_says_so(self, tmp_path: Path) -> None:
        paths = [self.link("gone.yaml", tmp_path / "nowhere"), self.link("ring.yaml", own_folder() / "ring.yaml")]
        entries = [entry for entry in Library().list() if entry.own]
        assert [entry.path for entry in entries] == paths
        assert ["the file cannot be read" in str(entry.problems) for entry in entries] == [True, True]


@pytest.mark.parametrize("home", ["", "protocols/pain", ".."])
def test_a_home_that_is_the_checkout_or_near_it_takes_no_shipped_protocol_away(
    home: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The own folder is the shipped one, lies in it, or holds it: each file is listed once, and stays shipped."""
    before = Library().files()
    chosen = shipped_folder().parent / home
    if home == "..":
        chosen = tmp_path
        (tmp_path / "protocols").mkdir()
        shutil.copytree(shipped_folder(), tmp_path / "protocols" / "shipped")
        monkeypatch.setattr(library, "shipped_folder", lambda: tmp_path / "protocols" / "shipped")
        before = tuple(tmp_path / "protocols" / "shipped" / file.relative_to(shipped_folder()) for file in before)
    monkeypatch.setenv("NMES_HOME", str(chosen))
    assert Library().files() == before
    assert not any(is_own(file) for file in before)
    assert Library().load("tens_conventional").path in before


@pytest.mark.covers("TH-01")
def test_only_a_regular_file_is_opened_so_that_nothing_waits_for_ever(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path / "pipe.yaml", Path("/dev/zero"), tmp_path):
        with pytest.raises(ProtocolError, match="this is no regular file; give the path of a YAML file"):
            Library().load(str(path))
    own("good.yaml")
    os.mkfifo(own_folder() / "pipe.yaml")
    assert [entry.loaded is None for entry in Library().list() if entry.own] == [False, True]


def test_a_file_outside_the_folders_may_have_any_id(tmp_path: Path) -> None:
    shipped = Library().load("tens_conventional")
    path = tmp_path / "tens_conventional.yaml"
    path.write_bytes(shipped.text)
    assert Library().load(str(path)).path == path


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(ProtocolError, match='no protocol has this id; did you mean "tens_conventional"'):
        Library().load("tens_convential")
    with pytest.raises(ProtocolError, match="see: nmes protocols list"):
        Library().load("qqqq")


def test_a_missing_file_or_a_folder_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"nowhere\.yaml: the file cannot be read"):
        Library().load("nowhere.yaml")
    with pytest.raises(ProtocolError, match="this is no regular file"):
        Library().load(str(tmp_path))


def test_a_bad_file_stays_in_the_list_with_its_problems(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: bad\n")
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not a protocol")
    bad, good = Library((tmp_path,)).list()
    assert bad.loaded is None
    assert bad.problems
    assert good.loaded is not None
    assert good.problems == ()


def test_a_huge_file_is_refused_without_being_parsed(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"a: 1\n" * 2_000_000)
    with pytest.raises(ProtocolError, match="bytes; give at most 1000000"):
        load_file(path)


def test_shipped_protocols_lie_in_the_wheel_or_beside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "nmes"
    package.mkdir()
    assert shipped_folder(package) == tmp_path / "protocols"
    (package / "shipped_protocols").mkdir()
    assert shipped_folder(package) == package / "shipped_protocols"
