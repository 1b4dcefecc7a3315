"""`nmes try` as a person meets it: what it says, what it refuses, its exit codes, and that it keeps nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from cli.conftest import Nmes, Result, process

from helpers.short import CALF, QUADS, TENS, protocol_file, shipped
from helpers.waiting import PATIENCE_S
from nmes.cli.try_words import BANNER

LONG_CRAMP = "2"
CUT = {"contractions": "2", "off_s": "5"}
QUICK = ("--pools", "1", "--level", "10")


@pytest.fixture(scope="module")
def quads(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(protocol_file(tmp_path_factory.mktemp("quads"), QUADS, **CUT))


@pytest.fixture(scope="module")
def tens(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(protocol_file(tmp_path_factory.mktemp("tens"), TENS, minutes="1"))


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, ...], Result]:
    return {}


@pytest.fixture
def tried(nmes: Nmes, results: dict[tuple[str, ...], Result]) -> Nmes:
    """`nmes try`, run once for all tests that only read what it says: the same try gives the same again."""

    def once(*arguments: str) -> Result:
        if arguments not in results:
            results[arguments] = nmes("try", *arguments)
        return results[arguments]

    return once


def flat(text: str) -> str:
    return " ".join(text.split())


# --- every protocol that is shipped ---


@pytest.mark.campaign
@pytest.mark.parametrize("protocol", shipped())
def test_every_shipped_protocol_can_be_tried(protocol: str, nmes: Nmes, home: Path) -> None:
    is_good(nmes("try", protocol, *QUICK), home)


SETS = {"contractions": "2", "sets": "2", "set_rest_s": "5"}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("protocol", "cut"), [("tens_burst", {"minutes": "1"}), ("tens_modulated", {"minutes": "1"}), (CALF, SETS)]
)
def test_bursts_modulation_and_sets_can_be_tried(
    protocol: str, cut: dict[str, str], nmes: Nmes, home: Path, tmp_path: Path
) -> None:
    """In every run: a part of each form; and a test of the cramp threshold (test_measuring.py)."""
    is_good(nmes("try", str(protocol_file(tmp_path, protocol, **cut)), *QUICK), home)


def is_good(tried: Result, home: Path) -> None:
    assert (tried.code, tried.err) == (0, "")
    assert "Complete, and within every limit." in tried.out
    assert max(map(len, tried.out.splitlines())) < 80, "the terminal of a test is 80 wide"
    assert "\x1b" not in tried.out, "readable without colour"
    assert not home.exists(), "no record, nothing under NMES_HOME"


# --- what it says ---


@pytest.mark.thorough
def test_it_begins_with_what_it_is_not(tried: Nmes, quads: str) -> None:
    assert flat(tried(quads, *QUICK).out).startswith(BANNER)


@pytest.mark.thorough
def test_it_answers_what_a_therapist_asks(tried: Nmes, quads: str) -> None:
    said = flat(tried(quads, "--pools", "2").out)
    for answer in (
        "71.0 mA, found: the most the virtual patient tolerates (at most 80.0 mA: the protocol's maximum)",
        "50 Hz asked, 50 Hz on the stimulator's grid, 50 Hz measured at the skin",
        "highest amplitude 72.0 mA of 80.0 mA 90 %",
        "treatment's level 71.0 mA of 80.0 mA 89 %",
        "treatment charge",
        "finding the level included, but for the treatment's. Shares are rounded up",
        "r.m.s. density 0.27 mA/cm² of 2.00 mA/cm² 14 %",
        "charge per phase 21.6 µC",
        "2 contractions",
        "tried on healthy_adult, seed 0; muscle neutral",
        "(assumed: no word for the muscle's length was recognised in the protocol's position)",
        "Marks: [design] our own choice; [verify] still to be checked",
        "do not compare them between profiles",
    ):
        assert answer in said
    assert re.search(r"first contraction \d+ N, \d+ % of all this muscle can give", said)
    assert re.search(r"last contraction \d+ N, \d+ % of the first", said)
    assert re.search(r"typically 6\.\d of 10 while the current flows", said)
    assert "Cramp none" in said


@pytest.mark.thorough
def test_a_sensory_protocol_speaks_of_feeling_and_not_of_force(nmes: Nmes, tens: str) -> None:
    said = flat(nmes("try", tens).out)
    assert "1.5 times the threshold of feeling, there is no muscle under the pads" in said
    assert "channel 1, skin over the painful area: 24.0 mA, found: what the protocol asks for" in said
    assert "Force" not in said
    assert "contraction" not in said.partition("Dose")[2]


@pytest.mark.thorough
def test_the_cramp_protocol_is_tried_on_who_it_is_for(nmes: Nmes, tmp_path: Path) -> None:
    calf = str(protocol_file(tmp_path, CALF, contractions="1", sets="2", set_rest_s="5"))
    said = flat(nmes("try", calf, "--level", "45").out)
    assert "tried on cramp_prone_calf, seed 0; muscle shortened (assumed from" in said
    assert "gastrocnemius" in said.partition("Cramp")[2]
    assert "44.9 Hz on the stimulator's grid" in said
    assert "tried on healthy_adult, seed 0; muscle stretched (as asked with --length)" in flat(
        nmes("try", calf, "--level", "10", "--patient", "healthy_adult", "--length", "stretched").out
    )


@pytest.mark.thorough
def test_a_level_off_the_grid_is_rounded_down_and_said(nmes: Nmes, quads: str) -> None:
    said = flat(nmes("try", quads, "--pools", "1", "--level", "10.7").out)
    assert "10.7 mA is not on the stimulator's grid: rounded down to 10.5 mA" in said
    assert "10.5 mA, given with --level, not found by feeling" in said


@pytest.mark.thorough
def test_a_level_no_patient_would_take_is_said_to_be_one(tried: Nmes, quads: str) -> None:
    said = flat(tried(quads, "--pools", "1", "--level", "80").out)
    assert "MORE than a patient tolerates (7)" in said


# --- what "complete, and within every limit" does not say ---


def buts(text: str) -> list[str]:
    """The lines right under the first RESULT, each joined."""
    lines = text.partition("RESULT ")[2].splitlines()[1:]
    found: list[str] = []
    for line in lines:
        if line.startswith("But: "):
            found.append(line.removeprefix("But:").strip())
        elif line.startswith("   ") and found:
            found[-1] += f" {line.strip()}"
        elif found or not line.startswith("   "):
            break
    return found


@pytest.fixture
def calf(tmp_path: Path) -> str:
    return str(protocol_file(tmp_path, CALF, **SETS))


@pytest.mark.thorough
def test_what_is_good_has_no_but(tried: Nmes, quads: str) -> None:
    assert buts(tried(quads, "--pools", "2").out) == []


@pytest.mark.thorough
def test_a_cramp_while_the_level_is_found_is_told_and_nobody_would_have_taken_more(nmes: Nmes, calf: str) -> None:
    tried = nmes("try", calf)
    said = flat(tried.out)
    assert tried.code == 0, "the exit code is about completeness and limits"
    assert buts(tried.out)[0] == (
        "a cramp while the level was being found hurt 7.5 of 10, more than is tolerated (7); "
        "the question about the level left the cramp out"
    )
    assert "found: 55 % of the most this channel may get; the current alone was still tolerated there" in said
    assert "would have" not in said
    assert tried.out.count("But:") == 2 * len(buts(tried.out)), "again at the end, where the screen stays"


@pytest.mark.thorough
def test_more_discomfort_than_is_tolerated_stands_under_the_result(tried: Nmes, quads: str) -> None:
    (but,) = buts(tried(quads, "--pools", "1", "--level", "80").out)
    assert re.fullmatch(
        r"in the treatment it hurts up to \d+\.\d of 10, more than is tolerated \(7\): a person .*", but
    )


@pytest.mark.thorough
def test_a_muscle_that_does_nothing_stands_under_the_result(nmes: Nmes, calf: str) -> None:
    said = buts(nmes("try", calf, "--patient", "high_adiposity", "--level", "5").out)
    assert said == [
        "no contraction: the muscle does not move",
        "no cramp in the treatment, which trains at the cramp threshold frequency for that",
    ]


@pytest.mark.thorough
def test_who_feels_nothing_cannot_be_asked(nmes: Nmes, tens: str) -> None:
    tried = nmes("try", tens, "--patient", "sci_chronic")
    nothing, missed = buts(tried.out)
    assert nothing.startswith(
        "nothing is felt: a person who feels nothing cannot be asked for a level, and must not be"
    )
    assert "impaired_sensation" in nothing
    assert "cannot_give_feedback" in nothing
    assert missed == "target not reached: the most this channel may get (50.0 mA) came first"
    assert "sensory" not in tried.out


@pytest.mark.thorough
def test_a_given_level_below_what_is_asked_for_is_said(nmes: Nmes, tens: str) -> None:
    (but,) = buts(nmes("try", tens, "--level", "10").out)
    assert but == "target not reached: the given level does not do what the protocol asks for"


@pytest.mark.thorough
def test_a_long_cramp_breaks_the_stop_rule_of_the_card(nmes: Nmes, calf: str) -> None:
    """Chance goes by the seed; this is one of those where a cramp outlasts its current by more than 30 s."""
    (but,) = [but for but in buts(nmes("try", calf, "--seed", LONG_CRAMP, "--level", "45").out) if "went on" in but]
    assert "s after its current ended, more than the 30 s after which the protocol says to stop and stretch" in but
    assert "[verify]" in but


@pytest.mark.thorough
def test_visible_twitches_are_small_and_not_nothing(nmes: Nmes, tmp_path: Path) -> None:
    said = flat(nmes("try", str(protocol_file(tmp_path, "tens_acupuncture_like", minutes="1"))).out)
    assert "23.0 mA, found: what the protocol asks for" in said
    assert "1.3 times that of movement" in said
    assert re.search(r"small twitches, 0\.\d N at most: 1 % of all this muscle can give", said)
    assert "painful side (the profile's generic muscle stands for it)" in said
    assert "sensory" not in said


@pytest.mark.thorough
def test_a_fault_is_the_main_result(nmes: Nmes, quads: str) -> None:
    tried = nmes("try", quads, "--patient", "worn_electrodes")
    result = flat(tried.out).partition("RESULT ")[2]
    assert tried.code == 1
    assert result.startswith("NOT COMPLETE: stopped while the level was being found, 0:")
    assert ", on channel 1. The stimulator could not deliver the current: check electrodes and cables." in result
    assert "did not begin" in result


@pytest.mark.thorough
def test_two_protocols_stand_side_by_side(nmes: Nmes, quads: str, tens: str) -> None:
    tried = nmes("try", quads, "--compare", tens, *QUICK)
    rows = {line[:19].strip(): line[19:].split("  ") for line in tried.out.splitlines() if line[:1].strip()}
    assert tried.code == 0
    assert [cell.strip() for cell in rows["protocol"] if cell.strip()] == [QUADS, TENS]
    assert "both tried on healthy_adult" in tried.out
    assert [cell.strip() for cell in rows["charge per phase"] if cell.strip()] == ["3.0 µC", "1.0 µC"]
    assert max(map(len, tried.out.splitlines())) < 80


@pytest.mark.thorough
def test_two_protocols_are_tried_on_the_same_patient(nmes: Nmes, quads: str, tmp_path: Path) -> None:
    """The first one's usual, also where the second would be tried on another by itself."""
    calf = str(protocol_file(tmp_path, CALF, contractions="1", sets="2", set_rest_s="5"))
    both = json.loads(nmes("try", quads, "--compare", calf, "--json", *QUICK).out)["tries"]
    assert [one["patient"]["profile"] for one in both] == ["healthy_adult"] * 2
    assert [one["patient"]["muscle_length"] for one in both] == ["neutral", "shortened"]


