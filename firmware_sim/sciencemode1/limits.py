"""Law: the device's own ceilings and times, from the vendor's documents, and from nobody else's code."""

MOST_MA = 126  # coded up to 127, steps of 2 mA [source: ScienceMode1 document, Table 1]
MOST_WIDTH_US = 500  # [source: ScienceMode1 document, Tables 1, 6 and 10]
LEAST_WIDTH_US = 10  # [source: Tables 6 and 10]; Table 1 says 20
SURE_WIDTH_US = 20  # [source: Table 1]
LEAST_GROUP_US, MOST_GROUP_US = 3_000, 16_000  # [source: ScienceMode1 document, section 4]
LEAST_MAIN_US, MOST_MAIN_US = 3_000, 1_023_500  # [source: the same]
SPARE_US = 1_500  # the main period is at least so much longer than the group [source: the same]
MODULE_OFFSET_US = 600  # module B behind module A [source: pp. 3-4]
MODULE_A = 4  # the last channel of module A [source: the same]
OUTPUT_MV = 150_000  # [source: RehaStim operation manual: about 150 V]
ANSWER_US = 2_000  # [source: README of ScienceMode1]
