"""nmes: supervised TENS/NMES therapy sessions. Not a medical device; see the README for what is not claimed."""

__version__ = "0.7.0"
