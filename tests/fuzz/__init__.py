"""Bytes made to hurt, for everything that reads what others wrote. See `fuzz.targets` and `python -m fuzz --help`."""
