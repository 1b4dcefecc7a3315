"""The kernel's drivers for the chips in stimulators, and programs that write to ports that are not theirs."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.runtime.doctor.finding import Finding, Grade
from nmes.runtime.doctor.world import Module, World
from nmes.runtime.families import family
from nmes.runtime.ports import BEHIND_CDC, BEHIND_FTDI

DRIVERS: Final = {"cdc_acm": BEHIND_CDC, "ftdi_sio": BEHIND_FTDI}
"""The families whose chip it is for; Linux has a driver for each."""
PROBING: Final = ("ModemManager", "brltty")
"""They open serial ports to see what is there: the one sends modem commands, the other looks for Braille displays
[source, secondary: the udev rules of both]."""


def of_drivers(world: World) -> tuple[Finding, ...]:
    """One finding for the drivers, one for each program that probes."""
    if world.system != "Linux":
        said = _("which drivers are there is not looked for on this system")
        return (Finding("drivers", Grade.DOUBTFUL, said, _("plug the device in and look: nmes devices")),)
    return (*(_driver(name, state) for name, state in world.modules), *(_probing(name) for name in world.probing))


def _driver(name: str, state: Module) -> Finding:
    models = ", ".join(family(key).model for key in DRIVERS.get(name, ()))
    match state:
        case Module.THERE:
            said = _("the driver {name} is there ({models})")
            return Finding("drivers", Grade.GOOD, said.format(name=name, models=models))
        case Module.LOADABLE:
            said = _("the driver {name} is loaded when a device is plugged in ({models})")
            return Finding("drivers", Grade.GOOD, said.format(name=name, models=models))
        case Module.MISSING:
            said = _("this kernel has no driver {name} ({models})").format(name=name, models=models)
            return Finding(
                "drivers", Grade.BAD, said, _("install the kernel's extra modules, then plug the device in again")
            )
        case Module.UNKNOWN:
            said = _("whether this kernel has the driver {name} cannot be seen ({models})").format(
                name=name, models=models
            )
            return Finding("drivers", Grade.DOUBTFUL, said, _("plug the device in and look: nmes devices"))


def _probing(name: str) -> Finding:
    said = _("{name} is running: it may write to a port in which a stimulator was just plugged").format(name=name)
    return Finding(
        "drivers", Grade.DOUBTFUL, said, _("end it, or give it the udev rule that nmes doctor --udev GROUP prints")
    )
