"""firmware_sim: a stand-in for HASOMED's stimulators, written from the vendor's documents alone.

Independent on purpose: it shares no code with the controller, because a misreading shared by both sides would
agree with itself. The devices are `firmware_sim.devices`, the instrument that tests judge by is `firmware_sim.stage`.
"""

__version__ = "0.7.0"
