"""A protocol against the simulator at full speed, both ends on one virtual clock."""
