"""Two simulated weeks of somebody with calf cramps: diary, test, four sessions, what is proposed, the report.

    python docs/examples/two_weeks.py FOLDER [--write docs/guide/course.md]

Everything in the guide was made by this: the sessions run through the real controller, guard and wire on a virtual
patient, on clocks of their own, and stand in FOLDER as signed records like any others (`NMES_HOME=FOLDER nmes audit
verify`). No person was treated. A test runs it again and holds the guide against it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Final

from nmes.cli.care_show import text as course_text
from nmes.core import events as e
from nmes.core.care_events import Answered, CareEvent, Choice, Decided, Diary, Planned, Rule
from nmes.core.measurement import Who
from nmes.core.plan import compile as plan_for
from nmes.core.pseudonym import code_of
from nmes.core.view import View, Word
from nmes.devices.sciencemode4.p24 import P24
from nmes.language import _
from nmes.record.clocks import Clocks
from nmes.record.files import Kind
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact
from nmes.reports.writing import write_report
from nmes.runtime.clock import VirtualClock
from nmes.runtime.course import course_of, enter
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.library import Library, Loaded
from nmes.runtime.measured_words import NAMES, amount
from nmes.runtime.numbers import in_hz, in_ma
from nmes.runtime.origin import origin_of
from nmes.trial.assess import assessor
from nmes.trial.bench import Bench, Device, attended_on_bench, bench_with_record, device_with_trace
from nmes.trial.bench.living import LivingPatient, device_with_patient
from nmes.trial.bench.patients import load_profile
from nmes.trial.setup import Setup, asking, usual_patient
from nmes.trial.wire import AtTheSkin, Finder, finder
from nmes.ui.report_wording import WORDING

CODE: Final = code_of(0x1A2B3C4D)
WHO: Final = Who(CODE, "left")
BY: Final = "A. Berg"
TEST, TRAINING = "assess_ctf_calf", "cramp_calf_ctf_training"
LONGEST_MS: Final = 3_600_000
WIDTH: Final = 79
_SESSION: Final = re.compile(r"(\d{6})-\d{8}T\d{6}Z-[0-9a-f]{6}")
"""Part of an id is random: the guide shows its number only."""


def day(text: str, hour: int = 8) -> datetime:
    return datetime.fromisoformat(f"{text}T{hour:02d}:00:00").replace(tzinfo=UTC)


@dataclass(slots=True)
class Attending:
    """The scripted therapist of an attended session: what is missing is done, in the order in which it is missed."""

    finder: Finder
    loaded: Loaded
    findings: dict[str, e.Observed]
    _done: set[str] = field(default_factory=set)

    def act(self, view: View) -> e.Event | None:
        if view.word is Word.SCREENING and "screening" not in view.missing:
            return None
        for code in view.missing:
            event = self._for(code, view)
            if event is not None and code not in self._done:
                self._done.add(code)
                return event
        action = None if view.word is Word.AFTER else self.finder.act(view)
        return _past_the_mark(action, view) if isinstance(action, e.Increase) else action

    def _for(self, code: str, view: View) -> e.Event | None:
        match code.split(":"):
            case ["read", "code"]:
                return e.ReadBack(e.Read.CODE, CODE)
            case ["read", "side"]:
                return e.ReadBack(e.Read.SIDE, "left")
            case ["pads"]:
                return e.Placed(tuple((one.channel, one.pad_mm2) for one in view.plan.channels))
            case ["felt", channel] if not any(missing.startswith("level") for missing in view.missing):
                return e.FeltAt(int(channel), there=True)
            case ["skin", channel]:
                return e.Observed(e.Finding.SKIN, 1, of=channel)
            case ["outcome", *of]:
                return e.Observed(e.Finding.OUTCOME, None, "in the diary", ":".join(of))
            case ["nrs"] | ["adverse"]:
                return self.findings[code]
            case ["sign"]:
                return e.Signed(BY)
            case _:
                return None


def _far_end(setup: Setup) -> tuple[Device, LivingPatient | None]:
    """Pads on the virtual patient; in a test the muscle lives through every pulse, because it has to cramp."""
    if setup.plan.assessment is None:
        return device_with_trace(setup.loads), None
    return device_with_patient(setup.loads, setup.patient(), keep_trace=True)


def _past_the_mark(action: e.Increase, view: View) -> e.Increase:
    """The level of the last session is a mark that asks: whoever goes past it says so."""
    slot = next(slot for slot in view.slots if slot.slot == view.live_slot)
    channel = next(one for one in view.channels if one.channel == action.channel)
    step_ua = view.plan.capabilities.amplitude_step_ua
    crosses = slot.last_ua is not None and channel.level_ua <= slot.last_ua < channel.level_ua + step_ua
    return replace(action, over_ua=slot.last_ua or 0) if crosses else action


@dataclass(slots=True)
class Clinic:
    """One station with its records, in a folder."""

    home: Path
    said: list[str] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        self.said += [_SESSION.sub(r"\1", line) for line in lines]

    def session(self, protocol: str, when: datetime, nrs: int) -> str:
        """One attended session from the checklist to the signature; its id."""
        loaded, clock = Library().load(protocol), VirtualClock(start=when)
        origin = origin_of(self.home, Kind.SIMULATION, loaded, WHO, when)
        plan = plan_for(loaded.protocol, P24, origin.ctf_mhz if origin else None)
        setup = Setup(loaded, plan, load_profile(usual_patient(loaded.protocol)))
        device, living = _far_end(setup)
        attended = attended_on_bench(loaded, self.home, WHO)
        bench, path = bench_with_record(loaded, self.home, device, WHO, attended=attended, clock=clock)
        ask = AtTheSkin(bench, asking(setup))
        therapist = assessor(setup, bench, living) if living else finder(loaded, setup.guides(), ask)
        found = {"nrs": e.Observed(e.Finding.NRS, nrs), "adverse": e.Observed(e.Finding.ADVERSE, 0)}
        self._run(bench, Attending(therapist, loaded, found))
        self.say(f"{when:%Y-%m-%d}  session {path.stem}: {loaded.protocol.title}")
        self._tell(bench)
        return path.stem

    def _run(self, bench: Bench, therapist: Attending) -> None:
        while not bench.controller.done and bench.now_ms < LONGEST_MS:
            bench.controller.touch()
            bench.step()
            action = therapist.act(bench.view)
            if action is not None:
                bench.press(action)
        if not bench.controller.done:
            raise SystemExit(f"the session did not end; it is {bench.view.word}, missing: {bench.view.missing}")

    def _tell(self, bench: Bench) -> None:
        view = bench.view
        for one in view.measured:
            self.say(f"            {NAMES[one.what]} {amount(one.what, one.value)}")
        if not view.measured:
            levels = ", ".join(in_ma(slot.level_ua) for slot in view.slots if slot.level_ua)
            asked = in_hz(view.origin.asked_mhz) if view.origin else "?"
            self.say(f"            {asked} asked, level {levels}, ended: {view.why}")

    def enter(self, when: datetime, *events: CareEvent) -> None:
        utc_ms = int(when.timestamp() * 1000)
        clocks = Clocks(lambda: utc_ms, lambda: utc_ms * 1_000_000, "virtual")
        enter(self.home, Kind.SIMULATION, events, BY, when, clocks)
        self.say(*(f"{when:%Y-%m-%d}  {entry_sentence(event)}" for event in events))

    def course(self, when: datetime) -> Iterator[str]:
        """As `nmes care show` tells it, without the entries, which have just been made."""
        protocols = [Library().load(TRAINING)]
        found = course_of(self.home, Kind.SIMULATION, CODE, "left", protocols, when)
        return takewhile(lambda line: line != _("ENTRIES"), course_text(found, WIDTH))


def two_weeks(home: Path) -> list[str]:
    """Live through them; returns what is to be read."""
    clinic = Clinic(home)
    session = lived(clinic)
    clinic.say("", "# 2026-11-16: what is known now", "", *clinic.course(day("2026-11-16", 9)))
    _decide(clinic, session)
    _finish(clinic, session)
    return clinic.said


def lived(clinic: Clinic) -> str:
    """Diary, plan, test and four sessions, up to the day of the decision; the id of the last session."""
    start = day("2026-11-02")
    clinic.enter(
        start,
        Diary(CODE, "left", "2026-10-19", 9, 7),
        Diary(CODE, "left", "2026-10-26", 10, 7, "two nights without sleep"),
        Planned(CODE, "left", TRAINING, 2, 4, "2026-11-03"),
    )
    clinic.session(TEST, start, 2)
    for on, told_on, discomfort in (
        ("2026-11-03", "2026-11-06", 5),
        ("2026-11-06", "2026-11-10", 4),
        ("2026-11-10", "2026-11-13", 4),
        ("2026-11-13", "2026-11-16", 3),
    ):
        session = clinic.session(TRAINING, day(on), 2)
        clinic.enter(day(told_on, 7), _answers(session, discomfort))
    clinic.enter(day("2026-11-16"), Diary(CODE, "left", "2026-11-02", 10, 7), Diary(CODE, "left", "2026-11-09", 9, 6))
    return session


def _answers(session: str, discomfort: int) -> Answered:
    return Answered(CODE, "left", session, discomfort, 3, 2, dark_urine=False, skin_mark=False)


def _decide(clinic: Clinic, session: str) -> None:
    """The therapist goes up by less than the rule says, and writes why."""
    when = day("2026-11-16", 10)
    protocols = [Library().load(TRAINING)]
    course = course_of(clinic.home, Kind.SIMULATION, CODE, "left", protocols, when)
    offered = next(one for one in course.proposals if one.rule is Rule.SHARE)
    chosen = tuple((name, 600 if name == "to_permille" else value) for name, value in offered.values)
    why = "wants to go up in small steps"
    clinic.say("", "# The therapist decides", "")
    clinic.enter(when, Decided(CODE, "left", Rule.SHARE, session, offered.values, Choice.CHANGED, "", chosen, why))


def _finish(clinic: Clinic, session: str) -> None:
    report = write_report(clinic.home, session, WORDING)
    verdicts = list(verify_chain(clinic.home / Kind.SIMULATION.value))
    whole = all(isinstance(one.verdict, Intact) and one.sealed is not None and one.sealed.known for one in verdicts)
    said = "all intact and signed by this station" if whole else "NOT intact"
    clinic.say("", "# The record", "", f"{len(verdicts)} files in the chain, {said}", f"report: reports/{report.name}")


def parts(lines: Sequence[str]) -> dict[str, str]:
    """What was said, by its heading; the first part has none."""
    found: dict[str, list[str]] = {"": []}
    heading = ""
    for line in lines:
        if line.startswith("# "):
            heading = line[2:]
            found[heading] = []
        else:
            found[heading].append(line)
    return {name: "\n".join(said).strip("\n") for name, said in found.items()}


def written(guide: str, made: Sequence[str]) -> str:
    """The guide with each block between `<!-- made: N -->` and `<!-- end -->` made anew; N counts the parts."""
    blocks = list(parts(made).values())

    def block(found: re.Match[str]) -> str:
        return f"<!-- made: {found[1]} -->\n```\n{blocks[int(found[1])]}\n```\n<!-- end -->"

    return re.sub(r"<!-- made: (\d) -->\n.*?<!-- end -->", block, guide, flags=re.DOTALL)


def main(arguments: Sequence[str]) -> None:
    os.environ["COLUMNS"] = str(WIDTH + 1)  # a plot is never wider than its terminal
    folder = Path(arguments[0])
    made = two_weeks(folder)
    sys.stdout.write("\n".join(made) + "\n")
    if "--write" in arguments:
        guide = Path(arguments[arguments.index("--write") + 1])
        guide.write_text(written(guide.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
