"""`nmes protocols`: see, compare, check, explain and write protocols."""
