"""The commands of `nmes devices`: what can be asked for, and nothing of how it is done. Heavy imports stand inside."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, and nothing else.")]
Which = Annotated[str, typer.Argument(metavar="SERIAL|PORT", help="A serial number, or the port it hangs at.")]

devices = typer.Typer(
    help="Serial ports, and the stimulators that are remembered. Looking opens no port.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@devices.callback()
def devices_main(
    context: typer.Context,
    port: Annotated[
        str, typer.Option("--port", metavar="URL", help="This one too: a port that is no USB port, or an address.")
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Serial ports, and the stimulators that are remembered. Looking opens no port."""
    if context.invoked_subcommand is not None:
        return 0
    from nmes.cli.devices_list import show

    return show(port, as_json=as_json)


@devices.command(name="identify")
def devices_identify(
    port: Annotated[str, typer.Argument(metavar="PORT", help="The port, as nmes devices shows it.")],
    device: Annotated[
        str,
        typer.Option(
            "--device",
            metavar="FAMILY",
            help="p24, rehamove3, rehastim2 or rehastim1; left out where the device is remembered.",
        ),
    ] = "",
    halt: Annotated[
        bool,
        typer.Option("--halt", help="For rehastim1: it tells nothing unless it is sent a halt, and that is meant."),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Ask a device who it is, and remember it by its serial number. Nothing is sent that could start it."""
    from nmes.cli.devices_identify import identify_at

    return identify_at(port, device, halt=halt, as_json=as_json)


@devices.command(name="confirm")
def devices_confirm(which: Which, as_json: AsJson = False) -> int:
    """A remembered device has changed, and that is right: what it said last is remembered from now on."""
    from nmes.cli.devices_identify import confirm_one

    return confirm_one(which, as_json=as_json)


@devices.command(name="forget")
def devices_forget(which: Which, as_json: AsJson = False) -> int:
    """Remember a device no more."""
    from nmes.cli.devices_identify import forget_one

    return forget_one(which, as_json=as_json)
