"""Which commit a change is compared with: never HEAD with itself, as long as the history has another one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from mutation.__main__ import main
from mutation.changed import BACK, VERSION, NoBaseError, base_of, git

pytestmark = pytest.mark.thorough

AS = (
    "-c",
    "user.name=Ada",
    "-c",
    "user.email=ada@example.org",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "tag.gpgsign=false",
)


class History:
    """A repository of its own; each commit is told by its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commits = 0
        self.run("init", "-q", "-b", "main")

    def run(self, *arguments: str) -> None:
        subprocess.run(["git", *AS, *arguments], cwd=self.folder, check=True, capture_output=True)

    def commit(self, version: str | None = None) -> str:
        if version:
            file = self.folder / VERSION
            file.parent.mkdir(exist_ok=True)
            file.write_text(f'"""A program."""\n\n__version__ = "{version}"\n')
            self.run("add", "-A")
        self.commits += 1  # two of one second that say the same are one commit
        self.run("commit", "-q", "--allow-empty", "-m", f"Change {self.commits}")
        head = git("rev-parse", "HEAD", root=self.folder)
        assert head is not None
        return head


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):  # a hook that runs the tests has them set
        monkeypatch.delenv(name, raising=False)
    return History(tmp_path)


def test_work_beside_the_main_line_is_compared_with_where_it_left_it(history: History) -> None:
    history.commit("0.1.0")
    left = history.commit()
    history.run("switch", "-q", "-c", "work")
    history.commit()
    history.run("switch", "-q", "main")
    history.commit()
    history.run("switch", "-q", "work")
    base = base_of(None, history.folder)
    assert base.commit == left
    assert str(base) == f"{left[:9]} (where this work left main)"


def test_on_the_main_line_it_is_compared_with_the_newest_version_before(history: History) -> None:
    history.commit("0.1.0")
    second = history.commit("0.2.0")
    history.commit()
    assert base_of(None, history.folder).commit == second
    history.commit("0.3.0")
    assert base_of(None, history.folder).commit == second, "what lands with a version is new in it"
    assert "HEAD is the main line" in str(base_of("main", history.folder))


def test_a_tag_tells_more_than_a_version(history: History) -> None:
    history.commit("0.1.0")
    tagged = history.commit()
    history.run("tag", "landed")
    history.commit("0.2.0")
    history.commit()
    assert base_of(None, history.folder).commit == tagged
    history.run("tag", "newest")
    assert base_of(None, history.folder).commit == tagged, "a tag of HEAD itself is no earlier commit"


@pytest.mark.parametrize("commits", [2, BACK + 3])
def test_without_either_its_last_commits_are_new_or_all_there_are(history: History, commits: int) -> None:
    made = [history.commit() for _ in range(commits)]
    assert base_of(None, history.folder).commit == made[max(0, commits - 1 - BACK)]


def test_a_history_of_one_commit_says_so(history: History) -> None:
    only = history.commit("0.1.0")
    base = base_of(None, history.folder)
    assert base.commit == only
    assert "the only commit" in str(base)


@pytest.mark.parametrize("named", [None, "release"])
def test_where_the_main_line_cannot_be_found_nothing_is_compared(history: History, named: str | None) -> None:
    with pytest.raises(NoBaseError, match="no commit here"):
        base_of(named, history.folder)
    history.run("switch", "-q", "-c", "work")
    history.commit()
    with pytest.raises(NoBaseError, match=f"shared with {named or 'origin/main or main'}"):
        base_of(named, history.folder)


def test_a_name_that_no_mutant_has_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--target", "chain", "--only", "nothing of this name"]) == 2
    assert capsys.readouterr().out == "There is no such mutant.\n"


def test_a_run_whose_time_was_over_before_anything_was_judged_is_no_good_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hurried = ["--target", "chain", "--minutes", "0.0000001", "--results", str(tmp_path / "results")]
    assert main(hurried) == 2
    said = capsys.readouterr().out
    assert "Nothing was judged." in said
    assert "% noticed" not in said
