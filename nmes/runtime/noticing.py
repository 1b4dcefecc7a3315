"""A session hears who the device is, so it is remembered, or noticed to have changed, without being asked again.

Law: it changes nothing about the session: what was remembered was used before, and a memory that cannot be written is
told where devices are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from nmes.core.events import Identified
from nmes.runtime.families import Family
from nmes.runtime.known_devices import Heard, KnownDevicesError, remember
from nmes.runtime.ports import Identity


def noticing(home: Path, identity: Identity, family: Family) -> Callable[[Identified], None]:
    """What is to be told who the device at this port said it is; a port without a serial number is not remembered."""

    def notice(identified: Identified) -> None:
        if not identity.serial_number:
            return
        with suppress(KnownDevicesError):
            ids = (identity.vendor_id, identity.product_id)
            remember(home, identity.serial_number, ids, identity.url, heard_now(family, identified))

    return notice


def heard_now(family: Family, identified: Identified) -> Heard:
    """What a device of this family has just said of itself."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Heard(family.key, identified.device_id, identified.firmware, now)
