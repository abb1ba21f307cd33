"""Trains the bundled model, or one for a company's own code: repositories → pairs → sub-word vectors.

Needs the extra `train`. Nothing that indexes or searches imports any of it.
"""
