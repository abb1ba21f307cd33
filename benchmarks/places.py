"""How often a search finds the very symbol, and not only its file: undocumented code, asked for by meaning.

    python benchmarks/places.py --repos DIR --data DIR [--only flask,gin] [--json FILE]

--repos and --data as for quality.py, whose annotations name files. Here the question is the first paragraph
of a symbol's documentation, which is blanked in a copy of the repository before that is indexed: up to 100
such symbols a repository, four a file, with at most 16 words, chosen by a fixed seed. The answer is that
symbol and no other. Three lists are compared: the search as it is, by meaning alone, and by words alone.

Documentation is written beside the code and borrows its words more often than people's questions do.
"""

import argparse
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from annotated import indexed, mean_over
from targets import DEPTH, read_specs

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing import ParsedFile, ParsedSymbol, ParseLimits, parse_file
from lsp_server.parsing.blanking import blanked
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.results import SearchMode, SearchRequest
from lsp_server.training.questions import question_of
from lsp_server.training.sources import FolderRepository

MAX_A_REPOSITORY, MAX_A_FILE, MAX_WORDS = 100, 4, 16
SEED = 7

KINDS = frozenset(
    {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CLASS, SymbolKind.STRUCT, SymbolKind.INTERFACE}
)
NOT_ASKED = (
    SymbolFlags.TEST
    | SymbolFlags.EXAMPLE
    | SymbolFlags.VENDORED
    | SymbolFlags.GENERATED
    | SymbolFlags.DECLARATION
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the only right answer: a name at a line, from 0, of a file."""

    text: str
    path: str
    name: str
    line: int


def questions_in(folder: Path, copy: Path) -> list[Question]:
    """Copy a repository without the documentation of some symbols, and return what was documented."""
    shutil.copytree(folder, copy, symlinks=True)
    sources = FolderRepository(folder, folder.name, lambda _path, _size: True)
    asked = [
        (path, item)
        for path in sorted(file.path for file in sources.files())
        for item in _askable(folder, path)
    ]
    random.Random(SEED).shuffle(asked)
    in_file: Counter[str] = Counter()
    chosen: dict[str, list[ParsedSymbol]] = {}
    for path, item in asked:
        if in_file[path] < MAX_A_FILE and in_file.total() < MAX_A_REPOSITORY:
            in_file[path] += 1
            chosen.setdefault(path, []).append(item)
    return [question for path, items in chosen.items() for question in _hidden(copy, path, items)]


def _askable(folder: Path, path: str) -> Iterator[ParsedSymbol]:
    raw = (folder / path).read_bytes()
    parsed = parse_file(path, raw, ParseLimits(), {})
    if isinstance(parsed, ParsedFile) and parsed.source == raw:
        for item in parsed.symbols:
            question = question_of(item.symbol.documentation) or ""
            if (
                item.documentation is not None
                and item.symbol.kind in KINDS
                and not item.symbol.flags & NOT_ASKED
                and 0 < len(question.split()) <= MAX_WORDS
            ):
                yield item


def _hidden(copy: Path, path: str, items: Sequence[ParsedSymbol]) -> Iterator[Question]:
    """Blank the documentation of some symbols of a file, and yield those that are still found without it."""
    text = (copy / path).read_bytes()
    for item in items:
        start, end = item.documentation or (0, 0)
        text = text[:start] + blanked(text[start:end]) + text[end:]
    (copy / path).write_bytes(text)
    parsed = parse_file(path, text, ParseLimits(), {})
    left = {_place(one): one for one in parsed.symbols} if isinstance(parsed, ParsedFile) else {}
    for item in items:
        without = left.get(_place(item))
        if without is not None and not without.symbol.documentation:
            yield Question(question_of(item.symbol.documentation) or "", path, *_place(item))


def _place(item: ParsedSymbol) -> tuple[str, int]:
    return item.symbol.name, item.symbol.selection.start.line


def ranks(view: FolderView, questions: Sequence[Question], mode: SearchMode) -> list[int]:
    """Return the place of each question's answer, from 1; 0 where it isn't among the first ten."""
    found = []
    for one in questions:
        request = SearchRequest(one.text, limit=DEPTH, mode=mode)
        results = search([view], request, Cancel()).results
        places = [(hit.path, hit.symbol.name, hit.symbol.selection.start.line) for hit in results]
        answer = (one.path, one.name, one.line)
        found.append(places.index(answer) + 1 if answer in places else 0)
    return found


def figures(repositories: Sequence[str], ranks: Sequence[int]) -> Mapping[str, float]:
    """Return the mean reciprocal rank, and shares of answers in the first places, by repository."""
    placed = np.array(ranks)
    reciprocal = np.divide(1.0, placed, out=np.zeros(len(placed)), where=placed > 0)
    within = {f"first {k}": (placed > 0) & (placed <= k) for k in (1, 3, DEPTH)}
    return {
        "MRR@10": mean_over(repositories, reciprocal.tolist()),
        **{name: mean_over(repositories, mask.astype(float).tolist()) for name, mask in within.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    repositories: list[str] = []
    placed: dict[SearchMode, list[int]] = {mode: [] for mode in SearchMode}
    for spec in read_specs(arguments.data, arguments.only.split(",") if arguments.only else []):
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch, "copy")
            questions = questions_in(arguments.repos / spec.name / spec.root, copy)
            with indexed(copy, Path(scratch, "indexes")) as view:
                for mode in SearchMode:
                    placed[mode] += ranks(view, questions, mode)
        repositories += [spec.name] * len(questions)
        print(f"{spec.name:16} {len(questions):4} questions", flush=True)
    report = {mode.value: figures(repositories, found) for mode, found in placed.items()}
    for label, values in report.items():
        print(f"{label:8}", "  ".join(f"{name} {value:.3f}" for name, value in values.items()))
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"questions": len(repositories), **report}, indent=1) + "\n", "utf-8"
        )


if __name__ == "__main__":
    main()
