"""Clinical limits: what a protocol may ask of a person. The guard has absolute limits of its own, written separately.

Sources: P24 = its maker's instructions v1.1; IEC = IEC 60601-2-10, as read in the document named; design = ours.
"""

from __future__ import annotations

# r.m.s. current over the on-time by pad area: 2 mA/cm² = 20 µA/mm². [source: P24 p. 7; read as r.m.s., design]
MAX_DENSITY_UA_PER_MM2 = 20

# Power on the pad into 500 Ω: 0.1 W/cm² = 1 mW/mm². [source: P24 p. 7]
MAX_POWER_NW_PER_MM2 = 1_000_000

# r.m.s. current into 500 Ω: 50 mA up to 400 Hz, 80 mA up to 1500 Hz.
# [source: GOST 30324.10-95 cl. 51.104 table 1, adopting IEC 601-2-10:1984; kept in the 2012 edition: verify]
MAX_RMS_UA = 50_000
MAX_RMS_ABOVE_400_HZ_UA = 80_000

# One phase. Longer phases are for denervated muscle, which is not supported. [design]
MAX_PHASE_US = 1000

# One pulse into 500 Ω: 300 mJ. [source, secondary: Biopac knowledge base; test-laboratory article]
MAX_PULSE_ENERGY_NJ = 300_000_000

# What a pulse may leave behind, in thousandths of its smaller phase's charge: 1 %. [design, SR-14]
MAX_NET_CHARGE_PERMILLE = 10

# Highest pulse rate of a protocol: 200 Hz, the top of the TENS ranges read. [design]
MAX_FREQUENCY_MHZ = 200_000

# A measured cramp threshold frequency: the test starts at 4 Hz and is capped at 40 Hz; 2 Hz is one step lower.
# [source: Miller 2012 for start and step; cap design]
MIN_CTF_MHZ = 2_000
MAX_CTF_MHZ = 40_000

# A ramp is slow enough to react to. [design]
MIN_RAMP_MS = 500

# A resume climbs from 0 over at least this. [design, SR-02]
MIN_RESUME_MS = 5_000

# The operator's own increase: 1 mA per action, 2 mA per second. [design, SR-05; 1 mA per step: IEC, verify]
# A device without so small a step is raised by its own one: 2 mA on RehaStim2 and RehaStim 1. [source: their READMEs]
MAX_STEP_UA = 1_000
MAX_SLEW_UA_PER_S = 2_000

# One treatment, pauses not counted: 2 h. [design, SR-12]
MAX_TREATMENT_MS = 7_200_000

# Charge of the first phases of one channel in one treatment: 18 C, about two hours at 60 mA, 300 µs and 140 Hz.
# Lower than the guard's own limit by what finding the levels may take. [design, SR-12]
MAX_TREATMENT_CHARGE_NC = 18_000_000_000

# Pads of one channel: a small round pad of 3 cm² to two hands of 300 cm²; outside, the unit is wrong. [design]
MIN_PAD_MM2 = 300
MAX_PAD_MM2 = 30_000

# Nobody at the keys: the longest time a protocol may allow. [design]
MAX_OPERATOR_ABSENT_MS = 1_800_000


def max_rms_ua(frequency_mhz: int) -> int:
    """The r.m.s. limit at this pulse rate, in µA."""
    return MAX_RMS_UA if frequency_mhz <= 400_000 else MAX_RMS_ABOVE_400_HZ_UA
