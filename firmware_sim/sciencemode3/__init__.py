"""The RehaMove3, ScienceMode3: framing, points and levels are those of `firmware_sim.sciencemode4`."""
