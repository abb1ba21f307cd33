"""The command line's commands: each asks the core, and prints for a person or as JSON."""
