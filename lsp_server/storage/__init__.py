"""What the index keeps besides vectors and words: where it lies, who may write, the catalog, the yield cache.

The only importer of sqlite3.
"""
