"""The commands of the command line: each calls the core, and prints text or JSON."""
