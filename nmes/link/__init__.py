"""Floor 1: bytes to and from a stimulator. Only the guard ever holds a Port."""
