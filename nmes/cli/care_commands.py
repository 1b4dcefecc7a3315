"""The commands of `nmes care`: what can be asked for, and nothing of how it is done. Heavy imports stand inside."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nmes.core.suggest import nearest

Code = Annotated[str, typer.Argument(metavar="CODE", help="The patient's code, such as P-017; never a name.")]
Side = Annotated[str, typer.Option("--side", metavar="left|right|both", help="The side that is treated.")]
By = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who enters it; left out where the station has one therapist only.")
]
Simulation = Annotated[bool, typer.Option("--simulation", help="The course of the simulator's records.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="What else is to be known; it can be erased later.")]
Html = Annotated[
    str | None, typer.Option("--html", metavar="FILE", help="The sheet as one page for printing, in one file.")
]
Force = Annotated[bool, typer.Option("--force", help="Write the page over a file that is there already.")]


class _Group(TyperGroup):
    """`nmes care cramps` is the sheet of that name, as it was before there were commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # typer has moved the types between its versions
        if args and args[0] not in self.commands and not nearest(args[0], self.commands):
            args = ["sheet", *args]
        return super().resolve_command(ctx, args)


class _Measure(TyperCommand):
    """A value below 0 is no option: what is wrong with it is said as of any other."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        ctx.ignore_unknown_options = any(re.fullmatch(r"-[0-9].*", one) for one in args)
        return super().parse_args(ctx, args)


care = typer.Typer(
    cls=_Group,
    help="Care around the sessions: a sheet for home, and a patient's course from plan to outcome.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@care.callback()
def care_main(context: typer.Context, html: Html = None, force: Force = False) -> int:
    """Care around the sessions: a sheet for home (alone), and a patient's course from plan to outcome."""
    if context.invoked_subcommand is not None:
        return 0
    from nmes.cli.care import show

    return show("cramps", html, force=force)


@care.command()
def sheet(
    name: Annotated[str, typer.Argument(metavar="[SHEET]", help="Which sheet; there is one: cramps.")] = "cramps",
    html: Html = None,
    force: Force = False,
) -> int:
    """A sheet for the patient to take home, and what to do in an acute cramp."""
    from nmes.cli.care import show

    return show(name, html, force=force)


@care.command()
def new(
    name: Annotated[
        bool, typer.Option("--name", help="Ask for the name and keep it, encrypted, in a file beside the records.")
    ] = False,
    passphrase_file: Annotated[
        str, typer.Option("--passphrase-file", metavar="FILE", help="Its passphrase, instead of being asked.")
    ] = "",
    by: By = "",
    simulation: Simulation = False,
) -> int:
    """A new random code for a patient."""
    from nmes.cli.care_names import make

    return make(passphrase_file, by, named=name, simulation=simulation)


@care.command()
def names(
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="Only whose code this is.")] = "",
    to: Annotated[bool, typer.Option("--set", help="Ask for a name and keep it for the code.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Take the code's name out of the file.")] = False,
    passphrase_file: Annotated[
        str, typer.Option("--passphrase-file", metavar="FILE", help="The passphrase, instead of being asked.")
    ] = "",
) -> int:
    """The encrypted file of names: which person a code stands for. Not a record, and not needed."""
    from nmes.cli.care_names import show

    return show(code, passphrase_file, named=to, forget=forget)


@care.command()
def plan(
    code: Code,
    side: Side,
    protocol: Annotated[str, typer.Option("--protocol", metavar="ID", help="What is given.")] = "",
    per_week: Annotated[str, typer.Option("--per-week", metavar="N", help="Sessions a week; the card's.")] = "",
    weeks: Annotated[str, typer.Option("--weeks", metavar="N", help="For so many weeks; the most of the card.")] = "",
    start: Annotated[str, typer.Option("--from", metavar="DAY", help="Its first day; today.")] = "",
    end: Annotated[bool, typer.Option("--end", help="The plan holds no longer. Needs --reason.")] = False,
    reason: Reason = "",
    by: By = "",
    simulation: Simulation = False,
) -> int:
    """Plan a course of care: protocol, sessions a week, weeks. Another than the card's needs a reason."""
    from nmes.cli.care_entries import Whose, end_plan, make_plan

    whose = Whose(code, side, by, simulation)
    return end_plan(whose, reason) if end else make_plan(whose, protocol, per_week, weeks, start, reason)


