"""Law: what a RehaStim 1 accepts of a list, and how it then plays it: two modules side by side, 1.5 ms a channel.

[source: ScienceMode1 document, pp. 3-5 and section 4]
"""

from firmware_sim.channel_list.player import ChannelList, Group
from firmware_sim.channel_list.shape import SLOT_US, biphasic, played_ma
from firmware_sim.sciencemode1 import limits
from firmware_sim.sciencemode1.packets import Init, Update
from firmware_sim.sciencemode1.switches import Switches
from firmware_sim.stage.pulse import Points


def fits(wanted: Init, switches: Switches) -> bool:
    """Whether this list can be initialised; how large its groups are, only the update says."""
    if not wanted.channels and switches.empty_list == "refuse":
        return False
    if wanted.group_us > limits.MOST_GROUP_US or wanted.group_us < SLOT_US * _most_on_a_module(wanted.channels):
        return False
    if wanted.group_us < limits.LEAST_GROUP_US and switches.short_group_time == "refuse":
        return False
    if not wanted.main_us:
        return switches.main_time_0 == "one_shot"
    in_range = limits.LEAST_MAIN_US <= wanted.main_us <= limits.MOST_MAIN_US
    return in_range and wanted.main_us >= wanted.group_us + limits.SPARE_US


def starts(wanted: Update, listed: Init, switches: Switches) -> bool:
    """Whether these values fit the list in force."""
    if not all(playable(entry.width_us, switches) for entry in wanted.entries):
        return False
    size = max((entry.pulses for entry in wanted.entries), default=1)
    room = not listed.main_us or listed.main_us >= size * listed.group_us + limits.SPARE_US
    return room or switches.long_group == "accepted"


def playable(width_us: int, switches: Switches) -> bool:
    """Whether there is such a pulse; width 0 is none and always allowed."""
    least_us = limits.SURE_WIDTH_US if switches.narrow_width == "refuse" else limits.LEAST_WIDTH_US
    return not width_us or least_us <= width_us <= limits.MOST_WIDTH_US


def _most_on_a_module(channels: tuple[int, ...]) -> int:
    on_a = sum(channel <= limits.MODULE_A for channel in channels)
    return max(on_a, len(channels) - on_a)


def channel_list(wanted: Init) -> ChannelList:
    """The list as it is played: each module its own channels in turn, module B 0.6 ms behind."""
    a = [channel for channel in wanted.channels if channel <= limits.MODULE_A]
    b = [channel for channel in wanted.channels if channel > limits.MODULE_A]
    slots = [(nth * SLOT_US, channel) for nth, channel in enumerate(a)]
    slots += [(nth * SLOT_US + limits.MODULE_OFFSET_US, channel) for nth, channel in enumerate(b)]
    return ChannelList(
        offsets_us={channel: offset_us for offset_us, channel in sorted(slots)},
        main_us=wanted.main_us,
        group_us=wanted.group_us,
        low_frequency=frozenset(wanted.low_frequency),
        skips=wanted.skips,
    )


def groups(wanted: Update, listed: Init, switches: Switches) -> dict[int, Group]:
    """What each channel of the list is to do."""
    return {
        channel: Group(entry.pulses, points(entry.width_us, entry.current_ma, switches))
        for channel, entry in zip(listed.channels, wanted.entries, strict=True)
    }


def points(width_us: int, current_ma: int, switches: Switches) -> Points:
    """One pulse as the device plays it, in steps of 2 mA; none of width 0."""
    if not width_us:
        return biphasic(limits.SURE_WIDTH_US, 0)
    played_us = max(width_us, limits.SURE_WIDTH_US) if switches.narrow_width == "plays_20us" else width_us
    return biphasic(played_us, played_ma(current_ma, switches.odd_currents, limits.MOST_MA))
