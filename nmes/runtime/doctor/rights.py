"""Whether this user may open serial ports, and what gives the right to: a group, or a udev rule ready to paste."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.runtime.doctor.finding import Finding, Grade
from nmes.runtime.doctor.world import World
from nmes.runtime.ports import GENERIC, Access

RULE_FILE: Final = "60-nmes.rules"
"""Before 73, where the system hands devices to whoever sits at the computer [source: systemd, 73-seat-late.rules]."""


def of_rights(world: World) -> tuple[Finding, ...]:
    """One finding; what stands in the way of a port that is there comes before what may stand in the way later."""
    if world.system != "Linux":
        return (Finding("permissions", Grade.GOOD, _("this system asks for no right to use serial ports")),)
    rights, denied = world.rights, [port.identity.url for port in world.ports if port.access is Access.DENIED]
    group = rights.group or "dialout"
    if denied:
        said = _("{user} may not open {ports}").format(user=rights.user, ports=", ".join(denied))
        return (Finding("permissions", Grade.BAD, said, _todo(world, group), _paste(world, group)),)
    if rights.root:
        said = _("nmes runs as root: every port can be opened, and every file too")
        return (
            Finding(
                "permissions", Grade.DOUBTFUL, said, _("run it as a user of the group {group}").format(group=group)
            ),
        )
    if rights.member:
        said = _("{user} is in the group {group}, which serial ports belong to").format(user=rights.user, group=group)
        return (Finding("permissions", Grade.GOOD, said),)
    if rights.rule:
        said = _("a udev rule gives the ports of stimulators to whoever sits at this computer")
        return (Finding("permissions", Grade.GOOD, said),)
    said = _("{user} is not in the group {group}, and no udev rule names a stimulator").format(
        user=rights.user, group=group
    )
    return (Finding("permissions", Grade.DOUBTFUL, said, _todo(world, group), _paste(world, group)),)


def udev_rules(group: str) -> tuple[str, ...]:
    """For the ids on the allow-list: the right to open, no probing by ModemManager, and the latency of FTDI chips."""
    ids = [
        f'SUBSYSTEM=="tty", ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}", '
        f'GROUP="{group}", MODE="0660", TAG+="uaccess", ENV{{ID_MM_DEVICE_IGNORE}}="1"'
        for vendor, product in GENERIC
    ]
    latency = 'ACTION=="add", SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"'
    return (*ids, latency)


def _todo(world: World, group: str) -> str:
    if world.rights.enrolled and not world.rights.member:
        return _(
            "{user} was added to the group {group}, which counts from the next login on: log out and in again"
        ).format(user=world.rights.user, group=group)
    return _("join the group {group} and log in again, or let a udev rule do it; either, as an administrator:").format(
        group=group
    )


def _paste(world: World, group: str) -> tuple[str, ...]:
    if world.rights.enrolled and not world.rights.member:
        return ()
    return (
        f"sudo usermod -aG {group} {world.rights.user}",
        f"sudo tee /etc/udev/rules.d/{RULE_FILE} <<'EOF'",
        *udev_rules(group),
        "EOF",
        "sudo udevadm control --reload && sudo udevadm trigger",
    )
