"""Child processes that answer framed bytes with framed bytes: a pool, a single one, and their own loop."""
