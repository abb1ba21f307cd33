"""Makes a large source tree of a small one: copies whose words are exchanged for others.

Every copy speaks of other things in other words, as other code would, and still parses: a word stands for
another of about the same frequency, all over the copy, with its case kept. Keywords and short words stay.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from lsp_server.parsing import ParsedFile, ParseLimits, parse_file

KNOWN_WORDS = 20_000
"""So many of the commonest words are exchanged."""

_NEIGHBOURS = 400  # a word is exchanged for one at most so many ranks away
_MAX_BYTES = 400_000
_WORD = re.compile(r"[A-Z][a-z]{3,}|[a-z]{4,}|[A-Z]{4,}(?![a-z])")
_SUFFIXES = (
    *(".c", ".cc", ".cpp", ".cs", ".go", ".h", ".hpp", ".java", ".js", ".jsx", ".kt", ".lua", ".mjs"),
    *(".php", ".py", ".pyi", ".rb", ".rs", ".scala", ".swift", ".ts", ".tsx"),
)

KEYWORDS = frozenset(Path(__file__).with_name("keywords.txt").read_text(encoding="utf-8").split())
"""Words that mean something to a parser of one of the languages."""


def source_files(folders: Sequence[Path]) -> list[tuple[str, str]]:
    """Return (path from its folder's parent, text) of every source file worth copying."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.suffix not in _SUFFIXES or not path.is_file() or path.stat().st_size > _MAX_BYTES:
                continue
            if any(part.startswith(".") or part in {"site-packages", "node_modules"} for part in parts):
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, OSError):
                continue
            found.append((Path(folder.name, *parts).as_posix(), text))
    return found


def n_copies_for(n_symbols: int, files: Sequence[tuple[str, str]]) -> int:
    """Return how many copies hold so many symbols, estimated from a tenth of the files."""
    some = files[::10]
    parsed = [parse_file(path, text.encode(), ParseLimits(), {}) for path, text in some]
    found = sum(len(one.symbols) for one in parsed if isinstance(one, ParsedFile))
    return math.ceil(n_symbols / (found * len(files) / len(some)))


def write_copy(files: Sequence[tuple[str, str]], target: Path, number: int, words: Sequence[str]) -> None:
    """Write one copy; number 0 is the original."""
    exchanged = exchange(words, number)
    for path, text in files:
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(renamed(text, exchanged), encoding="utf-8")


def common_words(files: Sequence[tuple[str, str]]) -> list[str]:
    """Return the words of the files in lower case, the commonest first, without keywords."""
    counts: Counter[str] = Counter()
    for _, text in files:
        counts.update(word.lower() for word in _WORD.findall(text))
    return [word for word, _ in counts.most_common(KNOWN_WORDS) if word not in KEYWORDS]


def exchange(words: Sequence[str], number: int) -> Mapping[str, str]:
    """Return which word stands for which in a copy: a permutation of the words, of another order in each."""
    if not number:
        return {}
    random = np.random.default_rng(number)
    ranks = np.arange(len(words))
    order = np.argsort(ranks + random.uniform(0, _NEIGHBOURS, len(words)), kind="stable")
    # Sorting by a disturbed rank keeps frequencies about the same; turning leaves no word as it is.
    order = np.roll(order, 1 + number % 7)
    return {words[rank]: words[other] for rank, other in zip(ranks.tolist(), order.tolist(), strict=True)}


def renamed(text: str, exchanged: Mapping[str, str]) -> str:
    """Return a text with its words exchanged, each in the case of the one that it stands for."""
    if not exchanged:
        return text

    def other(match: re.Match[str]) -> str:
        word = match[0]
        new = exchanged.get(word.lower())
        if new is None:
            return word
        return new.upper() if word.isupper() else new.capitalize() if word[0].isupper() else new

    return _WORD.sub(other, text)


def copies(files: Sequence[tuple[str, str]], target: Path, n_copies: int) -> Iterator[int]:
    """Write copies into `copy_000`, `copy_001` and so on, yielding the number of each that is done."""
    words = common_words(files)
    for number in range(n_copies):
        write_copy(files, target / f"copy_{number:03}", number, words)
        yield number
