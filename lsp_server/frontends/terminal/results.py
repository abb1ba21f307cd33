"""Search results as text: location, kind, name and score on one line, the signature below."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from lsp_server.frontends.terminal.console import Console, Styled
from lsp_server.search.results import PROBABLY_RELEVANT, Explanation, SearchOutcome, SearchResult, percent


def show_outcome(outcome: SearchOutcome, console: Console) -> None:
    """Print the results of a search, best first, and whether they are any good."""
    if outcome.corrected_query is not None:
        console.say(Styled("dim", f"(searched for: {outcome.corrected_query})"))
    _show_all(outcome, console, _show_explained)


def show_related(outcome: SearchOutcome, console: Console) -> None:
    """Print the results of `related`; they need no explanation, as the score is the similarity."""
    _show_all(outcome, console, _show)


def _show_all(
    outcome: SearchOutcome, console: Console, show: Callable[[SearchResult, Console], None]
) -> None:
    if not outcome.results:
        console.say("Nothing found.")
    elif outcome.results[0].score < PROBABLY_RELEVANT:
        console.say(Styled("yellow", "Nothing close. The nearest results:"))
    for found in outcome.results:
        show(found, console)
    if outcome.is_incomplete and outcome.results:
        covered = outcome.coverage
        console.say(Styled("dim", f"({covered.indexed_files:,} of {covered.files:,} files indexed)"))


def _show(found: SearchResult, console: Console) -> None:
    symbol = found.symbol
    location = f"{shown_path(found.folder / found.path)}:{symbol.selection.start.line + 1}"
    name = _on_one_line(symbol.qualified_name or found.path)
    score = Styled(
        "green" if found.score >= PROBABLY_RELEVANT else "dim", f"{percent(found.score) / 100:.2f}"
    )
    marks = [Styled("yellow", f"({mark})") for mark in found.marks]
    console.say(
        Styled("cyan", location), symbol.kind.label, Styled("bold", name), score, *marks, between="  "
    )
    if symbol.signature and symbol.signature not in {symbol.name, found.path}:
        console.say(f"    {symbol.signature}")


def _show_explained(found: SearchResult, console: Console) -> None:
    _show(found, console)
    if found.explanation is not None:
        console.say(Styled("dim", f"    {explained(found.explanation)}"))


def explained(explanation: Explanation) -> str:
    """Return why a result is ranked where it is, on one line."""
    parts = []
    if explanation.vector is not None:
        parts.append(f"cosine {explanation.vector:.3f}")
    if explanation.text is not None:
        parts.append(f"BM25 {explanation.text:.2f}")
    parts += [f"{name} {value:.3f}" for name, value in explanation.signals.items() if value]
    if explanation.cluster is not None:
        parts.append(f"cluster {explanation.cluster}")
    return ", ".join(parts)


def shown_path(path: Path) -> str:
    """Return a path as the user would type it here, on one line."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive of Windows
        relative = str(path)
    return _on_one_line(str(path) if Path(relative).parts[:1] == ("..",) else relative)


def _on_one_line(text: str) -> str:
    return text.replace("\n", "\u240a").replace("\t", "\u2409")


def table(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Return the lines of a table with left-aligned columns, two spaces apart."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return [
        indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
