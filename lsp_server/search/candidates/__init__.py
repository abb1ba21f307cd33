"""Candidate generation: gathers what may answer, from a folder's index and its open buffers."""
