"""Documents as tests write them: in words, of which the index takes the stems."""

from dataclasses import replace
from typing import Any

from lsp_server.fulltext import Stemmer, TextDocument

_FIELDS = ("name", "container", "path", "signature", "doc", "body")
_STEMMER = Stemmer()


def of_words(*values: Any, **fields: Any) -> TextDocument:
    """Return a `TextDocument` of these values, the words of its texts stemmed."""
    written = TextDocument(*values, **fields)
    stems = {field: " ".join(_STEMMER.stems(getattr(written, field).split())) for field in _FIELDS}
    return replace(written, **stems)
