"""The prefixes that well-known models expect before a query and before a passage."""

from typing import NamedTuple


class Prefixes(NamedTuple):
    """Both prefixes, including the space at the end."""

    query: str
    passage: str


_SEARCH = "Represent this sentence for searching relevant passages: "
_KNOWN = (
    # From the models' cards. The first entry that occurs in the name decides.
    ("coderankembed", Prefixes("Represent this query for searching relevant code: ", "")),
    (
        "multilingual-e5-large-instruct",
        Prefixes("Instruct: Find the code that answers the query\nQuery: ", ""),
    ),
    ("e5-", Prefixes("query: ", "passage: ")),
    ("nomic-embed", Prefixes("search_query: ", "search_document: ")),
    ("bge-small-en", Prefixes(_SEARCH, "")),
    ("bge-base-en", Prefixes(_SEARCH, "")),
    ("bge-large-en", Prefixes(_SEARCH, "")),
    ("snowflake-arctic-embed", Prefixes(_SEARCH, "")),
    ("mxbai-embed-large", Prefixes(_SEARCH, "")),
    ("embeddinggemma", Prefixes("task: code retrieval | query: ", "title: none | text: ")),
    ("qwen3-embedding", Prefixes("Instruct: Find the code that answers the query\nQuery:", "")),
)


def prefixes_of(model_name: str) -> Prefixes:
    """Return a model's prefixes by its name; empty ones when nothing is known."""
    lowered = model_name.lower()
    return next((prefixes for part, prefixes in _KNOWN if part in lowered), Prefixes("", ""))
