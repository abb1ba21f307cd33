"""From candidates and their evidence to ranking signals between 0 and 1, before any weight. Pure; no I/O."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.languages import PROSE_SUFFIXES
from lsp_server.search.kinds import CONTAINER_KINDS
from lsp_server.search.query.words import QueryWords, words_of_name
from lsp_server.search.ranking.definitions import declared_and_defined
from lsp_server.search.ranking.path_signals import PathSignals
from lsp_server.search.ranking.platforms import OUTDATED_WORDS, PLATFORM_WORDS, foreign_words

TEST_WORDS: Final = frozenset(
    {"test", "tests", "testing", "spec", "specs", "fixture", "fixtures", "mock", "mocks"}
)
EXAMPLE_WORDS: Final = frozenset(
    {"example", "examples", "sample", "samples", "demo", "demos", "benchmark", "benchmarks"}
    | {"fixture", "fixtures", "tutorial", "tutorials", "playground", "playgrounds", "quickstart"}
)
"""A query with one of these asks for what lies in folders of that name; see `parsing.paths.path_flags`."""

_CONTAINER_SIZE: Final = 0.2
"""A container is long by nature and does little itself: it counts like a function of two lines."""

_LONG_LINES: Final = 32
"""From this many lines on, a symbol's size is 1."""


def _are(*kinds: SymbolKind) -> np.ndarray:
    """Return a look-up table, bool[256]: kind number → whether it is one of these."""
    table = np.zeros(256, np.bool_)
    table[list(kinds)] = True
    return table


_ARE_VALUES: Final = _are(
    SymbolKind.PROPERTY,
    SymbolKind.FIELD,
    SymbolKind.VARIABLE,
    SymbolKind.CONSTANT,
    SymbolKind.ENUM_MEMBER,
    SymbolKind.KEY,
)
_ARE_NAMELESS: Final = _are(SymbolKind.FILE, SymbolKind.STRING)
_ARE_LARGE_BY_NATURE: Final = _are(SymbolKind.FILE, *CONTAINER_KINDS)
_SIZES: Final = np.log2(np.arange(256).clip(1, _LONG_LINES)) / np.log2(_LONG_LINES)
"""Number of lines → size of a symbol, 0 to 1, logarithmic."""

_TELLING_SHARE: Final = 0.4
"""A symbol that holds less of the query than this has a word of it by chance: its BM25 counts the less."""

TO_THE_LETTER: Final = 10
NAMED: Final = 8
QUOTED: Final = 6
BEGUN: Final = 4
MENTIONING: Final = 2
"""Values of `Signals.tier`; one less stands for a declaration of the same, a test or the like."""

_REPEATING: Final = ("test", "example", "vendored", "generated")
"""Signals of code that repeats messages of other code rather than being their origin."""

