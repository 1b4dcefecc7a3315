"""The commands of `nmes audit`: what can be asked for, and nothing of how it is done. Heavy imports stand inside."""

from __future__ import annotations

from typing import Annotated

import typer

Patients = Annotated[
    bool, typer.Option("--patients", help="The records of patients; with neither or both of the two, all.")
]
Simulation = Annotated[
    bool, typer.Option("--simulation", help="The records of the simulator; with neither or both of the two, all.")
]
Session = Annotated[
    str, typer.Argument(metavar="ID", help="The session's number, or the beginning of its id.", show_default=False)
]
MaybeSession = Annotated[
    str, typer.Argument(metavar="[ID]", help="The session's number, or the beginning of its id.", show_default=False)
]
To = Annotated[str, typer.Option("--to", metavar="FILE", help="Into this file, for its owner only; else to stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")]
By = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who does it; left out where the station has one therapist only.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it goes on record.")]
Yes = Annotated[bool, typer.Option("--yes", help="It cannot be taken back, and is meant.")]
OfSimulation = Annotated[bool, typer.Option("--simulation", help="Of the simulator's records.")]

audit = typer.Typer(help="See and verify the records of sessions.", rich_markup_mode=None, invoke_without_command=True)
key = typer.Typer(help="The key this station signs with.", rich_markup_mode=None, no_args_is_help=False)
index = typer.Typer(help="The list of sessions that is kept ready.", rich_markup_mode=None)
audit.add_typer(key, name="key")
audit.add_typer(index, name="index")


@audit.callback()
def audit_main(context: typer.Context) -> None:
    """See and verify the records of sessions."""
    _help_alone(context)


@key.callback(invoke_without_command=True)
def key_main(context: typer.Context) -> None:
    """The key this station signs with."""
    _help_alone(context)


@index.callback(invoke_without_command=True)
def index_main(context: typer.Context) -> None:
    """The list of sessions that is kept ready; it is made from the records, and may be deleted at any time."""
    _help_alone(context)


def _help_alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


# --- to look ---


@audit.command(name="list")
def audit_list(
    patient: Annotated[str, typer.Option("--patient", metavar="CODE", help="Of this code only.")] = "",
    protocol: Annotated[str, typer.Option("--protocol", metavar="ID", help="Of this protocol only.")] = "",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="Begun on this day or later.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Begun on this day or earlier.")] = "",
    ended: Annotated[
        list[str],
        typer.Option(
            "--ended",
            metavar="HOW",
            help="complete, measured, not-measured, early, first, stopped, fault, interrupted, no-end, damaged "
            "(in its first or last line: verify finds the rest); several times for several.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, and nothing else.")] = False,
    patients: Patients = False,
    simulation: Simulation = False,
) -> int:
    """Recorded sessions, oldest first; times of this place."""
    from nmes.cli.audit import kinds, room
    from nmes.cli.audit_list import Filters, show

    filters = Filters(patient, protocol, since, until, ended)
    return show(kinds(patients=patients, simulation=simulation), filters, as_json=as_json, room=room())


@audit.command(name="show")
def audit_show(
    session: Session,
    patients: Patients = False,
    simulation: Simulation = False,
    everything: Annotated[bool, typer.Option("--all", help="Every entry, each change of output too.")] = False,
) -> int:
    """One session: plot, dose, what was caught, timeline. Whether it can be believed stands first."""
    from nmes.cli.audit import kinds
    from nmes.cli.audit_show import show

    return show(session, kinds(patients=patients, simulation=simulation), everything=everything)


