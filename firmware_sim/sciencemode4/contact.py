"""Law: what the device tells of a pulse is what its own policy can see, and nothing that only the instrument knows.

It is blind below 15 mA, whatever the pad does, so "no error" proves nothing there.
"""

from dataclasses import dataclass
from enum import Enum

from firmware_sim.sciencemode4.limits import ELECTRODE_FLOOR_UA
from firmware_sim.sciencemode4.replies import ChannelError
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage import Contact, Delivery, Stage
from firmware_sim.stage.detection import OPEN_OHM, impedance_ohm
from firmware_sim.stage.pulse import Points


class P24Finding(Enum):
    """What a P24 can tell of a pulse."""

    NONE = "nothing to tell"
    ELECTRODE = "the load says that the electrode is off"
    UNSEEN = "the electrode is off, and the current too small to tell"
    LOW_CURRENT = "the compliance voltage limited the current"


def finding(delivery: Delivery) -> P24Finding:
    """The P24's own policy for one pulse: an electrode counts as off when it is open or above 20 kOhm [design]."""
    match delivery.contact:
        case Contact.GOOD:
            return P24Finding.NONE
        case Contact.OPEN | Contact.LIMITED:
            if delivery.contact is Contact.LIMITED and impedance_ohm(delivery) <= OPEN_OHM:
                return P24Finding.LOW_CURRENT
            loudest_ua = max(abs(point.current_ua) for point in delivery.points)
            return P24Finding.ELECTRODE if loudest_ua >= ELECTRODE_FLOOR_UA else P24Finding.UNSEEN


def judge_contact(delivery: Delivery, switches: Switches) -> ChannelError:
    """The half-byte for a pulse: an open lead from 15 mA up only, a limited current always."""
    match finding(delivery):
        case P24Finding.NONE:
            return ChannelError.NONE
        case P24Finding.ELECTRODE:
            return ChannelError.ELECTRODE
        case P24Finding.LOW_CURRENT:
            return ChannelError.LOW_CURRENT
        case P24Finding.UNSEEN:
            silent = switches.open_lead_below_floor == "silent"
            return ChannelError.NONE if silent else ChannelError.LOW_CURRENT


@dataclass(slots=True)
class P24Output:
    """A pulse is given whatever lies on the channel, and judged by what flowed; a fault stops the channel."""

    switches: Switches
    goes_on = False
    late_stops = True
    forgets = False

    def give(self, stage: Stage, t_us: int, channel: int, points: Points) -> tuple[Delivery, ChannelError]:
        """Give one pulse and judge it."""
        delivery = stage.deliver(t_us, channel, points)
        if delivery.contact is Contact.GOOD:
            return delivery, ChannelError.NONE
        return delivery, judge_contact(delivery, self.switches)
