"""Answers `workspace/symbol`: names by how they match, then meaning; central symbols for an empty query."""
