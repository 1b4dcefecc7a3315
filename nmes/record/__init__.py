"""Floor 1: the record, the only truth about a session."""