_SAYING: Final = re.compile(r"[^\w!?]")
"""In the name of a test block: it is a sentence, a flag, a call or the like, and no identifier."""
_SIGN: Final = re.compile(r"~|[!?]$|\boperator\W|\b__")
"""What belongs to a name besides letters and digits: `~Buffer`, `save!`, `operator==`, `__call__`."""


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """What ranking needs of a query.

    Attributes:
        words: Split, lower-case words.
        identifiers: Parts of the query that look like names, as written.
        rarity: Word → how rare it is in this folder, 0 to 1; absent words count 1.
        is_one_name: Whether the query is one word or identifier and nothing else.
        is_one_piece: Whether it has no blanks, as a name, a flag or a setting.
        qualified: The query's two words joined by ".", if they may be a container and a name in it.
    """

    words: Sequence[str]
    identifiers: Sequence[str] = ()
    rarity: Mapping[str, float] = field(default_factory=dict)
    is_one_name: bool = False
    is_one_piece: bool = False
    qualified: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The evidence for each candidate symbol; arrays and lists of one length n.

    Attributes:
        ids: uint64[n], symbol ids.
        similarity: float32[n], cosine to the query.
        text: float32[n], BM25 of the symbol; 0 where no word hit.
        file_similarity: float32[n], cosine of the file's own entry.
        file_text: float32[n], BM25 of the file's own entry.
        file_words: float32[n], how much of the query the file contains, weighted by rarity, 0 to 1.
        own_words: float32[n], how much of the query the symbol itself contains, likewise; of interest where
            `text` is not 0 and the query has blanks.
        quoted: bool[n], whether it holds the query nearly verbatim (see `quoting`) or is at the line named.
        kinds: uint8[n], `SymbolKind`.
        flags: uint8[n], `SymbolFlags`.
        lines: uint8[n], how many lines each covers, 255 for more.
        files: int64[n], file numbers.
        names: As written.
        containers: Enclosing definitions joined by ".".
        paths: Relative to the workspace folder.
    """

    ids: np.ndarray
    similarity: np.ndarray
    text: np.ndarray
    file_similarity: np.ndarray
    file_text: np.ndarray
    file_words: np.ndarray
    own_words: np.ndarray
    quoted: np.ndarray
    kinds: np.ndarray
    flags: np.ndarray
    lines: np.ndarray
    files: np.ndarray
    names: Sequence[str]
    containers: Sequence[str]
    paths: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """The signals of each candidate, keyed by their names in `Weights`.

    Attributes:
        ids: uint64[n], symbol ids.
        files: int64[n], file numbers.
        added: Name → float64[n], 0 to 1.
        multiplied: Name → bool[n], where the weight of this name multiplies.
        namesakes: int64[n], the same number for symbols of one name; sections and files have one each.
        tier: int8[n], how the query names the symbol: `TO_THE_LETTER` or `NAMED` where the whole query is
            its name, `QUOTED` where the query occurs in its body, `BEGUN` where its name begins with the
            one word or identifier that the query is, `MENTIONING` where a query without blanks occurs in its
            body; one less for a declaration of something defined elsewhere and for what repeats other code;
            else 0. Higher values come first, whatever the other signals say.
        defined: Numbers of candidates that declare something, and of those that define the same.
    """

    ids: np.ndarray
    files: np.ndarray
    added: Mapping[str, np.ndarray]
    multiplied: Mapping[str, np.ndarray]
    namesakes: np.ndarray
    tier: np.ndarray
    defined: Sequence[tuple[Sequence[int], Sequence[int]]]


def signals_of(terms: QueryTerms, candidates: Candidates, platform: str = sys.platform) -> Signals:
    """Return the signals of one search's candidates.

    Args:
        terms: The query.
        candidates: The candidates with their evidence.
        platform: As in `sys.platform`; code for this system comes before code for others.
    """
    words = frozenset(terms.words)
    query = QueryWords(terms.words, terms.rarity)
    names = _NameSignals.of(terms, query, candidates)
    is_file = candidates.kinds == SymbolKind.FILE
    foreign = frozenset[str]() if words & PLATFORM_WORDS else foreign_words(platform)
    foreign |= OUTDATED_WORDS - words
    paths = PathSignals.of(query, candidates.paths, foreign)
    return Signals(
        ids=candidates.ids,
        files=candidates.files,
        added={
            # Normalised by the best of this search.
            "vector": _normalised(candidates.similarity),
            "text": _normalised(candidates.text) * _telling(terms, candidates.own_words),
            "file_vector": _normalised(candidates.file_similarity),
            "file_text": _normalised(candidates.file_text),
            "file_words": candidates.file_words.astype(np.float64),
            "name": names.coverage,
            "stem": paths.stem,
            "exact": names.exact,
            "as_written": names.as_written,
            "size": _size(candidates.lines, candidates.kinds),
        },
        multiplied={
            **_by_flags(words, candidates.flags),
            "elsewhere": paths.elsewhere,
            "constructor": (candidates.kinds == SymbolKind.CONSTRUCTOR) | _are_destructors(candidates.names),
            "value": _ARE_VALUES[candidates.kinds],
            "prose": (candidates.kinds == SymbolKind.STRING) | (is_file & is_prose(candidates.paths)),
            "whole_file": is_file,
        },
        namesakes=_namesakes(candidates),
        tier=names.tier,
        defined=declared_and_defined(
            candidates.names, candidates.containers, candidates.paths, candidates.flags
        ),
    )


def repeats(words: Sequence[str], flags: np.ndarray) -> np.ndarray:
    """Return which symbols repeat other code, as tests do, and are not asked for by the query, bool[n]."""
    by_flags = _by_flags(frozenset(words), flags)
    repeating: np.ndarray = np.any([by_flags[name] for name in _REPEATING], axis=0)
    return repeating


def is_prose(paths: Sequence[str]) -> np.ndarray:
    """Return which files are prose, judged by their names, bool[n]."""
    return np.array([path.lower().endswith(PROSE_SUFFIXES) for path in paths], np.bool_)


def _normalised(evidence: np.ndarray) -> np.ndarray:
    top = float(evidence.max(initial=0.0))
    return np.maximum(evidence, 0.0).astype(np.float64) / top if top > 0 else np.zeros(len(evidence))


def _telling(terms: QueryTerms, own_words: np.ndarray) -> np.ndarray:
    """Return how much each symbol's words tell, 0 to 1; a query without blanks may be a path as well."""
    telling: np.ndarray = np.minimum(own_words / _TELLING_SHARE, 1.0)
    return np.ones(len(own_words)) if terms.is_one_piece else telling


