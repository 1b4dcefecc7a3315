"""The device's side of ScienceMode1: RehaStim 1 and MotionStim 8, byte by byte."""
