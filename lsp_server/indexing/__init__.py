"""Keeping an index true to a folder: ignore rules, scans, parse workers, batches, maintenance. The only writer of an index."""
