"""Keeping an index in sync with a folder: ignore rules, scans, parse workers, batches, housekeeping."""
