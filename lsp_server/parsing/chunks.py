"""Cuts text that no definition covers into chunks of some sixty lines, so that it can be found, too."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from lsp_server.model import SymbolKind
from lsp_server.parsing.sections import MAX_NAME, Section, Source, fold
from lsp_server.parsing.symbols import ParsedSymbol

CHUNK_LINES = 60
LONG_LINES = CHUNK_LINES * 3 // 2
MAX_CHUNKS = 200
MIN_RUN_LINES = 25
TELLING_TITLE = 10
"""A line with fewer bytes, such as `try:`, makes a poor title."""

_FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{3,}")
_COMMENT = re.compile(rb"[^\w\s'(\[{@$.&!\x80-\xff]|'''|[([{*.][*.-]")
_DULL = re.compile(
    rb"[ \t]*(?:$|#include\b|import\b|from\s+\S+\s+import\b|use\b|using\b|require\b|package\b|export\s*\{"
    rb"|export \* from\b|pub use\b|extern crate\b|mod \w+;|[\])}>,;(\[{]+[ \t]*$"
    rb"|//|/?\*|#[ !]|--\s|\"\"\"|'''|open [A-Z])"
)
_MARKERS = b" \t#/*-;%<!>=\"'`|+.:({[])},~_\\"


def whole_text(source: Source) -> list[Section]:
    """Return the chunks of a text without structure; none when the file's entry covers it well enough."""
    if source.n_lines <= CHUNK_LINES:
        return []
    return list(_chunks(source, 0, source.n_lines))


def within(source: Source, first_line: int, end_line: int, containers: tuple[str, ...]) -> list[Section]:
    """Return the chunks of a long section after the first one, which the section's own entry covers."""
    if end_line - first_line <= LONG_LINES:
        return []
    return list(_chunks(source, first_line, end_line, containers))[1:]


def uncovered(source: Source, symbols: Sequence[ParsedSymbol], first_line: int = 0) -> list[Section]:
    """Return chunks for the long runs of lines between definitions, such as a script's statements.

    Args:
        source: The text.
        symbols: The symbols found in it.
        first_line: Where to begin, after a licence.
    """
    gaps = _gaps(symbols, first_line, source.n_lines)
    return [*_runs(source, gaps, _is_telling)][:MAX_CHUNKS]


def continued(source: Source, symbols: Sequence[ParsedSymbol]) -> list[Section]:
    """Return the chunks of long definitions, whose entries cover only the beginning.

    Where one holds others, which have entries of their own, these are the long runs of lines between them.

    Args:
        source: The text.
        symbols: Its definitions in order of their start.
    """
    found: list[Section] = []
    starts = [item.code[0] for item in symbols]
    for number, item in enumerate(symbols):
        start, end = item.code
        first_line, end_line = source.line_of(start), source.line_of(end - 1) + 1
        if end_line - first_line <= LONG_LINES:
            continue
        containers = (*item.symbol.containers, item.symbol.name)
        inner = symbols[number + 1 : bisect_left(starts, end, number + 1)]
        if item.symbol.kind in _FUNCTIONS and not inner:
            found += within(source, first_line, end_line, containers)
            continue
        gaps = _gaps(inner, first_line + CHUNK_LINES, end_line)
        found += _runs(source, gaps, _has_words, containers)  # but not through a table of numbers
    return found[:MAX_CHUNKS]


def title_of(text: bytes) -> str:
    """Return the first meaningful line of a text, without comment marks, shortened."""
    lines = [line.strip() for line in text[:4000].splitlines()[:30] if _WORD.search(line)]
    telling = (line for line in lines[:8] if _COMMENT.match(line) or len(line) >= TELLING_TITLE)
    line = next(telling, lines[0] if lines else text[:200].strip())
    if _COMMENT.match(line):
        line = line.strip(_MARKERS) or line
    title = fold(line.rstrip(b" \t{:"), MAX_NAME + 1) or "…"
    return title if len(title) <= MAX_NAME else title[: MAX_NAME - 1].rstrip() + "…"


def _is_telling(line: bytes) -> bool:
    return not _DULL.match(line)


def _has_words(line: bytes) -> bool:
    return _is_telling(line) and _WORD.search(line) is not None


def _runs(
    source: Source,
    gaps: Iterable[tuple[int, int]],
    counts: Callable[[bytes], bool],
    containers: tuple[str, ...] = (),
) -> Iterator[Section]:
    """Yield the chunks of those gaps in which enough lines count."""
    for first, end in gaps:
        n_counting = sum(map(counts, map(source.line, range(first, end))))
        if n_counting >= MIN_RUN_LINES:
            yield from _chunks(source, first, end, containers)


def _gaps(symbols: Sequence[ParsedSymbol], first_line: int, n_lines: int) -> Iterator[tuple[int, int]]:
    reached = first_line
    spans: Iterable[tuple[int, int]] = (
        (item.symbol.span.start.line, item.symbol.span.end.line)
        for item in symbols
        if item.symbol.kind is not SymbolKind.FILE
    )
    for start, end in sorted(spans):
        if start > reached:
            yield reached, start
        reached = max(reached, end + 1)
    if reached < n_lines:
        yield reached, n_lines


def _chunks(source: Source, first: int, end: int, containers: tuple[str, ...] = ()) -> Iterator[Section]:
    """Cut at blank lines where there are some; a huge text gets longer chunks rather than more of them."""
    size = max(CHUNK_LINES, -(-(end - first) // MAX_CHUNKS))
    while first < end:
        while first < end and not source.line(first).strip():
            first += 1
        stop = min(end, first + size)
        if end - stop < size // 3:
            stop = end
        else:
            blanks = (
                line for line in range(stop, first + size // 2, -1) if not source.line(line - 1).strip()
            )
            stop = next(blanks, stop)
        if first < stop:
            yield _chunk(source, first, stop, containers)
        first = stop


def _chunk(source: Source, first: int, stop: int, containers: tuple[str, ...]) -> Section:
    start, end = source.line_start(first), source.line_start(stop)
    line = first
    while line + 1 < stop and not _WORD.search(source.line(line)):
        line += 1
    head = source.line_start(line)
    return Section(
        name=title_of(source.text[start:end]),
        start=start,
        end=end,
        selection=(head, head + len(source.line(line))),
        containers=containers,
    )
