"""The schema of the text index: its fields and their weights, and the conversion to Tantivy's documents."""

from typing import Final

import tantivy

from lsp_server.fulltext.stems import encodable
from lsp_server.fulltext.values import TextDocument

WORD_FIELDS: Final = ("name", "container", "path", "signature", "doc", "body")
"""Fields of split, stemmed words. Besides them there is `whole_name`, which is one term as it is."""

OWN_FIELDS: Final = ("body", "doc")
"""Those of them that hold what a symbol says itself, its name and its signature included."""

FIELD_WEIGHTS: Final = {
    "whole_name": 4.0,
    "name": 3.0,
    "container": 1.0,
    "path": 1.5,
    "signature": 1.5,
    "doc": 1.2,
    "body": 1.0,
}
"""Field weights: a score is the sum of each field's BM25 times its weight."""

ANALYZER: Final = "stems"


def text_schema() -> tantivy.Schema:
    """Return the schema. No field is stored: symbols are looked up by id in the vector segments."""
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
    """Return the analyzer of word fields: their words are stems already, separated by white space."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def tantivy_document(document: TextDocument) -> tantivy.Document:
    """Return the document in Tantivy's form.

    One call per field is the fastest way (2 µs per document), and it keeps u64 apart from i64. Stems can
    always be encoded; a whole name is as written and may need cleaning.
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
