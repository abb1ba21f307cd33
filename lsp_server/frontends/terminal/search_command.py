"""`search`, `related` and `vector search-vector`: index what is missing, then search."""

import os
import re
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from lsp_server.disk import composed, with_home
from lsp_server.errors import InvalidParams, WorkspaceNotFound
from lsp_server.frontends.answers.convert import Converter
from lsp_server.frontends.answers.uris import ClientUris
from lsp_server.frontends.terminal.console import INTERRUPTED_EXIT_CODE, Console
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import folder_at, settings_of, visiting
from lsp_server.frontends.terminal.results import show_outcome, show_related
from lsp_server.indexing.foreground import Ending
from lsp_server.model import Cursor, SymbolKind
from lsp_server.parsing.languages import canonical_language, language_names
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.syntax import kind_named
from lsp_server.search.related import related
from lsp_server.search.results import MAX_RESULTS, SearchMode, SearchOutcome, SearchRequest
from lsp_server.storage.folders import IndexRoot
from lsp_server.workspace.rerankers import Rerankers

_POSITION: Final = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")


def run_search(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `search QUERY [PATH]`."""
    return _search(arguments, tools, console, SearchMode(arguments.mode or SearchMode.HYBRID))


def run_search_vector(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `vector search-vector QUERY [PATH]`."""
    return _search(arguments, tools, console, SearchMode.VECTOR)


def run_related(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `related FILE:LINE[:COL]`."""
    file, cursor = position_of(arguments.position)
    root = tools.index_root(tools.load_settings(None, {}).settings)
    folder = _workspace_of(file, root)
    settings = settings_of(folder, tools, console)
    limit = _limit(arguments, settings.search.default_limit)
    if not _is_indexed(folder, root):
        console.note(f"Indexing {folder} first.")
    with visiting(folder, settings, tools, console) as visit:
        if visit.catch_up() is Ending.STOPPED:
            return INTERRUPTED_EXIT_CODE
        path = composed(file.relative_to(folder).as_posix())
        outcome = visit.answer(lambda view: _related(view, path, cursor, limit))
        exit_code = _answer(outcome, console, show_related)
        explanation = visit.explain(path)
        if not explanation.indexed:
            console.note(f"Note: {file} is not indexed: {explanation.reason}.")
        return exit_code


def _related(view: FolderView, path: str, cursor: Cursor, limit: int) -> SearchOutcome:
    began_s = time.perf_counter()
    found = related(view, path, cursor, limit, Cancel())
    took_ms = (time.perf_counter() - began_s) * 1000
    return SearchOutcome(found, not view.is_complete, view.coverage, took_ms)


def _search(arguments: Namespace, tools: Tools, console: Console, mode: SearchMode) -> int:
    folder = folder_at(arguments.path)
    settings = settings_of(folder, tools, console)
    request = _request(arguments, mode, settings.search.default_limit)
    rerankers = Rerankers(tools.load_reranker)
    if mode is SearchMode.HYBRID:
        rerankers.if_loaded(settings.search)  # loads it while files are checked
    with visiting(folder, settings, tools, console) as visit:
        if visit.catch_up() is Ending.STOPPED:
            return INTERRUPTED_EXIT_CODE
        reranking = None
        if mode is SearchMode.HYBRID:
            reranking = rerankers.when_loaded(settings.search)
            if (message := rerankers.message(settings.search)) is not None:
                console.note(f"Note: {message}")
        outcome = visit.answer(lambda view: search([replace(view, reranking=reranking)], request, Cancel()))
        return _answer(outcome, console, show_outcome)


def _answer(outcome: SearchOutcome, console: Console, show: Callable[[SearchOutcome, Console], None]) -> int:
    console.document(Converter(ClientUris(), "utf16").outcome(outcome))
    show(outcome, console)
    return 0 if outcome.results else 1


def _request(arguments: Namespace, mode: SearchMode, default_limit: int) -> SearchRequest:
    return SearchRequest(
        query=_well_formed(arguments.query),
        limit=_limit(arguments, default_limit),
        kinds=frozenset(map(_kind, arguments.kind or ())) or None,
        languages=frozenset(map(_language, arguments.lang or ())) or None,
        include=tuple(arguments.include or ()),
        exclude=tuple(arguments.exclude or ()),
        mode=mode,
        min_score=_min_score(arguments.min_score),
        explain=arguments.explain,
    )


def _well_formed(text: str) -> str:
    """Return what was typed, decoded as UTF-8 even in a locale that kept Python from doing so."""
    return os.fsencode(text).decode("utf-8", "replace")


def _limit(arguments: Namespace, default: int) -> int:
    limit = default if arguments.limit is None else int(arguments.limit)
    if not 1 <= limit <= MAX_RESULTS:
        raise InvalidParams(
            f"--limit must be from 1 to {MAX_RESULTS}.", "Give a number in that range.", key="limit"
        )
    return limit


def _min_score(score: float) -> float:
    if not 0 <= score <= 1:
        raise InvalidParams(
            "--min-score must be from 0 to 1.", "0.5 means probably relevant.", key="minScore"
        )
    return score


def _kind(name: str) -> SymbolKind:
    kind = kind_named(name)
    if kind is None:
        known = [kind.label for kind in SymbolKind]
        raise InvalidParams(
            f"--kind {name!r} is unknown.",
            f"{_meant(name, known)}Kinds are {', '.join(known)}.",
            key="kinds",
        )
    return kind


def _language(name: str) -> str:
    language = canonical_language(name)
    if language is None:
        known = [one for language_id, aliases in language_names() for one in (language_id, *aliases)]
        raise InvalidParams(
            f"--lang {name!r} is unknown.",
            f"{_meant(name, known)}Give a language such as python, typescript, cpp or rust.",
            key="languages",
        )
    return language


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name.lower(), known, 1)
    return f"Did you mean {close[0]!r}? " if close else ""


def position_of(text: str) -> tuple[Path, Cursor]:
    """Return the file and the position that `FILE:LINE[:COL]` names.

    Without a column, it is where the text of the line begins.

    Raises:
        InvalidParams: The text is not of that form, or the file has no such line.
        WorkspaceNotFound: There is no such file.
    """
    match = _POSITION.fullmatch(text)
    if match is None or int(match["line"]) < 1 or int(match["column"] or 1) < 1:
        raise InvalidParams(
            f"{text!r} is not FILE:LINE or FILE:LINE:COL.", "Lines and columns count from 1.", key="position"
        )
    file = with_home(match["file"]).absolute()
    if not file.is_file():
        raise WorkspaceNotFound(f"There is no file {file}.", "Check the spelling of FILE.", path=str(file))
    line = int(match["line"])
    n_lines, begins_at = _looked_at(file, line)
    if line > n_lines:
        raise InvalidParams(f"{file} has only {n_lines} lines.", "Give a line that it has.", key="position")
    return file.resolve(), Cursor(line - 1, int(match["column"] or begins_at) - 1, "utf32")


def _looked_at(file: Path, line: int) -> tuple[int, int]:
    """Return how many lines a file has, and at which column, from 1, the text of one begins."""
    n_lines = begins_at = 1
    try:
        with file.open("rb") as stream:
            for n_lines, text in enumerate(stream, start=2):
                if n_lines - 1 == line:
                    begins_at += len(text) - len(text.lstrip(b" \t"))
    except OSError:
        n_lines = line
    return n_lines, begins_at


def _workspace_of(file: Path, root: IndexRoot) -> Path:
    """Return the folder to search: the innermost indexed one, else the repository, else the current folder.

    Raises:
        WorkspaceNotFound: The file is in none of them: what is around it must not be indexed unasked.
    """
    above = list(file.parents)
    for folder in above:
        if _is_indexed(folder, root):
            return folder
    for folder in above:
        if (folder / ".git").exists():
            return folder
    here = Path.cwd().resolve()
    if here in above:
        return here
    raise WorkspaceNotFound(
        f"{file} is not in an indexed folder, a repository or the current folder.",
        "Go to the folder that you want to search, or index it first: `semantic-symbols index FOLDER`.",
        path=str(file),
    )


def _is_indexed(folder: Path, root: IndexRoot) -> bool:
    return any(version.is_ready for version in root.folder_of(folder).versions())
