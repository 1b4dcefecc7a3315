"""The RehaMove3 (ScienceMode3): frames, points, pace and levels are those of `sciencemode4`; here is what differs."""
