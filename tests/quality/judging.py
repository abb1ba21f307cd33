"""Questions with their known answers: reads them, asks the engine, and tells how good its lists are."""

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.results import SearchRequest, SearchResult

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
DEPTH = 50
"""So many results are looked at; the score counts ten of them."""

_GRADED = 10
_MAX_SYMBOLS = 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """One query and what answers it.

    Attributes:
        language: The folder of the corpus that is searched.
        kind: symbol, semantic, architecture, filtered or snippet.
        query: As a user types it.
        answers: Addresses, `path#qualified name`; the path may lack its first folders.
        rank: Of a known miss, the best answer's place when it was written down, 0 for none; else None.
    """

    language: str
    kind: str
    query: str
    answers: tuple[str, ...]
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One question and what the engine made of it.

    Attributes:
        question: What was asked.
        found: The results, best first.
        ndcg: NDCG@10 of them.
        rank: The best answer's place, from 1; 0 where none is among them.
        file_rank: The place of the first result from an answer's file.
    """

    question: Question
    found: Sequence[SearchResult]
    ndcg: float
    rank: int
    file_rank: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Every symbol of one language's folder.

    Attributes:
        language: The folder.
        addresses: Of its symbols.
    """

    language: str
    addresses: frozenset[str]


def read_questions() -> list[Question]:
    """Read all questions."""
    data = tomllib.loads((HERE / "queries.toml").read_text("utf-8"))
    return [
        Question(language, one["kind"], one["query"], tuple(one["answers"]), one.get("rank"))
        for language, questions in data.items()
        for one in questions
    ]


def judge(question: Question, view: FolderView) -> Judged:
    """Ask one question and look for its answers."""
    found = search([view], SearchRequest(question.query, limit=DEPTH), Cancel()).results
    addresses = [address(one.path, one.symbol.qualified_name) for one in found]
    files = {_path(answer) for answer in question.answers}
    return Judged(
        question=question,
        found=found,
        ndcg=_ndcg(question.answers, addresses[:_GRADED]),
        rank=_first(is_answer(question, each) for each in addresses),
        file_rank=_first(any(names(file, _path(each)) for file in files) for each in addresses),
    )


def _ndcg(answers: Sequence[str], addresses: Sequence[str]) -> float:
    """Return the NDCG of a list (Järvelin and Kekäläinen 2002); an answer counts once, at its first hit."""
    firsts = {_first(names(answer, each) for each in addresses) for answer in answers} - {0}
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(_GRADED, len(answers)) + 1))
    return sum(1 / math.log2(place + 1) for place in firsts) / ideal


def list_all(view: FolderView) -> frozenset[str]:
    """Return the addresses of all symbols of a folder that fits into one list."""
    found = search([view], SearchRequest("path:*", limit=_MAX_SYMBOLS), Cancel()).results
    assert len(found) < _MAX_SYMBOLS
    return frozenset(address(one.path, one.symbol.qualified_name) for one in found)


def address(path: str, qualified_name: str) -> str:
    """Return how the data name a symbol."""
    return f"{path}#{qualified_name}"


def names(answer: str, full_address: str) -> bool:
    """Tell whether an answer, or its path, which may lack its first folders, names a symbol or file."""
    return full_address == answer or full_address.endswith(f"/{answer}")


def is_answer(question: Question, full_address: str) -> bool:
    """Tell whether a symbol is among a question's answers."""
    return any(names(answer, full_address) for answer in question.answers)


def figures(judged: Iterable[Judged]) -> Mapping[str, float]:
    """Return the mean NDCG@10 of all questions, and of each kind and language, by name."""
    values = defaultdict(list)
    for one in judged:
        for group in ("all", one.question.kind, one.question.language):
            values[group].append(one.ndcg)
    return {group: sum(of_group) / len(of_group) for group, of_group in values.items()}


def table_of_worst(judged: Iterable[Judged], most: int = 25) -> str:
    """Return the worst of these questions, each with the places of its answer and what came instead."""
    worst = sorted((one for one in judged if one.ndcg < 1), key=lambda one: one.ndcg)
    return "\n".join(line for one in worst[:most] for line in _lines(one))


def _lines(judged: Judged) -> Iterator[str]:
    question = judged.question
    query = question.query.replace("\n", " ⏎ ")
    yield f"{judged.ndcg:.2f}  {question.language} {question.kind}: {query}"
    yield f"      wanted {', '.join(question.answers)}; best at {judged.rank}, its file at {judged.file_rank}"
    for rank, one in enumerate(judged.found[:4], 1):
        found = address(one.path, one.symbol.qualified_name)
        yield f"    {'+' if is_answer(question, found) else ' '} {rank}. {found} ({one.score:.2f})"


def _path(of_address: str) -> str:
    return of_address.partition("#")[0]


def _first(hits: Iterable[bool]) -> int:
    return next((rank for rank, is_hit in enumerate(hits, 1) if is_hit), 0)
