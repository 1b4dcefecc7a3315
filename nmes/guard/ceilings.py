"""The absolute limits: nothing above them leaves this program, whatever it was asked for.

They are written here a second time on purpose and share no code with the clinical limits, which lie within them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Plain integers; units in the names. Tests may tighten them, nothing reads them from a file."""

    channels: int = 8
    """[source: P24 Instructions for Use p. 29]"""

    max_amplitude_ua: int = 130_000
    """Peak current. [source: P24 p. 29; the encoding reaches 150 mA]"""

    max_phase_us: int = 1_000
    """The phase that carries the peak; longer ones treat denervated muscle, which is not supported. [design]"""

    max_return_phase_us: int = 4_095
    """A phase of lower current that gives the charge back. [source: longest point, P24 Table 15]"""

    max_gap_us: int = 1_000
    """Between the two phases; longer ones have no use here. [design]"""

    max_ratio: int = 8
    """First over second phase current. [design]"""

    max_phase_charge_pc: int = 130_000_000
    """130 µC: the highest current for the longest phase. [design]"""

    max_net_permille: int = 10
    """Charge left after a pulse, in thousandths of its smaller half. [design; the d.c. limit would apply above it]"""

    max_rms_ua: int = 50_000
    """Up to 400 Hz. [source: GOST 30324.10-95 cl. 51.104 Table 1 = IEC 601-2-10:1984; 2012 edition: verify]"""

    max_fast_rms_ua: int = 80_000
    """Above 400 Hz, up to 1500 Hz. [source: same table]"""

    fast_period_us: int = 2_500
    """Periods shorter than this are above 400 Hz. [computed]"""

    min_period_us: int = 667
    """1500 Hz, where the table's next row begins; no therapy here needs more. [computed, design]"""

    max_period_us: int = 2_000_000
    """0.5 Hz; slower trains outlast the device's own 2 s timer. [design]"""

    max_density_ua_per_mm2: int = 20
    """2 mA/cm² r.m.s. on the pad. [source: P24 p. 7, read as r.m.s. as IEC 60601-2-10's advice and other makers do]"""

    load_ohm: int = 500
    """[source: test load of IEC 60601-2-10]"""

    max_power_uw_per_mm2: int = 1_000
    """0.1 W/cm² on the pad. [source: P24 p. 7]"""

    max_pulse_energy_uj: int = 300_000
    """300 mJ. [source, secondary: Biopac knowledge base on IEC 60601-2-10]"""

    pulse_overhead_us: int = 60
    """Lead and reserve the shared current source needs per pulse. [source: ScienceMode4 C library]"""

    max_busy_ppm: int = 999_000
    """Share of time all channels' pulses may fill together. [source: ScienceMode4 C library, 999 ms per second]"""

    min_ramp_ms: int = 500
    """No climb from 0 to the confirmed level is faster. [design, SR-05]"""

    max_pad_mm2: int = 30_000
    """300 cm², larger than any pad sold for this; a wrong unit would make a small pad look safe. [design]"""

    max_burst_pulses: int = 20
    """More is a train, not a burst. [design]"""

    min_burst_period_ms: int = 200
    """Five bursts a second. [design]"""

    max_burst_period_ms: int = 1_000
    """One burst a second: a longer silence is no gap between two bursts. [design]"""

    burst_gap_us: int = 1_000_000
    """A burst may return to the amplitude it had within the last second, no later. [design]"""

    burst_late_us: int = 100_000
    """The end of a burst may come so much late; then the program hangs and a train is made of it. [design]"""

    step_ua: int = 500
    """The device's smallest change: one always fits an update once its time has been waited. [source: P24 p. 29]"""

    update_us: int = 40_000
    """25 updates a second: idle time earns one of them (or one pulse period) and no more. [design]"""

    turn_us: int = 20_000
    """One turn of the controller, between its reading of the time and ours. [design]"""

    frame_us: int = 10_000
    """100 frames a second on average: 25 updates, each with its poll, and room for halts. [design]"""

    frame_burst_us: int = 200_000
    """... and at most 21 at once. [design]"""

    write_us: int = 200_000
    """A frame that took longer to be written is older than what it was checked against; a blocked line takes half of
    it at most. [design]"""

    max_session_charge_pc: int = 20_000_000_000_000
    """20 C per channel: two hours at 60 mA, 250 µs, 150 Hz are 16 C. [design, SR-12]"""

    silence_us: int = 1_000_000
    """Half of the device's 2 s: after it the skin is taken to be at 0. [source: P24 p. 23 for the 2 s; design]"""


P24 = Ceilings()

REHAMOVE3 = Ceilings(
    channels=4,  # [source: SM3 document p. 3]
    min_period_us=2_000,  # 500 Hz [source: SM3 document p. 3]
    max_period_us=1_000_000,  # 1 Hz [source: SM3 document p. 3]
)

_CHANNEL_LIST = Ceilings(
    max_amplitude_ua=126_000,  # the older one; the other document allows 130 [source: SM1 document, SM2 README]
    max_phase_us=500,  # [source: SM1 Table 1, SM2 StartChannelListMode]
    max_return_phase_us=500,  # both phases are alike [source: SM1 pp. 3-4, SM2 p. 4]
    max_gap_us=100,  # [source: SM1 pp. 3-4, SM2 p. 4]
    max_ratio=1,  # both phases are alike [source: SM1 pp. 3-4, SM2 p. 4]
    max_phase_charge_pc=63_000_000,  # 126 mA for 500 µs [computed]
    max_burst_pulses=0,  # bursts would be new lists all the time: not played there [design]
    step_ua=2_000,  # [source: SM1 document, SM2 README]
)

REHASTIM2 = replace(
    _CHANNEL_LIST,
    min_period_us=8_000,  # [source: SM2 InitChannelListMode]
    max_period_us=1_025_000,  # code 2048 [source: SM2 InitChannelListMode]
    silence_us=600_000,  # half of the device's 1.2 s [source: SM2 Table 7 for the 1.2 s; design]
)

REHASTIM1 = replace(
    _CHANNEL_LIST,
    min_period_us=4_500,  # the shortest group and what must follow it [source: SM1 section 4]
    max_period_us=1_023_500,  # [source: SM1 section 4]
    max_busy_ppm=2 * 999_000,  # two current sources at the same time [source: SM1 pp. 3-4; computed]
    silence_us=1_000_000,  # the device has no timer: five updates without an answer [design]
)
