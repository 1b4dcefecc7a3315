"""Why no more is proposed than the last time, or less: the sentences of what holds a course back.

Law: what it rests on is told with it, and what stopped it first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nmes.core.care_events import SORE_NOW
from nmes.language import _
from nmes.runtime.numbers import in_ma, in_percent

CONTRACTIONS: Final = (_("none"), _("a flicker"), _("not full"), _("full to the end"))


def deload_sentence(values: Mapping[str, int]) -> str:
    """To wait, or what is left of the next session once it has gone."""
    now = values.get(SORE_NOW)
    if now == 0:
        return _less(values)
    said = _wait(values)
    return said if now is None else _("{proposal} Told last: {now} of 10.").format(proposal=said, now=now)


def _wait(values: Mapping[str, int]) -> str:
    if "contractions_permille" not in values:
        said = _("WAIT until the soreness has gone ({soreness} of 10 after 48 hours); then begin lower.")
        return said.format(soreness=values["soreness"])
    said = _("WAIT until the soreness has gone ({soreness} of 10 after 48 hours); then {part} of the contractions.")
    return said.format(soreness=values["soreness"], part=in_percent(values["contractions_permille"]))


def _less(values: Mapping[str, int]) -> str:
    """The soreness has gone: what is left of the next session."""
    if "contractions_permille" not in values:
        said = _("LESS this time, begin lower: the soreness was {soreness} of 10 and has gone.")
        return said.format(soreness=values["soreness"])
    said = _(
        "LESS this time, {part} of the contractions at a lower level: the soreness was {soreness} of 10 and has gone."
    )
    return said.format(soreness=values["soreness"], part=in_percent(values["contractions_permille"]))


def hold_sentence(values: Mapping[str, int]) -> str:
    """As the last time, and why not more."""
    if "hours_needed" in values:
        said = _(
            "AS THE LAST TIME: no session was {hours} hours ago yet, so nothing is known of the soreness after it."
        )
        return said.format(hours=values["hours_needed"])
    if lowered := "; ".join(_lowered(values)):
        return _("AS THE LAST TIME: lowered in it, {channels}.").format(channels=lowered)
    if "weeks" in values:
        return _hold_share(values)
    said = _("AS THE LAST TIME: discomfort {discomfort} of 10, contraction {contraction}.")
    return said.format(discomfort=values["discomfort"], contraction=CONTRACTIONS[values["contraction"]])


def _hold_share(values: Mapping[str, int]) -> str:
    if "weeks_passed" in values:
        said = _("AS THE LAST TIME: {passed} of {weeks} whole weeks have passed since the share was raised.")
        return said.format(passed=values["weeks_passed"], weeks=values["weeks"])
    if "sessions_given" in values:
        said = _(
            "AS THE LAST TIME: no session that counts was given with this share before the last {weeks} weeks of the "
            "diary were over, so they tell nothing of it."
        )
        return said.format(weeks=values["weeks"])
    if "weeks_before" in values:
        said = _(
            "AS THE LAST TIME: the diary is not full enough to compare: of the {weeks} weeks before the plan it holds "
            "{before}, of the last {weeks} weeks {now}."
        )
        return said.format(before=values["weeks_before"], now=values["weeks_now"], weeks=values["weeks"])
    said = _("AS THE LAST TIME: {now} cramps in the last {weeks} weeks, {was} in as many before.")
    return said.format(now=values["cramps_now"], weeks=values["weeks"], was=values["cramps_before"])


def _lowered(values: Mapping[str, int]) -> Iterator[str]:
    for name, most_ua in values.items():
        match name.split("_"):
            case ["channel", number, "most", "ua"]:
                end = in_ma(values[f"channel_{number}_end_ua"])
                said = _("channel {number} from {most} to {end}")
                yield said.format(number=number, most=in_ma(most_ua), end=end)
            case _:
                continue
