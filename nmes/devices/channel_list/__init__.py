"""What RehaStim2 and RehaStim 1 share: one list of channels with one period, changed by whole updates."""
