"""The way in beside the device's own line: look, set, break, snapshot. JSON lines, one answer per request.

`Backdoor.handle` is the whole of it, in process; `port` serves it on a loopback TCP port of its own.
"""

from firmware_sim.backdoor.desk import Backdoor

__all__ = ["Backdoor"]
