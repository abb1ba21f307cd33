"""Splits files and short texts into words, in one way for both the embedding model and the text index."""

from lsp_server.text.words import FileWords, split_file, split_words

__all__ = ["FileWords", "split_file", "split_words"]
