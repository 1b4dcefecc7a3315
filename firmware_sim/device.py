"""The simulated devices, in memory: bytes in, bytes out, on a clock the caller holds.

device = P24()
device.receive(frame, now_us); device.advance(now_us); device.transmit(now_us); device.stage.trace
"""

from firmware_sim.faults import Faults
from firmware_sim.sciencemode4.p24 import P24, Latencies, State
from firmware_sim.sciencemode4.switches import Switches, alternatives
from firmware_sim.stage import Stage

__all__ = ["P24", "Faults", "Latencies", "Stage", "State", "Switches", "alternatives"]
