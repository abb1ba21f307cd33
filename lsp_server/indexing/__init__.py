"""Keeping an index true to a folder: ignore rules, scans, parse workers, batches, housekeeping."""
