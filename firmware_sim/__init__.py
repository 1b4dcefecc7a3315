"""firmware_sim: a stand-in for the HASOMED P24, written from the vendor's manual alone.

Independent on purpose: it shares no code with the controller, because a misreading shared by both sides would
agree with itself. The device is `firmware_sim.device`, the instrument that tests judge by is `firmware_sim.stage`.
"""

__version__ = "0.6.1"
