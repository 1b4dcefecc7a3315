"""What can be asked of `nmes protocols`, and nothing of how it is done. Heavy imports stand inside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

protocols = typer.Typer(
    help="See, compare, check, explain and write protocols.", rich_markup_mode=None, invoke_without_command=True
)
Device = Annotated[
    str,
    typer.Option("--device", metavar="FAMILY", help="For which stimulator: p24, rehamove3, rehastim2 or rehastim1."),
]
Named = Annotated[str, typer.Argument(metavar="PROTOCOL", help="The id of a protocol, or the path of its file.")]


@protocols.callback()
def protocols_main(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


@protocols.command(name="list")
def protocols_list(
    region: Annotated[str, typer.Option("--region", metavar="REGION", help="Such as calf, thigh, knee, back.")] = "",
    indication: Annotated[
        str, typer.Option("--indication", metavar="WORDS", help="Words of the indication or the title.")
    ] = "",
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="PURPOSE", help="cramp, strength, stroke, pain, pelvic or circulation.")
    ] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="nmes, tens or assessment.")] = "",
    grade: Annotated[str, typer.Option("--grade", metavar="GRADE", help="A, B or C: where the numbers are from.")] = "",
    own: Annotated[bool, typer.Option("--own", help="Only your own.")] = False,
    shipped: Annotated[bool, typer.Option("--shipped", help="Only those that came with the program.")] = False,
) -> int:
    """All protocols, or those that match: id, kind, grade of the numbers' sources, minutes, title."""
    from nmes.cli.protocols.listing import Filters, show_list

    return show_list(Filters(region, indication, purpose, kind, grade, own=own, shipped=shipped))


@protocols.command(name="show")
def protocols_show(protocol: Named, device: Device = "") -> int:
    """One protocol whole: evidence, pads, shape, asked and delivered, dose, checklist, and where each value is from."""
    from nmes.cli.protocols.showing import show_card
    from nmes.cli.which import family_named

    return show_card(protocol, family_named(device))


@protocols.command(name="check")
def protocols_check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Protocol files, folders of them, or ids.")],
    device: Device = "",
) -> int:
    """Check protocol files: all errors by line and column, and warnings where a practice is doubtful."""
    from nmes.cli.protocols.checking import check
    from nmes.cli.which import family_named

    return check(paths, family_named(device))


@protocols.command(name="diff")
def protocols_diff(
    old: Annotated[str, typer.Argument(metavar="A", help="The id of a protocol, or the path of its file.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
) -> int:
    """What changes for the patient from A to B, in words: current, dose, work, time, checklist, stop rules."""
    from nmes.cli.protocols.comparing import compare

    return compare(old, new)


@protocols.command(name="explain")
def protocols_explain(
    key: Annotated[
        str, typer.Argument(metavar="[PROTOCOL:]KEY", help="Such as phase_us, or my_file.yaml:stages.0.off_s.")
    ],
) -> int:
    """What a key means: unit, range, where the limit is from; with a protocol, its value there, origin and line."""
    from nmes.cli.protocols.explaining import explain_key

    return explain_key(key)


@protocols.command(name="schema")
def protocols_schema() -> int:
    """The JSON Schema of protocol files, for editors."""
    from nmes.cli.protocols.explaining import show_schema

    return show_schema()


@protocols.command(name="copy")
def protocols_copy(
    protocol: Named,
    new_id: Annotated[str, typer.Argument(metavar="NEW_ID", help="The id of your copy: small letters, digits and _.")],
) -> int:
    """Copy a protocol into your own folder, comments and all, under a new id. A shipped file is never changed."""
    from nmes.cli.protocols.making import copy

    return copy(protocol, new_id)


def _text(option: str, words: str, metavar: str = "TEXT") -> Any:
    """An option whose value is a text: `new` judges it itself, in its own words."""
    return typer.Option(option, metavar=metavar, help=words)


@protocols.command(name="new")
def protocols_new(
    name: Annotated[str, _text("--id", "Its id; the file has the same name.", "ID")] = "",
    title: Annotated[str, _text("--title", "Its title.")] = "",
    kind: Annotated[str, _text("--kind", "nmes, tens or assessment.", "KIND")] = "",
    measures: Annotated[str, _text("--measures", "Of a test: ctf, motor_threshold, max_tolerated.", "WHAT")] = "",
    purpose: Annotated[str, _text("--purpose", "cramp, strength, stroke, pain, pelvic, circulation.", "WORD")] = "",
    indication: Annotated[str, _text("--indication", "For whom.")] = "",
    regions: Annotated[str, _text("--regions", "Regions of the body, with commas.", "REGION,...")] = "",
    muscle: Annotated[str, _text("--muscle", "Muscle, nerve or area.")] = "",
    side: Annotated[str, _text("--side", "Side.")] = "",
    position: Annotated[str, _text("--position", "How the patient lies or sits.")] = "",
    sites: Annotated[str, _text("--sites", "Places of the pads on the body map, with commas.", "SITE,SITE")] = "",
    pad_cm2: Annotated[str, _text("--pad-cm2", "Area of the smaller pad.", "CM2")] = "",
    frequency_hz: Annotated[str, _text("--frequency-hz", "Pulses a second.", "HZ")] = "",
    phase_us: Annotated[str, _text("--phase-us", "Duration of one phase.", "US")] = "",
    max_amplitude_ma: Annotated[str, _text("--max-amplitude-ma", "The most current ever.", "MA")] = "",
    on_s: Annotated[str, _text("--on-s", "On time, ramps included.", "S")] = "",
    off_s: Annotated[str, _text("--off-s", "Off time.", "S")] = "",
    contractions: Annotated[str, _text("--contractions", "How many contractions.", "N")] = "",
    minutes: Annotated[str, _text("--minutes", "Length of a TENS treatment.", "MIN")] = "",
    ramp_up_s: Annotated[str, _text("--ramp-up-s", "Ramp up.", "S")] = "",
    ramp_down_s: Annotated[str, _text("--ramp-down-s", "Ramp down.", "S")] = "",
    target: Annotated[str, _text("--target", "What to look for when the level is found.", "WORD")] = "",
    percent: Annotated[str, _text("--percent", "Percent, for the relative targets.", "%")] = "",
    setting: Annotated[str, _text("--setting", "clinic, home or icu.", "WORD")] = "",
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing: the default of all not given.")] = False,
) -> int:
    """Make a protocol of your own: asks what the options leave open, writes a commented file, checks it."""
    given = {**locals(), "id": name}  # the parameters are named as the answers are
    from nmes.cli.protocols.making import new

    answers = {key: str(value).strip() for key, value in given.items() if key not in {"name", "defaults"}}
    return new(answers, defaults=defaults)
