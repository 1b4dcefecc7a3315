"""The command line: what can be asked for, and nothing of how it is done. Heavy imports stand inside the commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Final, cast

import typer

from nmes import __version__
from nmes.cli.audit_commands import audit
from nmes.cli.care_commands import care
from nmes.cli.devices_command import devices
from nmes.cli.exits import guarded, wrong
from nmes.cli.protocols.commands import protocols

_USAGE_ERROR: Final = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""What typer raises for a command line it does not understand; it has moved between versions, its child has not."""

OF_THEIR_OWN: Final = frozenset({"run", "serve"})
"""Commands with an option for the language of their own."""
DEMO_PROTOCOL: Final = "cramp_calf_ctf_training"

Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="FAMILY",
        help="Which stimulator it is, simulated or real: p24, rehamove3, rehastim2 or rehastim1. Without it: what is "
        "remembered of its port, else the P24.",
    ),
]
Port = Annotated[
    str,
    typer.Option(
        "--port",
        "--line",
        metavar="URL|sim",
        help="Where the stimulator is: a serial port such as /dev/ttyUSB0, a socket://host:port, or sim.",
    ),
]
Line = Annotated[
    str, typer.Option("--line", metavar="URL|sim", help="Where the stimulator is, as --port of the other commands.")
]
PatientStop = Annotated[
    str,
    typer.Option(
        "--patient-stop",
        metavar="URL|f12",
        help="The patient's own stop: a button on a serial port or socket://host:port, or f12 for a foot switch that "
        "types F12. Nothing starts before it was pressed once.",
    ),
]
Theme = Annotated[
    str, typer.Option("--theme", metavar="NAME", help="clinic-dark, clinic-light, high-contrast or mono, this time.")
]
Language = Annotated[
    str, typer.Option("--language", metavar="en|de", help="The language of screens and lines, this time.")
]
Protocol = Annotated[str, typer.Argument(metavar="PROTOCOL", help="The id of a protocol, or the path of its file.")]
Patients = Annotated[
    bool, typer.Option("--patients", help="The records of patients; with neither or both of the two, all.")
]
Simulation = Annotated[
    bool, typer.Option("--simulation", help="The records of the simulator; with neither or both of the two, all.")
]

