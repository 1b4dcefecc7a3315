"""The one door through which the rest of the program sees the ports of this computer: as facts, never as a Port."""

from __future__ import annotations

from nmes.link.ports import Access as Access  # noqa: PLC0414 - re-exported: only this module may know the line
from nmes.link.ports import Holder as Holder  # noqa: PLC0414 - as above
from nmes.link.ports import Identity as Identity  # noqa: PLC0414 - as above
from nmes.link.ports import Note as Note  # noqa: PLC0414 - as above
from nmes.link.ports import SeenPort as SeenPort  # noqa: PLC0414 - as above
from nmes.link.ports import is_same_node as is_same_node  # noqa: PLC0414 - as above
from nmes.link.ports import seen_ports as seen_ports  # noqa: PLC0414 - as above

# Which family has which chip [source: docs/reference/sciencemode123.md]; the ids of the chips [source, secondary].
BEHIND_CDC = ("p24",)
BEHIND_FTDI = ("rehamove3", "rehastim2", "rehastim1")
GENERIC = {
    (0x0483, 0x5740): BEHIND_CDC,  # STM32 virtual COM port
    (0x0403, 0x6001): BEHIND_FTDI,  # FT232R
    (0x0403, 0x6014): BEHIND_FTDI,  # FT232H
    (0x0403, 0x6015): BEHIND_FTDI,  # FT-X
}
"""The allow-list: vendor and product ids that a stimulator has, and the families it may be of. The ids belong to the
maker of a chip that thousands of other devices hold too: they mean "may be one of ours" and nothing more."""


def families_of(identity: Identity) -> tuple[str, ...]:
    """Keys of the families that a port may belong to by its ids; none for ids that no stimulator of ours has."""
    return GENERIC.get((identity.vendor_id, identity.product_id), ())
