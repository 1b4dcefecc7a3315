"""The RehaMove3 driver: that of the P24 in another dialect."""

from __future__ import annotations

from nmes.devices.sciencemode3.rehamove3 import DIALECT
from nmes.devices.sciencemode4.driver import MidLevelDriver


class RehaMove3Driver(MidLevelDriver):
    """One fault of one channel halts all of them: the driver does what the device does not."""

    def __init__(self) -> None:
        super().__init__(DIALECT)
