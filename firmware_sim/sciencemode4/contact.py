"""Law: what the device tells of a pulse is what its own policy can see, and nothing that only the instrument knows."""

from firmware_sim.sciencemode4.replies import ChannelError
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage import Delivery
from firmware_sim.stage.detection import P24Finding, p24


def judge_contact(delivery: Delivery, switches: Switches) -> ChannelError:
    """The half-byte for a pulse: an open lead from 15 mA up only, a limited current always."""
    match p24(delivery):
        case P24Finding.NONE:
            return ChannelError.NONE
        case P24Finding.ELECTRODE:
            return ChannelError.ELECTRODE
        case P24Finding.LOW_CURRENT:
            return ChannelError.LOW_CURRENT
        case P24Finding.UNSEEN:
            silent = switches.open_lead_below_floor == "silent"
            return ChannelError.NONE if silent else ChannelError.LOW_CURRENT