@care.command()
def diary(
    code: Code,
    side: Side,
    cramps: Annotated[str, typer.Option("--cramps", metavar="N", help="Cramps in the week.")],
    worst: Annotated[str, typer.Option("--nrs", metavar="0-10", help="The worst of them.")] = "",
    week: Annotated[str, typer.Option("--week", metavar="DAY", help="A day of the week; the last whole week.")] = "",
    note: Note = "",
    by: By = "",
    simulation: Simulation = False,
) -> int:
    """One week of the cramp diary; entered again it takes the place of the first."""
    from nmes.cli.care_entries import Whose, enter_diary

    return enter_diary(Whose(code, side, by, simulation), week, cramps, worst, note)


@care.command(cls=_Measure)
def measure(
    code: Code,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="ctf, mvic, nrs, tug, sts5 or walk6.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="In Hz, N, 0 to 10, s, s or m.")],
    side: Side,
    day: Annotated[str, typer.Option("--day", metavar="DAY", help="When; today.")] = "",
    note: Note = "",
    by: By = "",
    simulation: Simulation = False,
) -> int:
    """An outcome that was measured outside a session."""
    from nmes.cli.care_entries import Whose, enter_measure

    return enter_measure(Whose(code, side, by, simulation), what, value, day, note)


@care.command()
def answer(
    code: Code,
    side: Side,
    session: Annotated[str, typer.Option("--session", metavar="ID", help="Of which session; the last.")] = "",
    discomfort: Annotated[str, typer.Option("--discomfort", metavar="0-10", help="In the session.")] = "",
    contraction: Annotated[
        str, typer.Option("--contraction", metavar="0-3", help="0 none, 1 flicker, 2 not full, 3 full to the end.")
    ] = "",
    soreness: Annotated[str, typer.Option("--soreness", metavar="0-10", help="After 48 hours.")] = "",
    dark_urine: Annotated[str, typer.Option("--dark-urine", metavar="yes|no", help="Since the session.")] = "",
    skin_mark: Annotated[str, typer.Option("--skin-mark", metavar="yes|no", help="Longer than 24 hours.")] = "",
    note: Note = "",
    by: By = "",
    simulation: Simulation = False,
) -> int:
    """What is told of a session afterwards; what is not given was not asked, and may be entered later."""
    from nmes.cli.care_entries import Answers, Whose, enter_answer

    answers = Answers(discomfort, contraction, soreness, dark_urine, skin_mark, note)
    return enter_answer(Whose(code, side, by, simulation), session, answers)


@care.command()
def decide(
    code: Code,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A proposal of nmes care show, such as share.")],
    choice: Annotated[str, typer.Argument(metavar="accepted|changed|declined")],
    side: Side,
    to: Annotated[
        list[str], typer.Option("--to", metavar="NAME=N", help="What holds instead, such as to_permille=600.")
    ] = [],  # noqa: B006 - typer copies it
    reason: Reason = "",
    by: By = "",
    simulation: Simulation = False,
) -> int:
    """What becomes of a proposal. Changed or declined needs a reason."""
    from nmes.cli.care_decide import decide as decide_on
    from nmes.cli.care_entries import Whose

    return decide_on(Whose(code, side, by, simulation), rule, choice, to, reason)


@care.command()
def withdraw(
    code: Code,
    entry: Annotated[str, typer.Argument(metavar="SESSION:N", help="The entry, as nmes care show names it.")],
    side: Side,
    reason: Reason = "",
    by: By = "",
    simulation: Simulation = False,
) -> int:
    """An entry that was wrong counts no longer. It stays in the record, and so does why."""
    from nmes.cli.care_entries import Whose, withdraw_entry

    return withdraw_entry(Whose(code, side, by, simulation), entry, reason)


@care.command()
def show(code: Code, side: Side, simulation: Simulation = False) -> int:
    """The course of one patient and side: plan, what was tolerated, proposals, outcomes with plots, all entries."""
    from nmes.cli.care_show import show as show_course

    return show_course(code, side, simulation=simulation)