@pytest.mark.campaign
def test_a_percentage_is_the_same_wherever_it_stands(nmes: Nmes, quads: str) -> None:
    """Rounded up, alone, side by side and in a population of the same person."""
    given = ("--pools", "1", "--level", "40")
    alone = flat(nmes("try", quads, *given).out)
    first = re.search(r"first contraction (\d+ N), (\d+ %)", alone)
    last = re.search(r"last contraction (\d+ N), (\d+ %)", alone)
    assert first is not None
    assert last is not None
    cells = flat(nmes("try", quads, "--compare", quads, *given).out)
    assert f"{first[1]} ({first[2]} of the" in cells
    assert f"{last[1]} ({last[2]} of the" in cells
    person = json.loads(nmes("try", quads, "--population", "1", "--json", *given).out)
    (one,) = person["people"]
    (shown,) = [each["p50"] for each in person["percentiles"] if each["figure"] == "last_peak_of_first"]
    muscle = one["muscles"][0]
    assert shown == -(-muscle["last_peak_mn"] * 1000 // muscle["first_peak_mn"])


@pytest.mark.thorough
@pytest.mark.parametrize("columns", [60, pytest.param(80, marks=pytest.mark.campaign)])
def test_nothing_is_wider_than_the_terminal_and_no_label_runs_into_its_value(
    columns: int, nmes: Nmes, quads: str, tens: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    one = nmes("try", quads, *QUICK).out
    two = nmes("try", quads, "--compare", tens, *QUICK).out
    many = nmes("try", quads, "--population", "1", *QUICK).out
    assert max(len(line) for text in (one, two, many) for line in text.splitlines()) < columns
    assert re.search(r"(?m)^  highest amplitude +10\.0 mA of 80\.0 mA +13 % +█", one), "the bar is still there"
    assert re.search(r"(?m)^charge left over +0\.0 %", two)
    assert re.search(r"(?m)^highest amplitude, % of(?: ceiling)? +13 +13 +13", many)


@pytest.mark.thorough
def test_finding_and_treatment_are_told_in_one_unit(tried: Nmes, quads: str) -> None:
    said = flat(tried(quads, "--pools", "1", "--level", "80").out)
    units = re.search(r"(mC|µC) in \d+ pulses \(finding the level: \S+ (mC|µC),", said)
    assert units is not None
    assert units[1] == units[2]


# --- for other programs ---


@pytest.mark.thorough
def test_json_holds_integers_under_known_keys_and_stdout_nothing_else(nmes: Nmes, quads: str) -> None:
    tried = nmes("try", quads, "--json", "--pools", "1")
    document = json.loads(tried.out)
    assert (document["format"], document["kind"]) == (1, "try")
    assert document["protocol"]["id"] == QUADS
    assert (document["complete"], document["within_limits"]) == (True, True)
    (level,) = document["levels"]
    assert (level["level_ua"], level["found_because"], level["measured_frequency_mhz"]) == (71_000, "target", 50_000)
    limits = {one["what"]: one for one in document["limits"]}
    assert (limits["amplitude"]["value"], limits["amplitude"]["used_permille"]) == (72_000, 900)
    assert [one["number"] for one in document["muscles"][0]["contractions"]] == [1, 2]
    assert "float" not in {type(value).__name__ for value in _values(document)}


@pytest.mark.thorough
def test_every_key_of_the_json_is_documented(tried: Nmes, quads: str) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "try.md").read_text(encoding="utf-8")
    documents = [
        json.loads(tried(quads, "--json", *QUICK).out),
        json.loads(tried(quads, "--json", "--population", "1", *QUICK).out),
        json.loads(tried(quads, "--json", "--compare", quads, *QUICK).out),
    ]
    keys = {key for document in documents for key in _keys(document)}
    assert len(keys) > 50
    assert {key for key in keys if f"`{key}`" not in guide} == set()


def _values(node: object) -> list[object]:
    if isinstance(node, dict):
        return [leaf for value in node.values() for leaf in _values(value)]
    return [leaf for value in node for leaf in _values(value)] if isinstance(node, list) else [node]


def _keys(node: object) -> set[str]:
    if isinstance(node, dict):
        return set(node) | {key for value in node.values() for key in _keys(value)}
    return {key for value in node for key in _keys(value)} if isinstance(node, list) else set()


@pytest.mark.thorough
def test_json_tells_what_the_screen_tells(tried: Nmes, tens: str, quads: str) -> None:
    numb = json.loads(tried(tens, "--patient", "sci_chronic", "--json").out)
    assert [one["code"] for one in numb["but"]] == ["nothing_felt", "target_not_reached"]
    assert numb["levels"][0]["felt"]["sensory_permille"] == 0
    given = json.loads(tried(quads, "--json", "--pools", "1", "--level", "10.7").out)
    assert (given["level_asked_ua"], given["levels"][0]["level_ua"]) == (10_700, 10_500)
    on_the_grid = json.loads(tried(quads, "--json", *QUICK).out)
    assert on_the_grid["level_asked_ua"] == 10_000
    assert given["levels"][0]["felt"]["motor_permille"] == 614, "10.5 of 17.1 mA"
    assert given["muscles"][0]["model"] == "quadriceps"
    assert (given["basis"]["discomfort"], given["basis"]["cramp_durations"]) == ("design", "verify")
    assert given["basis"]["forces_comparable_between_profiles"] is False


# --- a population ---


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("number", "how"),
    [(2, QUICK), pytest.param(3, ("--pools", "1"), marks=pytest.mark.campaign)],
    ids=["given", "found"],
)
def test_a_population_is_told_by_its_spread_and_each_person_can_be_had_alone(
    number: int, how: tuple[str, ...], nmes: Nmes, quads: str
) -> None:
    last = f"healthy_adult#{number - 1}"
    crowd = json.loads(nmes("try", quads, "--population", str(number), "--seed", "4", "--json", *how).out)
    alone = json.loads(nmes("try", quads, "--patient", last, "--seed", "4", "--json", *how).out)
    person = crowd["people"][-1]
    assert person["name"] == alone["patient"]["profile"] == last
    assert person["levels"][0]["level_ua"] == alone["levels"][0]["level_ua"]
    assert person["muscles"][0]["last_peak_mn"] == alone["muscles"][0]["contractions"][-1]["peak_mn"]
    assert person["discomfort"] == alone["discomfort"]
    assert crowd["shares_permille"]["complete"] == 1000
    assert {one["figure"] for one in crowd["percentiles"]} >= {"level", "first_peak", "discomfort_typical"}


