"""The library finds every shipped protocol, loads it whole, and tells what is wrong with a bad one."""

from hashlib import sha256
from pathlib import Path

import pytest

from nmes.core import plan as plans
from nmes.core.plan import Plan
from nmes.core.problems import ProtocolError
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
    assert not any(told.capped for told in made.delivered)
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
    with pytest.raises(ProtocolError, match="the file cannot be read"):
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
