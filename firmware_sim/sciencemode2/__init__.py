"""The device's side of ScienceMode2: framing, requests, replies and state machine of a RehaStim2."""