app = typer.Typer(
    name="nmes",
    help="Supervised TENS and NMES therapy sessions. Without a command: the app, on the built-in simulator.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(protocols, name="protocols")
app.add_typer(care, name="care")
app.add_typer(audit, name="audit")
app.add_typer(devices, name="devices")
settings = typer.Typer(
    help="See and check what the clinic has set; it is changed in the app (F9).",
    rich_markup_mode=None,
    invoke_without_command=True,
)
app.add_typer(settings, name="settings")


def run(arguments: Sequence[str]) -> int:
    """Run a command line (without the program's name); returns the exit code. Nothing escapes."""
    return guarded(lambda: _understood(list(arguments)))


@cache
def _commands() -> Callable[..., object]:
    """All commands as one: making them takes 20 ms, which a process with many command lines pays once."""
    return typer.main.get_command(app)


def _understood(arguments: list[str]) -> int:
    try:
        result = _commands()(args=arguments, prog_name="nmes", standalone_mode=False)
    except typer.Abort:
        wrong("given up")
    except _USAGE_ERROR as error:
        words = error.format_message() if hasattr(error, "format_message") else str(error)
        where = getattr(getattr(error, "ctx", None), "command_path", "nmes")
        wrong(f"{' '.join(words.split()).rstrip('.')}. Try: {where} --help")
    return result if isinstance(result, int) else 0


def _version(asked: bool) -> None:
    if asked:
        print(f"nmes {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    device: Device = "",
    port: Port = "sim",
    patient_stop: PatientStop = "",
    theme: Theme = "",
    language: Language = "",
    version: Annotated[  # noqa: ARG001 - typer's way of an option that answers by itself
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> int:
    """Supervised TENS and NMES therapy sessions. Without a command: the app, on the built-in simulator."""
    if context.invoked_subcommand is not None:
        where = port if port != "sim" else ""
        given = {"--device": device, "--port": where, "--patient-stop": patient_stop, "--theme": theme}
        if context.invoked_subcommand in OF_THEIR_OWN:
            given["--language"] = language
        for option, value in given.items():
            if value:
                wrong(f"{option} belongs after the command: nmes {context.invoked_subcommand} ... {option} {value}")
        from nmes.cli.speaking import speak_for_command

        speak_for_command(language)
        return 0
    from nmes.cli.speaking import speak

    chosen = speak(language, theme)
    from nmes.cli.screen import has_terminal, open_app, without_terminal
    from nmes.cli.station import Station
    from nmes.cli.which import family_at

    station = Station(port, 1.0, chosen, patient_stop, family_at(port, device))
    return open_app(station) if has_terminal() else without_terminal(port_named=port != "sim")


@app.command()
def demo(protocol: Annotated[str, typer.Argument(metavar="[PROTOCOL]")] = DEMO_PROTOCOL, device: Device = "") -> int:
    """Run one whole protocol by itself: a scripted therapist, a virtual patient, the real wire. Needs no terminal."""
    from nmes.cli.demo import show
    from nmes.cli.which import family_named

    return show(protocol, family_named(device))


@app.command(name="run")
def run_protocol(
    protocol: Protocol,
    device: Device = "",
    port: Port = "sim",
    plain: Annotated[
        bool, typer.Option("--plain", help="Line by line, for a screen reader or a script; commands from stdin.")
    ] = False,
    speed: Annotated[
        str, typer.Option("--speed", metavar="N|max", help="Simulator only: N times as fast, or as fast as it can.")
    ] = "1",
    patient_code: Annotated[
        str,
        typer.Option(
            "--patient-code", metavar="CODE", help="For whom: a code such as P-017, never a name. Needs --side."
        ),
    ] = "",
    side: Annotated[str, typer.Option("--side", metavar="left|right|both", help="The side that is treated.")] = "",
    ctf: Annotated[
        str,
        typer.Option(
            "--ctf", metavar="HZ", help="A cramp threshold frequency found elsewhere, instead of the one on record."
        ),
    ] = "",
    patient_stop: PatientStop = "",
    theme: Theme = "",
    language: Language = "",
) -> int:
    """Run a session of one protocol, in the app or, with --plain, line by line."""
    from nmes.cli.speaking import speak

    chosen = speak(language, theme)
    from nmes.cli.screen import Typed, run_session
    from nmes.cli.station import Station
    from nmes.cli.which import family_at

    station = Station(port, 1.0, chosen, patient_stop, family_at(port, device))
    return run_session(protocol, speed, Typed(patient_code, side, ctf), station, plain=plain)


@app.command(name="try")
def try_protocol(
    protocol: Protocol,
    patient: Annotated[
        str | None,
        typer.Option(
            "--patient",
            metavar="NAME",
            help="A virtual patient: a profile, one of its people (NAME#17), or a YAML file.",
        ),
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", metavar="MA", help="This level, instead of finding it by feeling.")
    ] = None,
    length: Annotated[
        str | None, typer.Option("--length", metavar="shortened|neutral|stretched", help="How the muscle is held.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option("--compare", metavar="PROTOCOL", help="Another protocol, side by side.")
    ] = None,
    population: Annotated[
        int | None, typer.Option("--population", metavar="N", help="N people around the profile, on all cores.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Chance: the same seed gives the same people.")] = 0,
    pools: Annotated[int, typer.Option("--pools", metavar="N", help="Parts of a virtual muscle.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON, and nothing else.")] = False,
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help="A page with plots, in one file.")] = None,
    device: Device = "",
) -> int:
    """Try a protocol on a virtual patient: margins, force, fatigue, discomfort, cramps. Keeps no record."""
    from nmes.cli.try_command import Options, run_try
    from nmes.cli.which import family_named

    return run_try(
        Options(protocol, patient, level, length, compare, population, seed, pools, as_json, html, family_named(device))
    )


@app.command()
def serve(
    device: Device = "",
    line: Line = "sim",
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="This computer only: there is no name and no password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", help="Where; 0 is any free one.")] = 8000,
    patient_stop: PatientStop = "",
    theme: Theme = "",
    language: Language = "",
) -> int:
    """The app in a browser of this computer. Closing the page stops the output.

    Needs, in the folder of nmes: pip install ".[serve]".
    """
    from nmes.cli.speaking import speak

    speak(language, theme)  # a bad word is said here, where it was typed
    from nmes.cli.serve import run_server
    from nmes.cli.which import family_at

    family_at(line, device)
    given = {
        "--device": device,
        "--line": line,
        "--patient-stop": patient_stop,
        "--theme": theme,
        "--language": language,
    }
    return run_server(host, port, [word for option, value in given.items() if value for word in (option, value)])


@app.command()
def report(
    session: Annotated[
        str, typer.Argument(metavar="SESSION", help="The session's number, or the beginning of its id.")
    ],
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="The report as one page for printing, in one file.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the page over a file that is there already.")] = False,
    patients: Patients = False,
    simulation: Simulation = False,
) -> int:
    """One session as a report: what was given, found, caught and signed, and how far its record can be believed."""
    from nmes.cli.audit import kinds
    from nmes.cli.report import show

    return show(session, kinds(patients=patients, simulation=simulation), html, force=force)


@app.command()
def doctor(
    port: Annotated[
        str, typer.Option("--port", metavar="URL", help="This port too: one that is no USB port, or an address.")
    ] = "",
    udev: Annotated[str, typer.Option("--udev", metavar="GROUP", help="Only the udev rules, for this group.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, and nothing else.")] = False,
) -> int:
    """Is this computer fit for a session? Each line good, doubtful or bad, with what to do."""
    from nmes.cli import doctor_command

    return doctor_command.rules(udev) if udev else doctor_command.show(port, as_json=as_json)


@settings.callback()
def settings_main(context: typer.Context) -> None:
    _help_alone(context)


@settings.command(name="show")
def settings_show() -> int:
    """What is set now, and which keys were added."""
    from nmes.cli.settings import show

    return show()


@settings.command(name="path")
def settings_path() -> int:
    """Where the files lie."""
    from nmes.cli.settings import paths

    return paths()


@settings.command(name="check")
def settings_check() -> int:
    """Check the settings and the keymap: all errors by line and column."""
    from nmes.cli.settings import check

    return check()


def _help_alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())
