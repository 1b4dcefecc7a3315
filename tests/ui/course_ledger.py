"""A course of care without records: entries in a list, folded as the program folds them, for screens that show one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from ui.bench_live import CRAMP, loaded

from nmes.core.care_checks import checked
from nmes.core.care_events import Answered, CareEvent, Diary, Planned
from nmes.core.course_fold import fold
from nmes.core.course_of_care import CourseOfCare
from nmes.core.measurement import Who
from nmes.core.progression import proposals
from tests.core.course_making import day as on_day
from tests.core.course_making import did, gave

WHO = ("P-017", "left")
TODAY = on_day("2026-11-18")
PLAN = Planned(*WHO, CRAMP, 2, 4, "2026-11-02")
LAST = gave("2026-11-13", "000009-x", protocol=CRAMP)
DIARY = tuple(
    Diary(*WHO, week, cramps, 7)
    for week, cramps in (("2026-10-19", 9), ("2026-10-26", 10), ("2026-11-02", 10), ("2026-11-09", 9))
)
TOLD = Answered(*WHO, LAST.session, 3, 3, 2, dark_urine=False, skin_mark=False)


@dataclass
class Ledger:
    """Stands for the records: what is entered is looked at as in the program, and the course is folded anew."""

    events: list[CareEvent] = field(default_factory=lambda: [*DIARY, PLAN, TOLD])
    by: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    refuse: Exception | None = None
    may_end: threading.Event = field(default_factory=threading.Event)

    def course(self, who: Who) -> CourseOfCare:
        self.threads.add(threading.current_thread().name)
        if self.refuse is not None:
            raise self.refuse
        entered = [did(one, number) for number, one in enumerate(self.events, 1)]
        found = fold(who.code, who.side, entered, (LAST,) if (who.code, who.side) == WHO else (), TODAY)
        return replace(found, proposals=proposals(found, loaded(CRAMP).protocol))

    def enter(self, event: CareEvent, by: str) -> str:
        self.threads.add(threading.current_thread().name)
        if self.refuse is not None:
            raise self.refuse
        self.events.append(checked(event, TODAY))
        self.by.append(by)
        return "000010-x"
