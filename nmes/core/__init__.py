"""Floor 0, pure: no clock, file, thread, socket, logger, screen or serial port. Time enters only as an event."""
