import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lsp_server.frontends.answers.convert import Converter, path_explanation
from lsp_server.frontends.answers.uris import ClientUris
from lsp_server.frontends.lsp import hover
from lsp_server.indexing.scanning.ignore_files import Rule
from lsp_server.model import ClusterId, Encoding, Position, Span, Symbol, SymbolId, SymbolKind
from lsp_server.search.results import Coverage, Explanation, SearchOutcome, SearchResult
from lsp_server.workspace.status import (
    FolderStatus,
    IndexFacts,
    IndexState,
    Metrics,
    PathExplanation,
    Work,
    WorkspaceStatus,
)

FOLDER = Path("/home/me/project")
SYMBOL = Symbol(
    name="retry",
    kind=SymbolKind.METHOD,
    language="python",
    containers=("Client", "Session"),
    signature="def retry(self) -> None",
    documentation="Try again.",
    span=Span(Position(2, 0, 0, 0), Position(9, 30, 20, 10)),
    selection=Span(Position(4, 9, 6, 3), Position(4, 14, 11, 8)),
)
FOUND = SearchResult(SymbolId(2**64 - 1), SYMBOL, FOLDER, "src/a b.py", 0.875)


def converter(encoding: Encoding = "utf16") -> Converter:
    uris = ClientUris()
    uris.learn_folder("file:///home/me/project")
    return Converter(uris, encoding)


def test_a_result_has_the_documented_shape() -> None:
    assert converter().result(FOUND) == {
        "name": "retry",
        "qualifiedName": "Client.Session.retry",
        "kind": 6,
        "language": "python",
        "containerName": "Client.Session",
        "signature": "def retry(self) -> None",
        "documentation": "Try again.",
        "location": {
            "uri": "file:///home/me/project/src/a%20b.py",
            "range": {"start": {"line": 2, "character": 0}, "end": {"line": 9, "character": 20}},
        },
        "selectionRange": {"start": {"line": 4, "character": 6}, "end": {"line": 4, "character": 11}},
        "score": 0.875,
    }


@pytest.mark.parametrize(("encoding", "column"), [("utf8", 9), ("utf16", 6), ("utf32", 3)])
def test_columns_count_in_the_negotiated_encoding(encoding: Encoding, column: int) -> None:
    assert converter(encoding).result(FOUND)["selectionRange"]["start"]["character"] == column


def test_what_is_not_there_is_left_out() -> None:
    bare = replace(FOUND, symbol=replace(SYMBOL, containers=(), documentation=""))
    assert not {"containerName", "documentation", "explanation"} & set(converter().result(bare))


def test_an_explanation_tells_what_each_stage_saw() -> None:
    explained = replace(FOUND, explanation=Explanation(0.5, None, {"name": 0.25}, ClusterId(7)))
    assert converter().result(explained)["explanation"] == {
        "vector": 0.5,
        "signals": {"name": 0.25},
        "cluster": 7,
    }


def test_an_outcome_has_the_documented_shape() -> None:
    outcome = SearchOutcome((FOUND,), is_incomplete=True, coverage=Coverage(10, 6, 50, 1), took_ms=1.23456)
    converted = converter().outcome(outcome)
    assert [result["name"] for result in converted.pop("results")] == ["retry"]
    assert converted == {
        "isIncomplete": True,
        "coverage": {"files": 10, "indexedFiles": 6, "symbols": 50, "skippedFiles": 1},
        "tookMs": 1.235,
    }


def test_a_listed_symbol_starts_at_its_name_and_ends_with_its_body() -> None:
    listed = converter().workspace_symbol(FOUND)
    assert listed["location"]["range"] == {
        "start": {"line": 4, "character": 6},
        "end": {"line": 9, "character": 20},
    }
    assert listed["containerName"] == "Client.Session"
    assert listed["data"] == {"id": "18446744073709551615", "folder": "file:///home/me/project"}


def test_a_resolved_symbol_says_everything() -> None:
    convert = converter()
    resolved = convert.resolved_symbol(convert.workspace_symbol(FOUND), FOUND)
    assert resolved["signature"] == resolved["data"]["signature"] == SYMBOL.signature
    assert resolved["documentation"] == resolved["data"]["documentation"] == SYMBOL.documentation
    assert resolved["containerName"] == "Client.Session"


def status(index: IndexFacts | None) -> dict[str, Any]:
    folder = FolderStatus(FOLDER, IndexState.INDEXING, None, Coverage(3, 2, 1, 0), index)
    metrics = Metrics(files_per_second=100.0, search_p50_ms=1.5)
    whole = WorkspaceStatus(
        IndexState.INDEXING, None, Coverage(3, 2, 1, 0), (folder,), metrics, work=Work(1, 2)
    )
    converted: dict[str, Any] = json.loads(json.dumps(converter().status(whole)))
    return converted


