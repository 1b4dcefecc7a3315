"""The command line: thin commands; what they import, they import when they are called."""
