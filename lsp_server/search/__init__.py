"""Answering: query syntax, snapshots of a generation, candidates, ranking, the palette and related code."""