@pytest.fixture(scope="module")
def crowd_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page") / "crowd.html"


@pytest.mark.campaign
def test_a_population_in_words(tried: Nmes, quads: str, crowd_page: Path) -> None:
    told = tried(quads, "--population", "2", "--html", str(crowd_page), *QUICK)
    said = flat(told.out)
    assert told.code == 0
    assert "tried on 2 people around healthy_adult, seed 0" in said
    assert "2 of 2 (100 %) came to the end of the treatment" in said
    assert "share one session through the wire: 1 session." in said
    assert "level, mA 10.0 10.0 10.0 10.0 10.0" in said
    assert "nmes try quads_knee_oa --patient healthy_adult#0 --seed 0" in said
    assert "Percentiles of 2 people say little: try 20 or more." in said
    assert "(0 %) felt more than is tolerated (7) in the treatment" in said
    assert "(0 %) went past what is tolerated (7) on the way to the level (a step or a cramp)" in said
    assert re.search(r"10 +2 █", told.out), "two people at 10 mA, and no bin that begins below"
    *lines, page = told.out.splitlines()
    assert page == f"Page: {crowd_page}"
    assert max(map(len, lines)) < 80


@pytest.mark.campaign
def test_who_was_stopped_is_told_with_the_current(nmes: Nmes, quads: str) -> None:
    tried = nmes("try", quads, "--population", "2", "--patient", "worn_electrodes", "--pools", "1")
    assert tried.code == 1
    assert re.search(r"worn_electrodes#\d: after \d:\d\d min, at \d+\.\d mA at most\. The stim", flat(tried.out))


