"""The device's side of ScienceMode4: framing, requests, replies, pulse generator and state machine."""
