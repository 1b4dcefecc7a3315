"""Campaigns: random sessions by seed on the virtual clock, with every law judged at the skin after each event.

A seed draws a `Scenario` (protocol, person, settings of the device, script); `play` runs it and is judged; a failure is
shortened to the shortest script that still fails. `python -m laws.campaign --help`, from the folder `tests`.
"""
