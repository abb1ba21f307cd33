"""The training corpus: the words of each repository's symbols, field by field, as the indexer sees them.

A part holds one repository. It stores words, not sub-words, so it is made once and serves any vocabulary.
It does not hold the source text, only words without their lines, and it is never shipped.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from lsp_server.embedding.fields import word_fields
from lsp_server.embedding.static_model import path_words
from lsp_server.indexing.workers.analyzer import symbol_texts
from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing import ParsedFile, ParseLimits, language_of, parse_file, path_flags
from lsp_server.text import split_file, split_words
from lsp_server.training.questions import question_of
from lsp_server.training.ragged import Ragged
from lsp_server.training.sources import Repository, SourceFile

UNTAUGHT_LANGUAGES = frozenset({"json", "yaml", "html", "css", "plaintext"})
"""Data, markup and plain text: indexed, but not used for training."""

_MIN_BODY_WORDS = 4
_LIMITS = ParseLimits()


@dataclass(frozen=True, slots=True, eq=False)
class CorpusPart:
    """The symbols of one repository; n of them. All lists hold numbers of `words`.

    Attributes:
        name: The repository's.
        licence: Its SPDX name, "" when not recognised.
        words: Distinct words in lower case.
        names: Words of each symbol's name; for a file's own entry those of the names in it.
        containers: Words of the enclosing definitions' names.
        paths: Words of the last parts of the file's path.
        bodies: Words of signature and body without documentation, truncated as by the indexer.
        documentations: Words of the documentation, truncated likewise.
        questions: Words of the question that a person might ask to find it; empty for none.
        kinds: uint8[n], LSP's numbers.
        flags: uint8[n], see `SymbolFlags`.
        languages: Index into `language_names`, uint8[n].
        files: Index into `file_names`, int32[n].
        lines: First and last line, from 0, int32[n, 2].
        language_names: Canonical ids.
        file_names: Paths in the repository.
    """

    name: str
    licence: str
    words: list[str]
    names: Ragged
    containers: Ragged
    paths: Ragged
    bodies: Ragged
    documentations: Ragged
    questions: Ragged
    kinds: np.ndarray
    flags: np.ndarray
    languages: np.ndarray
    files: np.ndarray
    lines: np.ndarray
    language_names: list[str]
    file_names: list[str]

    def __len__(self) -> int:
        return len(self.kinds)

    def take(self, chosen: np.ndarray) -> "CorpusPart":
        """Return some of the symbols, bool[n] or int[m]."""
        values: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Ragged):
                value = value.take(chosen)
            elif isinstance(value, np.ndarray):
                value = value[chosen]
            values[field.name] = value
        return CorpusPart(**values)

    def save(self, path: Path) -> None:
        """Write it to one file, atomically replacing an existing one."""
        arrays: dict[str, np.ndarray] = {}
        facts: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Ragged):
                arrays[f"{field.name}.flat"], arrays[f"{field.name}.starts"] = value.flat, value.starts
            elif isinstance(value, np.ndarray):
                arrays[field.name] = value
            else:
                facts[field.name] = value
        arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, **arrays)  # type: ignore[arg-type]
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> "CorpusPart":
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            values: dict[str, Any] = {
                field.name: facts[field.name]
                if field.name in facts
                else arrays[field.name]
                if field.name in arrays
                else Ragged(arrays[f"{field.name}.flat"], arrays[f"{field.name}.starts"])
                for field in fields(cls)
            }
        return cls(**values)


def read_part(repository: Repository) -> CorpusPart:
    """Parse a repository as the indexer does."""
    builder = _PartBuilder()
    for file in repository.files():
        builder.add(file)
    return builder.part(repository.name, repository.licence() or "")


def thinned(part: CorpusPart, max_symbols: int) -> CorpusPart:
    """Return a part without duplicates and with few tests; a huge part is sampled at random.

    Copied code, and the many tests of some projects, would otherwise outweigh what they teach.
    """
    is_test = (part.flags & (SymbolFlags.TEST | SymbolFlags.EXAMPLE)) != 0
    digests = np.array(
        [hash_of(name, body) for name, body in zip(_lists(part.names), _lists(part.bodies), strict=True)],
        np.uint64,
    )
    keep = np.zeros(len(part), bool)
    keep[np.unique(digests, return_index=True)[1]] = True
    order = np.random.default_rng(0).random(len(part))
    keep &= part.bodies.lengths + part.documentations.lengths >= _MIN_BODY_WORDS
    tests = np.flatnonzero(keep & is_test)
    n_tests = int(0.2 * (keep & ~is_test).sum())
    keep[tests[np.argsort(order[tests])[n_tests:]]] = False
    kept = np.flatnonzero(keep)
    # Documented symbols teach most: they are dropped last.
    rank = order[kept] - (part.questions.lengths[kept] > 0)
    return part.take(np.sort(kept[np.argsort(rank)[:max_symbols]]))


def hash_of(*lists: np.ndarray) -> int:
    """Return a 64-bit hash of some lists of words."""
    digest = blake2b(digest_size=8)
    for one in lists:
        digest.update(one.tobytes())
        digest.update(b"|")
    return int.from_bytes(digest.digest(), "little")


def _lists(ragged: Ragged) -> Iterator[np.ndarray]:
    return (ragged[index] for index in range(len(ragged)))


class _PartBuilder:
    """Collects the symbols of files; numbers words, languages and files in the order in which they come."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._languages: dict[str, int] = {}
        self._files: list[str] = []
        self._lists: dict[str, list[np.ndarray]] = {
            name: [] for name in ("names", "containers", "paths", "bodies", "documentations", "questions")
        }
        self._facts: list[tuple[int, int, int, int, int, int]] = []

    def add(self, file: SourceFile) -> None:
        if language_of(file.path, file.raw[:2000]).name in UNTAUGHT_LANGUAGES:
            return
        parsed = parse_file(file.path, file.raw, _LIMITS, {})
        if not isinstance(parsed, ParsedFile) or parsed.language in UNTAUGHT_LANGUAGES:
            return
        flags = int(path_flags(file.path))
        if any(item.symbol.flags & SymbolFlags.GENERATED for item in parsed.symbols):
            return
        words = split_file(parsed.source)
        texts = symbol_texts(parsed, words)
        numbers = self._numbered(words.vocabulary)[words.numbers]
        body, documentation = word_fields(texts)
        path = self._numbered(path_words(file.path))
        language = self._languages.setdefault(parsed.language, len(self._languages))
        n = len(texts.names)
        self._lists["names"] += [self._numbered(split_words(name)) for name in texts.names]
        self._lists["containers"] += [self._numbered(split_words(name)) for name in texts.containers]
        self._lists["paths"] += [path] * n
        for field, slices in (("bodies", body), ("documentations", documentation)):
            lists = [np.zeros(0, np.int32)] * n
            for symbol, start, end in zip(slices.symbols, slices.starts, slices.ends, strict=True):
                lists[symbol] = np.concatenate((lists[symbol], numbers[start:end]))
            self._lists[field] += lists
        for item in parsed.symbols:
            question = question_of(item.symbol.documentation) or ""
            self._lists["questions"].append(self._numbered(split_words(question)))
            span = item.symbol.span
            self._facts.append(
                (
                    int(item.symbol.kind),
                    int(item.symbol.flags) | flags,
                    language,
                    len(self._files),
                    span.start.line,
                    span.end.line,
                )
            )
        self._files.append(file.path)

    def part(self, name: str, licence: str) -> CorpusPart:
        facts = np.array(self._facts, np.int64).reshape(-1, 6)
        return CorpusPart(
            name=name,
            licence=licence,
            words=list(self._words),
            kinds=facts[:, 0].astype(np.uint8),
            flags=facts[:, 1].astype(np.uint8),
            languages=facts[:, 2].astype(np.uint8),
            files=facts[:, 3].astype(np.int32),
            lines=facts[:, 4:].astype(np.int32),
            language_names=list(self._languages),
            file_names=self._files,
            **{field: Ragged.of(lists) for field, lists in self._lists.items()},
        )

    def _numbered(self, words: Iterable[str]) -> np.ndarray:
        known = self._words
        return np.array([known.setdefault(word, len(known)) for word in words], np.int32)


FILE_KIND = int(SymbolKind.FILE)
