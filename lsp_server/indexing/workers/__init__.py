"""What parse workers do, from a file's bytes to its analysis; and how many of them suit a machine."""
