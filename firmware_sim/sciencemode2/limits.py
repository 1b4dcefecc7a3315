"""Law: the device's own ceilings and times, from the vendor's documents, and from nobody else's code."""

INIT_REPETITION_US = 500_000  # [source: ScienceMode2 document p. 10, Table 7]
WATCHDOG_US = 1_200_000  # [source: the same]
PROTOCOL_VERSION = 1  # [source: client programs]

MOST_MA = 130  # [source: ScienceMode2 document, StartChannelListMode]
MOST_WIDTH_US = 500  # [source: the same]
LEAST_WIDTH_US = 20  # narrower pulses act as 20 us [source: the same]
MOST_MAIN_CODE = 2048  # 1025 ms [source: ScienceMode2 document, InitChannelListMode]
LEAST_INTERVAL_US = 8_000  # of both intervals in the documented firmware [source: the same]
MOST_SKIPS = 7  # [source: the same]
OUTPUT_MV = 154_000  # [source: RehaStim2 User Manual]
