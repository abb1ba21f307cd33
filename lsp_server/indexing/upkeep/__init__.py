"""Keeping an index in shape while nobody waits: merging, clustering, calibration, checks."""
