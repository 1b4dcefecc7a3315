"""Law: before each pulse the device looks at the skin with a test pulse, and knows nothing of it but that.

No document states the test pulse's size or the range: it is judged as `stage.detection` judges a pulse [design]. It is
too small to be felt or to count as a dose, and is not in the trace [design].
"""

from firmware_sim.stage import Stage
from firmware_sim.stage.detection import OPEN_OHM, SHORT_OHM, impedance_ohm


def in_range(stage: Stage, t_us: int, channel: int) -> bool:
    """Whether a test pulse at `t_us` finds a resistance that a pulse may be given into."""
    return SHORT_OHM <= impedance_ohm(stage.probe(t_us, channel)) <= OPEN_OHM