def test_a_status_has_the_documented_shape() -> None:
    covered = {"files": 3, "indexedFiles": 2, "symbols": 1, "skippedFiles": 0}
    facts = IndexFacts(Path("/cache/v1"), 1000, 1, 5, "static", 384, "abcd", 20, 10, None)
    converted = status(facts)
    index = {
        "path": str(facts.path),
        "bytes": 1000,
        "formatVersion": 1,
        "generation": 5,
        "model": {"name": "static", "dimensions": 384, "fingerprint": "abcd"},
        "clusters": 20,
        "probes": 10,
        "recallAt10": None,
    }
    assert converted == {
        "state": "indexing",
        "coverage": covered,
        "index": index,
        "folders": [
            {"uri": "file:///home/me/project", "state": "indexing", "coverage": covered, "index": index}
        ],
        "work": {"done": 1, "total": 2},
        "metrics": {
            "filesPerSecond": 100.0,
            "symbolsPerSecond": None,
            "embeddedSymbols": 0,
            "searchMs": {"p50": 1.5, "p99": None},
            "updateMs": {"p50": None, "p99": None},
            "residentBytes": None,
        },
    }


def test_before_there_is_an_index_it_is_null() -> None:
    assert status(None)["index"] is None


def test_a_path_explanation_names_the_rule() -> None:
    explained = PathExplanation(indexed=False, reason="ignored", rule=Rule("/a/.gitignore", 3, "*.log"))
    assert path_explanation(explained) == {
        "indexed": False,
        "reason": "ignored",
        "rule": {"file": "/a/.gitignore", "line": 3, "pattern": "*.log"},
    }
    assert path_explanation(PathExplanation(indexed=True, reason="indexed")) == {
        "indexed": True,
        "reason": "indexed",
    }


def test_a_hover_links_to_the_line_of_the_name() -> None:
    shown = hover.hover([FOUND, replace(FOUND, score=0.49)], converter(), markdown=True)
    assert shown == {
        "contents": {
            "kind": "markdown",
            "value": "**Related code**\n\n- [`Client.Session.retry`](file:///home/me/project/src/a%20b.py#L5)"
            " method · 87% · src/a b.py:5",
        }
    }


@pytest.mark.parametrize(("score", "shown"), [(1.0, "100%"), (0.999, "99%"), (0.57, "57%"), (0.5, "50%")])
def test_a_hover_rounds_similarities_down(score: float, shown: str) -> None:
    found = hover.hover([replace(FOUND, score=score)], converter(), markdown=False)
    assert found is not None
    assert f"  {shown}  " in found["contents"]["value"]


def test_a_hover_is_plain_for_those_who_take_no_markdown() -> None:
    shown = hover.hover([FOUND], converter(), markdown=False)
    assert shown is not None
    assert shown["contents"]["kind"] == "plaintext"
    assert "`" not in shown["contents"]["value"]
    assert "file:///home/me/project/src/a%20b.py#L5" in shown["contents"]["value"]


@pytest.mark.parametrize("markdown", [True, False])
def test_a_hover_says_what_is_a_test_or_a_duplicate(*, markdown: bool) -> None:
    marked = {
        "(test)": {"test": 1.0},
        "(duplicate)": {"duplicate": 1.0},
        "(test) (duplicate)": {"test": 1.0, "duplicate": 1.0},
    }
    found = [replace(FOUND, explanation=Explanation(0.9, None, signals)) for signals in marked.values()]
    shown = hover.hover([*found, FOUND], converter(), markdown=markdown)
    assert shown is not None
    *lines, bare = shown["contents"]["value"].splitlines()[-4:]
    assert [line.partition("method ")[2][: len(mark)] for line, mark in zip(lines, marked, strict=True)] == [
        *marked
    ]
    assert "(test)" not in bare
    assert "(duplicate)" not in bare


@pytest.mark.parametrize("markdown", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_hover_has_one_line_for_each_result_whatever_files_are_called(end: str, *, markdown: bool) -> None:
    symbol = replace(FOUND.symbol, name=f"two{end}lines.py", containers=())
    found = replace(FOUND, symbol=symbol, path=f"two{end}lines.py")
    shown = hover.hover([found, found], converter(), markdown=markdown)
    assert shown is not None
    title, results = shown["contents"]["value"].split("code", 1)
    assert title in {"**Related ", "Related "}
    assert len(results.strip("*\n").splitlines()) == 2


def test_nothing_close_is_no_hover() -> None:
    assert hover.hover([replace(FOUND, score=0.49)], converter(), markdown=True) is None


def test_names_cannot_break_out_of_a_hover() -> None:
    nasty = replace(FOUND, symbol=replace(SYMBOL, name="a`](x)"), path="b(1)_c_.py")
    shown = hover.hover([nasty], converter(), markdown=True)
    assert shown is not None
    assert "a`" not in shown["contents"]["value"]
    assert "b%281%29_c_.py#L5)" in shown["contents"]["value"]
