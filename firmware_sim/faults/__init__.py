"""What can be broken, from outside and never over the device's own line.

`inside` is what the device itself knows of (a panel of levers); `catalogue` names every kind of fault as data; `wire`
spoils bytes; `timeline` begins and ends faults at their times. `firmware_sim.simulator` joins them.
"""

from firmware_sim.faults.inside import Faults

__all__ = ["Faults"]
