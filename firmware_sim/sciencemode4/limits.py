"""Law: the device's own ceilings, from the vendor's data sheet and library, and from nobody else's code."""

MAX_CURRENT_UA = 130_000  # [source: P24 Instructions for Use p. 29; the C library accepts -130 to +130 mA]
MAX_POINTS = 16  # [source: Instructions for Use p. 29]
MIN_POINT_US = 10  # shorter points act as 10 us [source: Instructions for Use Table 15, C library]
MAX_PERIOD_CODE = 32_766  # 16383 ms, or 8191.5 ms on the fine grid [source: Instructions for Use pp. 24, 29]
PULSE_OVERHEAD_US = 60  # 40 us lead and 20 us reserve per pulse [source: C library]
MAX_PULSE_MS_PER_S = 999  # all channels together [source: C library]
DEAD_MAN_US = 2_000_000  # [source: Instructions for Use p. 23]
ELECTRODE_FLOOR_UA = 15_000  # below it an open lead is not noticed [source: C library, comment on result 10]
