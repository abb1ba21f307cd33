"""How rare each word of a query is in one folder (normalised IDF): "axum" says little inside axum."""

from collections.abc import Iterable, Mapping
from typing import Final

from lsp_server.fulltext import TextReader, inverse_frequency

LEAST: Final = 0.15
"""The rarity of a word that occurs everywhere."""

MAX_WORDS: Final = 48
"""At most this many words of a long query, such as pasted code, are looked up."""


def rarities(words: Iterable[str], reader: TextReader | None) -> Mapping[str, float]:
    """Return the inverse document frequency of each word, relative to that of a word in no symbol.

    Args:
        words: Split, lower-case words.
        reader: The folder's text index; None where there is none yet.

    Returns:
        Word → `LEAST` to 1; words beyond the first `MAX_WORDS` are absent. Empty without a text index: then
        all words count the same.
    """
    n_documents = 0 if reader is None else reader.n_counted
    if reader is None or not n_documents:
        return {}
    most = inverse_frequency(n_documents, 0)
    rarity = {}
    for word in list(dict.fromkeys(words))[:MAX_WORDS]:
        telling = inverse_frequency(n_documents, reader.document_frequency("body", word)) / most
        rarity[word] = LEAST + (1 - LEAST) * telling
    return rarity
