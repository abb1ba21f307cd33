"""Gathers what may answer, from a folder's index and from its open buffers."""
