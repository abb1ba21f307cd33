"""The shape of the text index: its fields, how words become terms, and a document's way into Tantivy."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import tantivy

from lsp_server.documents.values import TextDocument

WORD_FIELDS: Final = ("name", "container", "path", "signature", "doc", "body")
"""Fields of split words, stemmed. `whole_name` stands beside them and is one term as it is."""

ANALYZER: Final = "words"


def text_schema() -> tantivy.Schema:
    """Return the schema. Text is stored so that a document can be added again when its cluster changes."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    # Signed, because deleting by term silently misses unsigned fields.
    builder.add_integer_field("file", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("cluster_id", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("kind", stored=True, indexed=True, fast=True)
    builder.add_text_field("language", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("whole_name", stored=True, tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, stored=True, tokenizer_name=ANALYZER, index_option="position")
    return builder.build()


def word_analyzer() -> tantivy.TextAnalyzer:
    """Return what makes terms of words, for documents and queries alike: "retries" and "retry" are one."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def encodable(text: str) -> str:
    """Return the text without lone surrogates, which have no UTF-8 form and so no place in the index."""
    return text.encode("utf-8", "replace").decode("utf-8")


def terms_of(analyzer: tantivy.TextAnalyzer, words: Iterable[str]) -> list[str]:
    """Return the terms of some words, in their order, each once."""
    terms: list[str] = analyzer.analyze(encodable(" ".join(words)))
    return list(dict.fromkeys(terms))


def tantivy_document(document: TextDocument) -> tantivy.Document:
    """Return the document as Tantivy takes it.

    One call for each field is the fastest way (2 µs a document), and it keeps u64 apart from i64.
    """
    try:
        return _filled(document)
    except UnicodeEncodeError:
        texts: dict[str, Any] = {
            name: encodable(getattr(document, name)) for name in ("whole_name", *WORD_FIELDS)
        }
        return _filled(replace(document, **texts))


def _filled(document: TextDocument) -> tantivy.Document:
    filled = tantivy.Document()
    filled.add_unsigned("id", document.id)
    filled.add_integer("file", document.file)
    filled.add_unsigned("cluster_id", document.cluster)
    filled.add_unsigned("kind", document.kind)
    filled.add_text("language", document.language)
    for name, text in (
        ("whole_name", document.whole_name),
        ("name", document.name),
        ("container", document.container),
        ("path", document.path),
        ("signature", document.signature),
        ("doc", document.doc),
        ("body", document.body),
    ):
        if text:
            filled.add_text(name, text)
    return filled


def stored_document(stored: tantivy.Document, cluster: int) -> TextDocument:
    """Return a document read back from the index, moved to `cluster`."""
    texts: dict[str, Any] = {
        name: stored.get_first(name) or "" for name in ("language", "whole_name", *WORD_FIELDS)
    }
    numbers: dict[str, Any] = {name: stored.get_first(name) for name in ("id", "file", "kind")}
    return TextDocument(cluster=cluster, **numbers, **texts)
