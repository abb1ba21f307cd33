from pathlib import Path
from typing import Any

import pytest

from lsp_server.errors import InvalidParams
from lsp_server.frontends.lsp.protocol import (
    DocumentPosition,
    Tokens,
    no_params,
    related_params,
    search_params,
    status_params,
    uri_params,
)
from lsp_server.model import SymbolKind
from lsp_server.search.results import SearchMode, SearchRequest


def canonical(name: str) -> str | None:
    return {"py": "python", "python": "python", "c#": "csharp"}.get(name)


def request_of(raw: Any) -> SearchRequest:
    return search_params(raw, canonical, 20)[0]


def test_a_query_alone_gets_the_documented_defaults() -> None:
    assert request_of({"query": "retry"}) == SearchRequest(
        "retry", limit=20, mode=SearchMode.HYBRID, min_score=0
    )


def test_empty_lists_restrict_nothing() -> None:
    empty = {"kinds": [], "languages": [], "include": [], "exclude": []}
    assert request_of({"query": "retry", **empty}) == request_of({"query": "retry"})


def test_null_means_absent() -> None:
    absent = dict.fromkeys(
        (
            "limit",
            "kinds",
            "languages",
            "include",
            "exclude",
            "workspaceFolder",
            "mode",
            "minScore",
            "explain",
        )
    )
    assert request_of({"query": "retry", **absent}) == SearchRequest("retry")


def test_every_parameter_arrives() -> None:
    raw = {
        "query": "retry",
        "limit": 200,
        "kinds": ["enumMember", "class"],
        "languages": ["py", "c#"],
        "include": ["src/**"],
        "exclude": ["*.md"],
        "workspaceFolder": "file:///home/me/a%20b",
        "mode": "text",
        "minScore": 1,
        "explain": True,
        "workDoneToken": 7,
        "partialResultToken": "part",
    }
    assert search_params(raw, canonical, 20) == (
        SearchRequest(
            query="retry",
            limit=200,
            kinds=frozenset({SymbolKind.ENUM_MEMBER, SymbolKind.CLASS}),
            languages=frozenset({"python", "csharp"}),
            include=("src/**",),
            exclude=("*.md",),
            folder=Path("/home/me/a b"),
            mode=SearchMode.TEXT,
            min_score=1.0,
            explain=True,
        ),
        Tokens(7, "part"),
    )


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("params", ["retry"]),
        ("params", "retry"),
        ("query", None),
        ("query", {}),
        ("query", {"query": None}),
        ("query", {"query": 3}),
        ("query", {"query": ["a"]}),
        ("limit", {"limit": 0}),
        ("limit", {"limit": 201}),
        ("limit", {"limit": "5"}),
        ("limit", {"limit": 5.5}),
        ("limit", {"limit": True}),
        ("kinds", {"kinds": "class"}),
        ("kinds", {"kinds": ["klass"]}),
        ("kinds", {"kinds": ["EnumMember"]}),
        ("kinds", {"kinds": [5]}),
        ("languages", {"languages": ["klingon"]}),
        ("languages", {"languages": {}}),
        ("include", {"include": "src/**"}),
        ("include", {"include": [None]}),
        ("exclude", {"exclude": [1]}),
        ("workspaceFolder", {"workspaceFolder": 1}),
        ("workspaceFolder", {"workspaceFolder": "untitled:1"}),
        ("workspaceFolder", {"workspaceFolder": "/home/me"}),
        ("mode", {"mode": "fuzzy"}),
        ("mode", {"mode": 1}),
        ("mode", {"mode": ""}),
        ("minScore", {"minScore": 1.01}),
        ("minScore", {"minScore": -0.1}),
        ("minScore", {"minScore": float("nan")}),
        ("minScore", {"minScore": 10**400}),
        ("minScore", {"minScore": "0.5"}),
        ("minScore", {"minScore": False}),
        ("explain", {"explain": "yes"}),
        ("explain", {"explain": 1}),
        ("workDoneToken", {"workDoneToken": {}}),
        ("partialResultToken", {"partialResultToken": True}),
        ("min-score", {"min-score": 1}),
        ("_x", {"_x": None}),
        ("type_name", {"type_name": "Object"}),
    ],
)
def test_the_key_that_is_wrong_is_named(key: str, raw: Any) -> None:
    sent = {"query": "retry", **raw} if isinstance(raw, dict) and raw and "query" not in raw else raw
    with pytest.raises(InvalidParams) as caught:
        search_params(sent, canonical, 20)
    assert caught.value.details == {"key": key}
    assert f"`{key}`" in caught.value.message


def test_half_a_surrogate_pair_becomes_one_that_can_be_encoded() -> None:
    request_of({"query": "a\ud83db"}).query.encode()
    assert len(request_of({"query": "a\ud83db"}).query) == 3


PLACE = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 3, "character": 4}}


def test_related_reads_a_position() -> None:
    assert related_params({**PLACE, "limit": 5}, 20) == (DocumentPosition("file:///a.py", 3, 4), 5, Tokens())


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("textDocument", {"textDocument": None}),
        ("textDocument", {"textDocument": "file:///a.py"}),
        ("textDocument.uri", {"textDocument": {}}),
        ("position", {"position": [1, 2]}),
        ("position.line", {"position": {"character": 1}}),
        ("position.line", {"position": {"line": -1, "character": 1}}),
        ("position.character", {"position": {"line": 1, "character": "1"}}),
        ("limit", {"limit": 0}),
        ("query", {"query": "x"}),
    ],
)
def test_related_names_the_key_that_is_wrong(key: str, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams) as caught:
        related_params({**PLACE, **change}, 20)
    assert caught.value.details == {"key": key}


def test_status_takes_a_folder_or_nothing() -> None:
    assert status_params(None) is None
    assert status_params({"workspaceFolder": "file:///home"}) == Path("/home")
    with pytest.raises(InvalidParams, match="`folder`"):
        status_params({"folder": "file:///home"})


def test_methods_without_parameters_take_none() -> None:
    no_params(None)
    no_params({})
    with pytest.raises(InvalidParams, match="`now` is not known; the method takes no parameters"):
        no_params({"now": True})


def test_explain_path_wants_a_uri() -> None:
    assert uri_params({"uri": "file:///a"}) == "file:///a"
    with pytest.raises(InvalidParams, match="`uri`"):
        uri_params({})
