import pytest
from small_index import SmallIndex

from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.line_references import line_references_in, resolve_lines
from lsp_server.search.results import SearchRequest, SearchResult

LEDGER = """import day


class Ledger:
    limit = 3

    def transfer(self, source, target):
        target.give(source.take())

    def close(self):
        self.closed = True
"""


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("ledger.py:7", "ledger.py", 7),
        ("src/bank/ledger.py:7:12", "src/bank/ledger.py", 7),
        (
            '  File "/usr/lib/python3/bank/ledger.py", line 7, in transfer',
            "/usr/lib/python3/bank/ledger.py",
            7,
        ),
        ("bank.Ledger.transfer(Ledger.java:7)", "Ledger.java", 7),
        ("    at transfer (/app/node_modules/bank/ledger.js:7:5)", "/app/node_modules/bank/ledger.js", 7),
        ("\t/go/src/bank/ledger.go:7 +0x2b", "/go/src/bank/ledger.go", 7),
        ("  at Bank.Ledger.Transfer() in /src/Bank/Ledger.cs:line 7", "/src/Bank/Ledger.cs", 7),
        ("#0 /app/src/Ledger.php(7): Ledger->transfer()", "/app/src/Ledger.php", 7),
        ("Error in /app/src/Ledger.php on line 7", "/app/src/Ledger.php", 7),
        ("ledger.rb:7:in `transfer'", "ledger.rb", 7),
        ("https://example.com/bank/src/ledger.rs#L7", "https://example.com/bank/src/ledger.rs", 7),
        (r"C:\\bank\\ledger.cpp(7): error C2065", "C:/bank/ledger.cpp", 7),
    ],
)
def test_places_are_written_in_many_ways(text: str, path: str, line: int) -> None:
    (place,) = line_references_in(text)
    assert ("/".join(place.parts), place.line) == (path.replace("//", "/"), line - 1)


@pytest.mark.parametrize("text", ["open a socket", "localhost:8080", "version 3.14 of it", "Foo::bar", "a:1"])
def test_other_text_names_no_place(text: str) -> None:
    assert line_references_in(text) == ()


def test_the_file_is_the_one_whose_path_ends_most_alike() -> None:
    paths = ["src/bank/app.py", "src/shop/app.py", "src/bank/myapp.py"]
    places = line_references_in("/home/me/bank/app.py:1 then app.py:7")
    assert resolve_lines(places, paths) == {"src/bank/app.py": [0, 6], "src/shop/app.py": [6]}
    assert resolve_lines(places[1:], [*paths, *paths]) == {"src/bank/app.py": [6], "src/shop/app.py": [6]}
    assert resolve_lines(places, [f"{number}/app.py" for number in range(9)]) == {}


@pytest.fixture
def bank(index: SmallIndex) -> SmallIndex:
    index.commit({"bank/ledger.py": LEDGER, "bank/other.py": "def ledger_file(line):\n    return line\n"})
    return index


def best(view: FolderView, query: str) -> SearchResult:
    return search([view], SearchRequest(query), Cancel()).results[0]


@pytest.mark.parametrize(("line", "name"), [(8, "transfer"), (10, "close"), (5, "limit"), (1, "ledger.py")])
def test_the_symbol_at_a_line_comes_first(bank: SmallIndex, line: int, name: str) -> None:
    assert best(bank.view(), f"ledger.py:{line}").symbol.name == name
    trace = f'Traceback:\n  File "/opt/bank/ledger.py", line {line}, in run\n    something()\n'
    found = best(bank.view(), trace)
    assert found.symbol.name == name
    assert found.score >= 0.7


@pytest.mark.parametrize(
    "query", ["ledger.py", "bank/ledger.py", "/home/me/bank/ledger.py", r"bank\\ledger.py"]
)
def test_the_file_that_a_query_names_comes_first(bank: SmallIndex, query: str) -> None:
    assert best(bank.view(), query).symbol.name == "ledger.py"
    assert best(bank.view({"bank/ledger.py": LEDGER * 2}), query).symbol.name == "ledger.py"


def test_a_name_that_looks_like_a_file_is_a_name(bank: SmallIndex) -> None:
    assert best(bank.view(), "Ledger.transfer").symbol.name == "transfer"


@pytest.mark.parametrize("path", ["docs/conf.py", "tests/conftest.py", "third_party/zip/inflate.py"])
def test_a_line_counts_in_what_only_repeats_messages_too(bank: SmallIndex, path: str) -> None:
    bank.commit({path: "def first():\n    pass\n\n\ndef second():\n    pass\n", "zoo/conf.py": "conf = 1\n"})
    assert best(bank.view(), f"{path}:5").symbol.name == "second"
    assert best(bank.view({path: "def other():\n    pass\n"}), f"{path}:1").symbol.name == "other"


def test_lines_are_those_of_the_open_buffer(bank: SmallIndex) -> None:
    view = bank.view({"bank/ledger.py": "\n" * 4 + LEDGER})
    assert best(view, "ledger.py:12").symbol.name == "transfer"


def test_filters_hold_for_places(bank: SmallIndex) -> None:
    assert best(bank.view(), "ledger.py:8 kind:function").symbol.name == "ledger_file"
