"""From the bytes of one file to its analysis: symbols, words for the text index, content vectors.

Runs in worker processes and never touches an index. An analysis depends only on the bytes and the language,
not on where it is: a moved file is parsed and embedded once (`placement` adds the path).
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import islice

import numpy as np

from lsp_server.embedding import Embedder, SymbolTexts
from lsp_server.fulltext import Stemmer
from lsp_server.parsing import (
    ParsedFile,
    ParsedSymbol,
    ParseLimits,
    Skipped,
    language_by_name,
    parse_file,
    skip_by_name,
    with_forced_secrets,
)
from lsp_server.storage.file_analysis import FileAnalysis, SymbolWords
from lsp_server.text.running import RunningText
from lsp_server.text.words import FileWords, split_file

ANALYSIS_RECIPE = "26"
"""Raised whenever the same bytes would be analyzed in another way: symbols, words or texts for the model."""

DIGEST_BYTES = 16
"""Length of a content digest: BLAKE2b with 128 bits, ample against accidental collisions."""

MAX_BODY_WORDS = 1000
"""Words of one symbol's body in the text index."""

MAX_OUTER_WORDS = 400
"""The same where it holds other symbols; later words are found through these."""

MAX_FILE_WORDS = 4000
"""Distinct words of a whole file in its own entry's document."""

MAX_OUTLINE_NAMES = 200
"""Names of a file's symbols that describe the file to the model."""

_NOWHERE = (0, 0)


def content_digest(raw: bytes) -> bytes:
    """Return the 16-byte digest that identifies a file's content everywhere."""
    return blake2b(raw, digest_size=DIGEST_BYTES).digest()


class FileAnalyzer:
    """Parses, splits and embeds one file at a time.

    Args:
        embedder: The model of the index that the analyses are for.
        limits: Limits beyond which parsing skips a file.
        extra_suffixes: Suffix → language, from the settings.
    """

    def __init__(self, embedder: Embedder, limits: ParseLimits, extra_suffixes: Mapping[str, str]) -> None:
        self._embedder = embedder
        self._limits = limits
        self._extra_suffixes = extra_suffixes
        self._stemmer = Stemmer()

    def analyze(self, path: str, raw: bytes) -> FileAnalysis:
        """Return the analysis of a file; never raises, whatever the bytes are.

        Args:
            path: Relative to the workspace folder; only its name is used, for the language.
            raw: The file's content on disk or, in UTF-8, in an editor.
        """
        parsed = parse_file(path, raw, with_forced_secrets(self._limits, path), self._extra_suffixes)
        digest = content_digest(raw)
        if isinstance(parsed, Skipped):
            return FileAnalysis.of_skipped(digest, parsed.reason)
        words = split_file(parsed.source)
        return FileAnalysis.of(
            digest,
            parsed.language,
            [item.symbol for item in parsed.symbols],
            self._terms(parsed.symbols, words),
            self._embedder.content_vectors(symbol_texts(parsed, words)),
        )

    def kind_of(self, path: str, size_bytes: int) -> str:
        """Return everything about an analysis that depends on the file's name, as a part of the cache key.

        Args:
            path: Relative to the workspace folder.
            size_bytes: Size of its content.
        """
        limits = with_forced_secrets(self._limits, path)
        skipped = skip_by_name(path, size_bytes, limits)
        if skipped is not None:
            return f"left out: {skipped.reason}"
        language = language_by_name(path, self._extra_suffixes)
        return f"with secrets: {language}" if limits.with_secrets else language

    def _terms(self, items: Sequence[ParsedSymbol], words: FileWords) -> list[SymbolWords]:
        """Return the words of each symbol, stemmed here to relieve the one process that writes."""
        stems = self._stemmer.stems(words.vocabulary)
        running = RunningText(words, stems)

        def slices(ranges: list[tuple[int, int]], limit: int | list[int] = MAX_BODY_WORDS) -> list[str]:
            bounds = np.array(ranges, np.int64).reshape(len(ranges), 2)
            firsts, lasts = words.runs(bounds[:, 0], bounds[:, 1])
            return running.slices(firsts, np.minimum(lasts, firsts + np.array(limit, np.int64)))

        name_terms = self._stemmer.name_terms
        made = [
            SymbolWords(
                name=name if item.name else name_terms(item.symbol.name),
                whole_name=item.symbol.name.lower(),
                container=name_terms(item.symbol.container_name),
                signature=signature if item.signature else name_terms(item.symbol.signature),
                doc=doc if item.documentation else name_terms(item.symbol.documentation),
                body=body,
            )
            for item, name, signature, doc, body in zip(
                items,
                slices([item.name or _NOWHERE for item in items]),
                slices([item.signature or _NOWHERE for item in items]),
                slices([item.documentation or _NOWHERE for item in items]),
                slices([item.code for item in items], _most_words(items)),
                strict=True,
            )
        ]
        # The file's own entry: its name and path are added when the file is placed.
        made[0] = SymbolWords(
            name="",
            whole_name="",
            container="",
            signature="",
            doc=name_terms(items[0].symbol.documentation),
            body=" ".join(islice(dict.fromkeys(stems), MAX_FILE_WORDS)),
        )
        return made


def _most_words(items: Sequence[ParsedSymbol]) -> list[int]:
    """Return how many words of each symbol's body count; the symbols are in order of their start."""
    following = [item.code[0] for item in items[1:]]
    holds_others = [start < item.code[1] for item, start in zip(items, following, strict=False)]
    return [MAX_OUTER_WORDS if holds else MAX_BODY_WORDS for holds in (*holds_others, False)]


def symbol_texts(parsed: ParsedFile, words: FileWords) -> SymbolTexts:
    """Return the texts of a file's symbols for the model; they are made nowhere else.

    Args:
        parsed: The file.
        words: Its source, split.
    """
    items: Sequence[ParsedSymbol] = parsed.symbols
    return SymbolTexts(
        words=words,
        # The file's own entry is named by its path, which is added when the file is placed. The names in it
        # describe it better than its first lines.
        names=[_outline(items), *(item.symbol.name for item in items[1:])],
        containers=[item.symbol.container_name for item in items],
        code=[item.code for item in items],
        documentation=[item.documentation for item in items],
        source=parsed.source,
        names_at=[item.name for item in items],
    )


def _outline(items: Sequence[ParsedSymbol]) -> str:
    names = dict.fromkeys(item.symbol.name for item in items[1:])
    return " ".join(islice(names, MAX_OUTLINE_NAMES))
