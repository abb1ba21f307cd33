"""Answering: one search from query to results (`engine`), the palette, related code, and what they read."""
