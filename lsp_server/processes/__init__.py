"""Child processes that answer framed bytes with framed bytes: a pool of them, one alone, and their own side."""
