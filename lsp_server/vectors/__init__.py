"""Nearest-neighbour search over memory-mapped vector segments; independent of files, SQLite and Tantivy."""