# --- the page ---


@pytest.mark.thorough
def test_the_page_is_one_file_that_asks_for_nothing(nmes: Nmes, quads: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    tried = nmes("try", quads, "--html", str(page), *QUICK)
    text = page.read_text(encoding="utf-8")
    shown = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert tried.code == 0
    assert tried.out.rstrip().endswith(f"Page: {page}")
    assert BANNER in shown
    assert "default-src 'none'" in text, "the page may ask for nothing, whatever the plots' program would like to"
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)""", shown) == []
    for heading in ("Amplitude", "Force", "Discomfort", "Pulse of channel 1", "Limits of channel 1"):
        assert heading in shown or heading == "Force"
    assert text.count('class="plotly-graph-div"') >= 3


@pytest.mark.thorough
def test_what_a_protocol_says_is_text_on_the_page_and_no_program(nmes: Nmes, tmp_path: Path) -> None:
    evil = "'<script>alert(1)</script>'"
    protocol = protocol_file(tmp_path, TENS, minutes="1", title=evil, muscle=evil)
    page = tmp_path / "page.html"
    assert nmes("try", str(protocol), "--html", str(page), *QUICK).code == 0
    text = page.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.campaign
def test_a_population_has_its_page_too(tried: Nmes, quads: str, crowd_page: Path) -> None:
    assert tried(quads, "--population", "2", "--html", str(crowd_page), *QUICK).code == 0
    text = crowd_page.read_text(encoding="utf-8")
    assert BANNER in text
    assert "How the figures are spread" in text
    assert text.count('class="plotly-graph-div"') >= 2


# --- what it refuses: one clear line, exit code 2 ---


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--level", "80.5"),
            "--level 80.5: channel 1 may get at most 80 mA in quads_knee_oa (the protocol's maximum)",
        ),
        (("--level", "0.4"), "--level 0.4: the least is 0.5 mA"),
        (("--level", "much"), '--level "much": give milliamperes, such as 30 or 22.5'),
        (("--level", ""), '--level "": give milliamperes'),
        (("--level", "1e1"), '--level "1e1": give milliamperes'),
        (("--html", "-"), '--html "-": give the name of a file'),
        (("--html", ""), '--html "": give the name of a file'),
        (("--html", "."), "--html .: that is a folder; give a file"),
        (("--html", "/proc/page.html"), "--html /proc/page.html: nothing can be written there"),
        (("--patient", ""), 'there is no patient ""'),
        (("--length", ""), '--length "": give'),
        (("--level", "nan"), '--level "nan": give milliamperes'),
        (("--level", "inf"), '--level "inf": give milliamperes'),
        (("--level", "-5"), "--level -5: the least is 0.5 mA"),
        (("--patient", "helthy_adult"), 'there is no patient "helthy_adult"; did you mean "healthy_adult"?'),
        (("--patient", "zzz"), "known: after_tka"),
        (("--patient", "healthy_adult#x"), "behind # stands the number of a person, from 0"),
        (("--patient", "nowhere.yaml"), "there is no such profile"),
        (("--length", "long"), '--length "long": give shortened, neutral, stretched'),
        (("--population", "-1"), "--population -1: give 1 to 10000"),
        (("--population", "0"), "--population 0: give 1 to 10000"),
        (("--population", "2", "--compare", QUADS), "--population and --compare do not go together"),
        (("--population", "2", "--patient", "healthy_adult#1"), "--population is around a profile"),
        (("--seed", "-1"), "--seed -1: give 0 or more"),
        (("--pools", "0"), "--pools 0: give 1 to 64"),
        (("--compare", "quads"), 'no protocol has this id; did you mean "quads_athlete"?'),
        (("--html", "/nowhere/at/all.html"), "there is no folder"),
    ],
)
def test_nonsense_is_refused_before_anything_is_tried(
    arguments: tuple[str, ...], said: str, nmes: Nmes, home: Path
) -> None:
    tried = nmes("try", QUADS, *arguments)
    assert (tried.code, tried.out) == (2, "")
    assert said in tried.err
    assert len(tried.err.splitlines()) == 1
    assert not home.exists()


@pytest.mark.thorough
def test_a_profile_may_be_a_file_and_a_bad_one_is_told_with_its_line(nmes: Nmes, quads: str, tmp_path: Path) -> None:
    profile = tmp_path / "mine.yaml"
    profile.write_text("name: mine\ntitle: Mine\nabout: A test.\nlike: healthy_adult\n")
    assert "tried on mine, seed 0;" in flat(nmes("try", quads, "--patient", str(profile), *QUICK).out)
    profile.write_text("name: mine\nlike: healthy_adult\nlegs: 3\n")
    tried = nmes("try", quads, "--patient", str(profile), *QUICK)
    assert tried.code == 2
    assert f"{profile}:3" in tried.err


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
@pytest.mark.parametrize("more", [(), ("--json",), pytest.param(("--population", "1"), marks=pytest.mark.campaign)])
def test_a_page_that_fails_at_the_end_costs_only_itself(more: tuple[str, ...], nmes: Nmes, quads: str) -> None:
    tried = nmes("try", quads, "--html", "/dev/full", *more, *QUICK)
    assert tried.code == 70
    assert "healthy_adult" in tried.out, "the report is there"
    assert tried.err.splitlines() == [
        "nmes: the page could not be written to /dev/full: No space left on device; the report above is whole"
    ]


def test_a_page_is_tried_without_touching_the_one_that_is_there(nmes: Nmes, quads: str, tmp_path: Path) -> None:
    page = tmp_path / "old.html"
    page.write_text("kept")
    assert nmes("try", quads, "--html", str(page), "--level", "1000").code == 2
    assert page.read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.html"]


# --- Ctrl+C, and a parent that is killed ---


@pytest.mark.campaign
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for child processes in /proc")
def test_workers_end_with_a_parent_that_is_killed(home: Path) -> None:
    """SIGKILL gives nobody the time to ask them; otherwise they would go on for minutes, for no one.

    In every run this is tried with work that costs nothing: tests/trial/test_crowd.py.
    """
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    tried = process(home, "try", QUADS, "--population", "400", start_new_session=True, **nowhere)
    workers: list[str] = []
    try:
        workers = _at_work(tried, 2, every=False)
        tried.kill()
        tried.wait(timeout=PATIENCE_S)
        assert _outliving(workers) == []
    finally:
        tried.kill()
        for worker in filter(_lives, workers):
            os.kill(int(worker), signal.SIGKILL)


@pytest.mark.thorough
@pytest.mark.timeout(200)
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for child processes in /proc")
@pytest.mark.parametrize("worked_s", [0.5, pytest.param(0, marks=pytest.mark.campaign)], ids=["at work", "at birth"])
def test_ctrl_c_ends_a_population_and_its_workers(home: Path, worked_s: float) -> None:
    tried = process(home, "try", QUADS, "--population", "40", start_new_session=True)
    try:
        workers = _at_work(tried, worked_s, every=True) if worked_s else _children(tried)
        os.killpg(tried.pid, signal.SIGINT)
        out, err = tried.communicate(timeout=PATIENCE_S)
    finally:
        tried.kill()
    assert (tried.returncode, out) == (130, "")
    assert err == "nmes: interrupted\n"
    assert _outliving(workers) == []


def _outliving(workers: list[str]) -> list[str]:
    """Who is still there after a while."""
    end = time.monotonic() + PATIENCE_S
    while any(map(_lives, workers)) and time.monotonic() < end:
        threading.Event().wait(0.05)
    return [worker for worker in workers if _lives(worker)]


def _lives(number: str) -> bool:
    """Whether a process is there and not only waits to be noticed as dead."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _at_work(parent: subprocess.Popen[str], worked_s: float, *, every: bool) -> list[str]:
    """Its workers, once one or every one of them is in the middle of its work: at birth they would die with the parent
    by themselves. One of the children is Python's own helper for them and does no work."""
    ticks, end = worked_s * os.sysconf("SC_CLK_TCK"), time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = _children(parent)
        if sum(_used(worker) > ticks for worker in found) >= (len(found) - 1 if every else 1):
            return found
        threading.Event().wait(0.05)
    raise AssertionError("no worker came to work")


def _used(number: str) -> int:
    """Processor time of a process, in ticks."""
    return sum(map(int, Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[11:13]))


def _children(parent: subprocess.Popen[str]) -> list[str]:
    """Its first workers (and Python's own helper for them), once they are there."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        if len(found) >= 2:
            return found
        try:
            parent.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError("no worker was started")
