"""Law: what a RehaStim2 accepts of a channel list, and how it then plays it: its modules take turns, 1.5 ms a channel.

[source: ScienceMode2 document, sections 3 and 4.3]
"""

from firmware_sim.channel_list.player import ChannelList, Group
from firmware_sim.channel_list.shape import SLOT_US, biphasic, played_ma
from firmware_sim.sciencemode2 import limits
from firmware_sim.sciencemode2.requests import InitChannelList, StartChannelList
from firmware_sim.sciencemode2.switches import Switches
from firmware_sim.stage.pulse import Points


def fits(wanted: InitChannelList, switches: Switches) -> bool:
    """Whether this list can be initialised; how large its groups are, only the start says."""
    if not wanted.channels and switches.empty_list == "refuse_2":
        return False
    if wanted.execution and switches.execution_1 == "refuse_2":
        return False
    if wanted.group_us < limits.LEAST_INTERVAL_US and switches.short_inter_pulse == "refuse_2":
        return False
    if not wanted.main_us:  # the one-shot mode
        return True
    crowded = wanted.main_us < _slots_us(wanted) and switches.crowded_list == "refuse_2"
    return wanted.main_us >= max(limits.LEAST_INTERVAL_US, wanted.group_us) and not crowded


def starts(wanted: StartChannelList, listed: InitChannelList, switches: Switches) -> bool:
    """Whether these values fit the list that is initialised."""
    if len(wanted.entries) != len(listed.channels):
        return False
    size = max(entry.pulses for entry in wanted.entries)
    if size == 1:
        return True
    if listed.group_us < limits.LEAST_INTERVAL_US and switches.short_inter_pulse == "singles_only":
        return False
    if listed.main_us and listed.main_us < size * listed.group_us:
        return False
    return listed.group_us >= _slots_us(listed) or switches.crowded_list == "stretched"


def _slots_us(listed: InitChannelList) -> int:
    return len(listed.channels) * SLOT_US


def channel_list(wanted: InitChannelList) -> ChannelList:
    """The list as it is played: each channel's slot behind the one before it, whichever module it is of."""
    return ChannelList(
        offsets_us={channel: nth * SLOT_US for nth, channel in enumerate(wanted.channels)},
        main_us=wanted.main_us,
        group_us=wanted.group_us,
        low_frequency=frozenset(wanted.low_frequency),
        skips=wanted.skips,
    )


def groups(wanted: StartChannelList, listed: InitChannelList, switches: Switches) -> dict[int, Group]:
    """What each channel of the list is to do."""
    return {
        channel: Group(entry.pulses, points(entry.width_us, entry.current_ma, switches))
        for channel, entry in zip(listed.channels, wanted.entries, strict=True)
    }


def points(width_us: int, current_ma: int, switches: Switches) -> Points:
    """One pulse as the device plays it: never narrower than 20 us, in steps of 2 mA."""
    played = played_ma(current_ma, switches.odd_currents)
    if not width_us and switches.zero_width == "no_pulse":
        played = 0
    return biphasic(max(limits.LEAST_WIDTH_US, width_us), played)
