"""Answering: searches from query to results (`engine`), the symbol palette, related code."""
