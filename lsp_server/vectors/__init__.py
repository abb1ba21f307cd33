"""Nearest-neighbour search over memory-mapped segments of vectors; knows nothing of files, SQLite or Tantivy."""
