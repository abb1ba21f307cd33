"""What an index has besides vectors and words: its folders, the writer lease, the catalog, the yield cache.

The only importer of sqlite3.
"""