@audit.command(name="verify")
def audit_verify(
    session: MaybeSession = "",
    every: Annotated[bool, typer.Option("--all", help="All sessions, as without an ID.")] = False,
    key_files: Annotated[
        list[str],
        typer.Option(
            "--key",
            metavar="FILE",
            help="Believe only this public key, kept away from the records; give it once for each key to believe.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    head: Annotated[
        str, typer.Option("--head", metavar="CODE", help="The head code of a printed report: the chain must hold it.")
    ] = "",
    patients: Patients = False,
    simulation: Simulation = False,
) -> int:
    """Check that no record was changed or cut. Exit code 0 good, 1 damaged, 3 end torn or unsigned, 4 key unknown."""
    from nmes.cli.audit import kinds
    from nmes.cli.audit_against import against
    from nmes.cli.audit_verify import verify

    return verify(session, kinds(patients=patients, simulation=simulation), against(key_files, head), every=every)


@audit.command(name="replay")
def audit_replay(session: Session, patients: Patients = False, simulation: Simulation = False) -> int:
    """Decide the recorded events anew. The same commands follow, or the first difference is told (exit code 1)."""
    from nmes.cli.audit import kinds
    from nmes.cli.audit_replay import replay

    return replay(session, kinds(patients=patients, simulation=simulation))


# --- to take along ---


@audit.command(name="export")
def audit_export(
    session: MaybeSession = "",
    as_: Annotated[
        str,
        typer.Option(
            "--format", metavar="jsonl|csv|fhir", help="The record's own lines, a table, or a FHIR R4B bundle."
        ),
    ] = "jsonl",
    rows: Annotated[
        str, typer.Option("--rows", metavar="channels|output|findings", help="What a row of the table is of.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Every session in one table (csv).")] = False,
    to: To = "",
    force: Force = False,
    patients: Patients = False,
    simulation: Simulation = False,
) -> int:
    """A session for another program. jsonl and csv hold no free text."""
    from nmes.cli.audit import kinds
    from nmes.cli.audit_export import Target, export

    chosen = kinds(patients=patients, simulation=simulation)
    return export(session, chosen, as_, rows, Target(to, force), every=every)


@audit.command(name="report")
def audit_report(
    session: Session,
    form: Annotated[
        str, typer.Option("--form", metavar="file|audit|home", help="For the patient's file, an audit, or the patient.")
    ] = "file",
    as_: Annotated[
        str,
        typer.Option("--format", metavar="html|pdf", help='PDF needs, in the folder of nmes: pip install ".[pdf]".'),
    ] = "html",
    patients: Patients = False,
    simulation: Simulation = False,
) -> int:
    """Write a report, as a page or PDF. It lies in the folder reports beside the records; `nmes report` prints one."""
    from nmes.cli.audit import kinds
    from nmes.cli.audit_export import report

    return report(session, kinds(patients=patients, simulation=simulation), form, as_)


# --- to keep ---


@audit.command(name="correct")
def audit_correct(
    target: Annotated[str, typer.Argument(metavar="ID:N", help="The session and the number of the entry.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is right.")],
    reason: Reason = "",
    by: By = "",
    simulation: OfSimulation = False,
) -> int:
    """Enter what is right instead of an entry of a session. The entry stays as it is."""
    from nmes.cli.audit_keep import correct

    return correct(target, text, reason, by, simulation=simulation)


@audit.command(name="erase")
def audit_erase(
    target: Annotated[
        str, typer.Argument(metavar="[ID[:N]]", help="A session, or one entry of it.", show_default=False)
    ] = "",
    patient: Annotated[str, typer.Option("--patient", metavar="CODE", help="All that was typed of this code.")] = "",
    reason: Reason = "",
    by: By = "",
    yes: Yes = False,
    simulation: OfSimulation = False,
) -> int:
    """Erase free texts, and put that on record. Of a session, of one entry (ID:N), or of a patient."""
    from nmes.cli.audit_keep import erase

    return erase(target, reason, by, patient=patient, yes=yes, simulation=simulation)


@audit.command(name="archive")
def audit_archive(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The archive to write.")],
    remove_before: Annotated[
        str, typer.Option("--remove-before", metavar="DAY", help="Then remove what was begun before this day.")
    ] = "",
    reason: Reason = "",
    by: By = "",
    yes: Yes = False,
    simulation: OfSimulation = False,
) -> int:
    """Write one chain into one file and read it back. With --remove-before DAY, then remove what is older."""
    from nmes.cli.audit_keep import archive

    return archive(file, simulation=simulation, remove_before=remove_before, by=by, reason=reason, yes=yes)


@audit.command(name="restore")
def audit_restore(file: Annotated[str, typer.Argument(metavar="FILE", help="The archive.")]) -> int:
    """Put back what an archive holds and this folder has not."""
    from nmes.cli.audit_keep import restore

    return restore(file)


# --- key and index ---


@key.command(name="show")
def key_show() -> int:
    """Which key signs here and where it lies; made now if there is none."""
    from nmes.cli.audit_key import show

    return show()


@key.command(name="export")
def key_export(to: To = "", force: Force = False) -> int:
    """The public part, to verify with elsewhere."""
    from nmes.cli.audit_export import Target
    from nmes.cli.audit_key import export

    return export(Target(to, force))


@index.command(name="rebuild")
def index_rebuild() -> int:
    """Make the list anew from the records."""
    from nmes.cli.audit_key import rebuild

    return rebuild()
