"""What an index has besides vectors and words: folders, the writer lease, the catalog, the cache of analyses.

The only importer of sqlite3.
"""
