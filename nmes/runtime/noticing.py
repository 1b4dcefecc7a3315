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
        now = datetime.now(UTC).isoformat(timespec="seconds")
        heard = Heard(family.key, identified.device_id, identified.firmware, now)
        with suppress(KnownDevicesError):
            remember(home, identity.serial_number, (identity.vendor_id, identity.product_id), identity.url, heard)

    return notice
