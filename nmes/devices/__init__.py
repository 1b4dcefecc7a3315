"""Floor 1: drivers that never touch a port, a clock or a thread; one folder per wire family."""
