"""The front ends: the language server and the command line."""
