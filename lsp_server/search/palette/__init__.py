"""Answers `workspace/symbol`: name matches, then matches by meaning; central symbols for an empty query."""
