"""What RehaStim2 and RehaStim 1 have in common: one list of channels, played anew at every main interval."""
