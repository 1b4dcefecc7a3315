"""Floor 3: where the pure core meets clock, threads, disk and port."""
