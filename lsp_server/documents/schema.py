"""The shape of the text index: its fields, and a document's way into Tantivy."""

from types import MappingProxyType
from typing import Final

import tantivy

from lsp_server.documents.stems import encodable
from lsp_server.documents.values import TextDocument

WORD_FIELDS: Final = ("name", "container", "path", "signature", "doc", "body")
"""Fields of split words, stemmed. `whole_name` stands beside them and is one term as it is."""

FIELD_WEIGHTS: Final = MappingProxyType(
    {
        "whole_name": 4.0,
        "name": 3.0,
        "container": 1.0,
        "path": 1.5,
        "signature": 1.5,
        "doc": 1.2,
        "body": 1.0,
    }
)
"""What a word counts by where it stands: a score is the sum of each field's BM25 times its weight."""

ANALYZER: Final = "stems"


def text_schema() -> tantivy.Schema:
    """Return the schema. Nothing is stored: what a hit is, the segments of the vectors tell by its id."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    # Signed, because deleting by term silently misses unsigned fields.
    builder.add_integer_field("file", indexed=True, fast=True)
    builder.add_unsigned_field("kind", indexed=True, fast=True)
    builder.add_text_field("language", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("whole_name", tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    return builder.build()


def stem_analyzer() -> tantivy.TextAnalyzer:
    """Return what reads a field: its words are stems already, with white space between them."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def tantivy_document(document: TextDocument) -> tantivy.Document:
    """Return the document as Tantivy takes it.

    One call for each field is the fastest way (2 µs a document), and it keeps u64 apart from i64. Stems can
    be encoded, whatever the words were; a whole name is as it was written.
    """
    filled = tantivy.Document()
    filled.add_unsigned("id", document.id)
    filled.add_integer("file", document.file)
    filled.add_unsigned("kind", document.kind)
    filled.add_text("language", document.language)
    if document.whole_name:
        filled.add_text("whole_name", encodable(document.whole_name))
    if document.name:
        filled.add_text("name", document.name)
    if document.container:
        filled.add_text("container", document.container)
    if document.path:
        filled.add_text("path", document.path)
    if document.signature:
        filled.add_text("signature", document.signature)
    if document.doc:
        filled.add_text("doc", document.doc)
    if document.body:
        filled.add_text("body", document.body)
    return filled