def _namesakes(candidates: Candidates) -> np.ndarray:
    first = {name: number for number, name in enumerate(dict.fromkeys(candidates.names))}
    namesakes = np.array([first[name] for name in candidates.names], np.int64)
    nameless = _ARE_NAMELESS[candidates.kinds]
    namesakes[nameless] = -1 - np.flatnonzero(nameless)
    return namesakes


def _size(lines: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    size: np.ndarray = np.where(_ARE_LARGE_BY_NATURE[kinds], _CONTAINER_SIZE, _SIZES[lines])
    return size


def _are_destructors(names: Sequence[str]) -> np.ndarray:
    """Return which names are those of destructors in C++, bool[n]."""
    return np.array([name.startswith("~") for name in names], np.bool_)


def _by_flags(words: frozenset[str], flags: np.ndarray) -> dict[str, np.ndarray]:
    def having(flag: SymbolFlags) -> np.ndarray:
        mask: np.ndarray = (flags & flag) != 0
        return mask

    nowhere = np.zeros(len(flags), np.bool_)
    return {
        "test": nowhere if words & TEST_WORDS else having(SymbolFlags.TEST),
        "example": nowhere if words & EXAMPLE_WORDS else having(SymbolFlags.EXAMPLE),
        "vendored": having(SymbolFlags.VENDORED),
        "generated": having(SymbolFlags.GENERATED),
        "declaration": having(SymbolFlags.DECLARATION),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _NameSignals:
    """Signals from the candidates' names, float64[n] each; `tier` is int8[n]."""

    coverage: np.ndarray
    exact: np.ndarray
    as_written: np.ndarray
    tier: np.ndarray

    @classmethod
    def of(cls, terms: QueryTerms, query: QueryWords, candidates: Candidates) -> "_NameSignals":
        # A file is found by its path, and a heading by its words, not by a name as a symbol is.
        has_name = ~_ARE_NAMELESS[candidates.kinds]
        coverage, exact = _met_words(terms, query, candidates, has_name)
        named = [i for i in _named(terms.identifiers, candidates) if has_name[i]]
        pair = (terms.qualified,) if terms.qualified else ()
        as_a_pair = [i for i in _named(pair, candidates) if has_name[i]]
        to_the_letter = _are_to_the_letter(terms.identifiers, candidates.names)
        tier = _tiers(terms, candidates, has_name, exact > 0, named)
        tier[as_a_pair] = NAMED
        tier[(tier == NAMED) & to_the_letter] = TO_THE_LETTER
        steps_back = repeats(terms.words, candidates.flags)
        steps_back |= (candidates.flags & SymbolFlags.DECLARATION) != 0
        tier[(tier > 0) & (tier % 2 == 0) & steps_back] -= 1
        exact[named + as_a_pair] = 1.0
        return cls(coverage, exact, exact * to_the_letter, tier)


def _met_words(
    terms: QueryTerms, query: QueryWords, candidates: Candidates, has_name: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far names and query cover each other's words, and which have the same words; float64[n]."""
    coverage, exact = np.zeros(len(candidates.names)), np.zeros(len(candidates.names))
    name_words = [words_of_name(name) for name in candidates.names]
    met = query.met(set().union(*name_words))
    whole = tuple(terms.words)
    described = _by_flags(frozenset(terms.words), candidates.flags)["test"]
    for i in np.flatnonzero(has_name).tolist():
        if not met.isdisjoint(name_words[i]):
            of_query, of_name = query.coverage(name_words[i])
            coverage[i] = (of_query * of_name) ** 0.5
            # What a test block says of itself is no name of what it tests.
            exact[i] = name_words[i] == whole and not (described[i] and _SAYING.search(candidates.names[i]))
    return coverage, exact


def _tiers(
    terms: QueryTerms, candidates: Candidates, has_name: np.ndarray, is_exact: np.ndarray, named: list[int]
) -> np.ndarray:
    """Return the tier of each candidate before any is raised for its letters or lowered, int8[n]."""
    tier = np.where(is_exact, NAMED, 0).astype(np.int8)
    if terms.is_one_name:
        tier[named] = NAMED
        beginning = _bare(terms.identifiers[0])
        symbols = np.flatnonzero(has_name).tolist()
        begun = [i for i in symbols if _bare(candidates.names[i]).startswith(beginning)]
        tier[begun] = np.maximum(tier[begun], BEGUN)
    holding = MENTIONING if terms.is_one_piece else QUOTED
    quoted = np.where(candidates.quoted, np.where(has_name, holding, holding - 1), 0)
    highest: np.ndarray = np.maximum(tier, quoted.astype(np.int8))
    return highest


def _are_to_the_letter(identifiers: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Return which names the query writes as they are, bool[n].

    A query in lower case may mean any case, but one with a sign means it.
    """
    telling = [name for name in identifiers if name != name.lower() or _SIGN.search(name)]
    written = {_folded(name).rpartition(".")[2] for name in telling}
    return np.array([name in written for name in names], np.bool_)


def _named(identifiers: Sequence[str], candidates: Candidates) -> list[int]:
    """Return the numbers of the candidates that an identifier names, with or without the package."""
    wanted = {_bare(identifier) for identifier in identifiers}
    endings = tuple(f".{identifier}" for identifier in wanted)
    qualified = [identifier for identifier in wanted if "." in identifier]
    named = []
    for i, bare in enumerate(map(_bare, candidates.names) if wanted else ()):
        # Containers are unpacked one by one, so only where the last part of a qualified name matches.
        fitting = [identifier for identifier in qualified if identifier.endswith(f".{bare}")]
        container = _bare(candidates.containers[i]) if fitting else ""
        if f".{bare}".endswith(endings) or any(
            _is_qualified(identifier, bare, container, candidates.paths[i]) for identifier in fitting
        ):
            named.append(i)
    return named


def _is_qualified(identifier: str, bare: str, container: str, path: str) -> bool:
    """Tell whether an identifier is a name qualified by some of its containers, with or without the package.

    A class and its member may follow any package: `gin.Context.JSON` in gin's own folder. A name alone must
    follow names of its folders and file: `concurrent.futures.Executor`.
    """
    if container:
        shorter, longer = sorted((f".{identifier}", f".{container}.{bare}"), key=len)
        return longer.endswith(shorter)
    parts = iter(path.lower().rpartition(".")[0].split("/"))
    return all(package in parts for package in identifier.removesuffix(f".{bare}").split("."))


def _bare(identifier: str) -> str:
    return _folded(identifier).lower().rstrip("!?")


def _folded(identifier: str) -> str:
    """Fold the separators of `Foo::bar`, `Foo:bar`, `foo#bar`, `pkg.mod.func` into one."""
    return identifier.replace("::", ".").replace(":", ".").replace("#", ".").replace("->", ".").strip(".")
