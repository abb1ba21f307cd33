import io
import re
from pathlib import Path

import numpy as np
import pytest
from settings_page import settings_page

import lsp_server
from lsp_server import errors
from lsp_server.frontends.terminal.clusters import histogram, recall_plot
from lsp_server.frontends.terminal.console import Console, Styled, size
from lsp_server.frontends.terminal.results import explained, show_outcome, shown_path, table
from lsp_server.harmless import harmless
from lsp_server.model import Position, Span, Symbol, SymbolId, SymbolKind
from lsp_server.search.results import Coverage, Explanation, SearchOutcome, SearchResult
from lsp_server.storage.index_meta import IndexMeta

ROOT = Path(lsp_server.__file__).parent.parent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_page_of_settings_is_up_to_date() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()


def test_the_readme_lists_every_error_with_its_exit_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = {(name, int(code)) for code, name in re.findall(r"^\| (\d+) \| `(\w+)`", readme, re.MULTILINE)}
    kinds = errors.SemanticSymbolsError.__subclasses__()
    assert listed == {(kind.__name__, kind.exit_code) for kind in kinds}


def said(output: io.StringIO, *parts: str | Styled, between: str = "") -> str:
    Console(output, io.StringIO(), as_json=False).say(*parts, between=between)
    return output.getvalue()


def test_colours_are_for_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    parts = (Styled("bold", "x"), "y")
    assert said(Terminal(), *parts, between="  ") == "\x1b[1mx\x1b[0m  y\n"
    assert said(io.StringIO(), *parts) == "xy\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert said(Terminal(), *parts) == "xy\n"


def test_names_and_code_can_not_style_the_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    evil = "evil\x1b[8mhidden\x1b[0m"
    here = Position(0, 0, 0, 0)
    span = Span(here, here)
    symbol = Symbol(evil, SymbolKind.FUNCTION, "python", (), f"def {evil}", "", span, span)
    found = SearchResult(SymbolId(1), symbol, tmp_path, f"{evil}.py", 0.9)
    output = Terminal()
    show_outcome(
        SearchOutcome((found,), is_incomplete=False, coverage=Coverage(), took_ms=1.0, corrected_query=evil),
        Console(output, io.StringIO(), as_json=False),
    )
    assert "\x1b[8m" not in output.getvalue()
    assert "\x1b[1mevil\u241b[8mhidden\u241b[0m\x1b[0m" in output.getvalue()
    assert f"def {evil}" not in output.getvalue()
    assert harmless(evil) == "evil\u241b[8mhidden\u241b[0m"


def test_a_result_and_its_signature_have_a_line_each(tmp_path: Path) -> None:
    here = Position(0, 0, 0, 0)
    span = Span(here, here)
    symbol = Symbol("two\nlines.py", SymbolKind.FILE, "python", (), "def f()", "", span, span)
    output = io.StringIO()
    show_outcome(
        SearchOutcome(
            (SearchResult(SymbolId(1), symbol, tmp_path, "two\nlines.py", 0.9),),
            is_incomplete=False,
            coverage=Coverage(),
            took_ms=1.0,
        ),
        Console(output, io.StringIO(), as_json=False),
    )
    assert output.getvalue().count("\n") == 2


@pytest.mark.parametrize(
    ("score", "shown"), [(0.4996, "0.49"), (0.5, "0.50"), (0.58, "0.58"), (0.29, "0.29"), (1.0, "1.00")]
)
def test_a_score_looks_no_better_than_it_is(tmp_path: Path, score: float, shown: str) -> None:
    here = Position(0, 0, 0, 0)
    span = Span(here, here)
    symbol = Symbol("box", SymbolKind.FUNCTION, "python", (), "def box()", "", span, span)
    output = io.StringIO()
    show_outcome(
        SearchOutcome(
            (SearchResult(SymbolId(1), symbol, tmp_path, "box.py", score),),
            is_incomplete=False,
            coverage=Coverage(),
            took_ms=1.0,
        ),
        Console(output, io.StringIO(), as_json=False),
    )
    assert f"  {shown}\n" in output.getvalue()
    assert ("Nothing close" in output.getvalue()) == (score < 0.5)


def test_json_stands_alone_on_standard_output() -> None:
    output = io.StringIO()
    console = Console(output, io.StringIO(), as_json=True)
    console.say("for people")
    console.document({"for": "programs"})
    assert output.getvalue() == '{\n  "for": "programs"\n}\n'


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000, "2.0 MB"), (5e12, "5000.0 GB")],
)
def test_sizes_are_shown_in_decimal_units(n_bytes: int, text: str) -> None:
    assert size(n_bytes) == text


def test_paths_are_shown_as_one_would_type_them_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert shown_path(here / "src" / "a.py") == str(Path("src/a.py"))
    assert shown_path(tmp_path / "b.py") == str(tmp_path / "b.py")


def test_an_explanation_fits_on_a_line() -> None:
    explanation = Explanation(vector=0.51234, text=None, signals={"name": 0.25, "path": 0.0})
    assert explained(explanation) == "cosine 0.512, name 0.250"


def test_tables_have_columns() -> None:
    assert table([["a", "long"], ["bcd", "x"]]) == ["a    long", "bcd  x"]
    assert table([]) == []


def test_a_histogram_counts_clusters_by_size() -> None:
    lines = histogram(np.array([1, 1, 1, 10]))
    assert len(lines) == 2
    assert lines[0].endswith("#" * 40 + " 3")
    assert lines[1].endswith(" 1")
    assert histogram(np.zeros(0, np.int64)) == []


def test_the_curve_of_recall_is_drawn_and_the_settings_marked() -> None:
    curve = ((10, 500, 0.5, 0.6), (20, 500, 0.98, 0.99), (20, 200, 0.9, 0.95))
    assert recall_plot(IndexMeta(), 0) == []
    lines = recall_plot(IndexMeta(probes=20, rerank=500, recall_curve=curve), 20)
    drawn = [line.split("|") for line in lines if "|" in line]
    assert [int(number) for number, _ in drawn] == [10, 20, 500, 200]
    assert [bar.count("#") for _, bar in drawn] == [20, 39, 39, 36]
    assert ["searches" in bar for _, bar in drawn] == [False, True, True, False]
