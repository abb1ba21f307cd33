"""Nearest-neighbour search over memory-mapped vector segments; knows nothing of files, SQLite or Tantivy."""
