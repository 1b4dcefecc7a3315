"""ScienceMode1: HASOMED RehaStim 1 and MotionStim 8."""
