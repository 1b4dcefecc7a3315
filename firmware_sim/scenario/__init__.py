"""A scenario: a device, a person, a host program and faults on one timeline, and what must then be seen.

`model` is the file, `host` speaks the device's language, `play` lets time pass (in memory or over a socket),
`checks` judges, `command` is what `nmes-sim --scenario` does.
"""
