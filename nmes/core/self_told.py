"""What a device said of itself, in a few words; pure. What it cannot say is left out, but for its protocol."""

from __future__ import annotations

from typing import Final

from nmes.core.printable import printable

NO_ID: Final = "-"
"""What stands in a record for the id of a device that has none to tell."""
NO_FIRMWARE: Final = "unknown"
"""How the firmware begins in a record of a device that does not tell it; its protocol may follow in brackets."""


def self_told(model: str, device_id: str, firmware: str) -> str:
    """Model, id and firmware, as far as they were told."""
    number = "" if device_id == NO_ID else device_id
    version = firmware.removeprefix(NO_FIRMWARE).strip(" ()") if firmware.startswith(NO_FIRMWARE) else firmware
    return printable(", ".join(part for part in (model, number, version) if part))
