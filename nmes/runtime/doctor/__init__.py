"""Whether this computer is fit for a session: every judgement of `nmes doctor`, from one `World`."""

from __future__ import annotations

from nmes.runtime.doctor.clock import of_clock
from nmes.runtime.doctor.components import of_components
from nmes.runtime.doctor.disk import of_disk
from nmes.runtime.doctor.drivers import of_drivers
from nmes.runtime.doctor.finding import Finding as Finding
from nmes.runtime.doctor.finding import Grade as Grade
from nmes.runtime.doctor.rights import of_rights
from nmes.runtime.doctor.seen import of_ports
from nmes.runtime.doctor.terminal import of_terminal
from nmes.runtime.doctor.world import World


def examine(world: World) -> tuple[Finding, ...]:
    """All findings, in the order in which a person would mend them."""
    return (
        *of_rights(world),
        *of_drivers(world),
        *of_ports(world),
        *of_clock(world.clock),
        *of_disk(world.disk),
        *of_terminal(world.terminal),
        *of_components(world.components),
    )
