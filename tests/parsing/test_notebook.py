"""A notebook is found by cell, at the places where an editor shows its JSON text."""

import json
from typing import Any

from lsp_server.model import SymbolKind
from lsp_server.parsing import ParsedFile, ParsedSymbol, ParseLimits, parse_file


def cell(kind: str, source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def written(
    *cells: dict[str, Any], language: str = "python", indent: int | None = 1, ascii_only: bool = False
) -> str:
    metadata = {"kernelspec": {"language": language, "name": "k"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=indent, ensure_ascii=ascii_only)


def parsed(text: str) -> ParsedFile:
    result = parse_file("study.ipynb", text.encode(), ParseLimits(), {})
    assert isinstance(result, ParsedFile)
    return result


def shown(text: str, item: ParsedSymbol) -> str:
    """What an editor selects in the raw file for a symbol's name."""
    start, end = item.symbol.selection.start, item.symbol.selection.end
    assert start.line == end.line
    return text.splitlines()[start.line][start.utf32 : end.utf32]


def test_definitions_sections_and_plain_cells() -> None:
    text = written(
        cell("markdown", ["# Study\n", "\n", "What we look at."]),
        cell(
            "code", ["import os\n", "def load(path):\n", "    return path\n"], outputs=[], execution_count=1
        ),
        cell("code", ["frame = load('x')\n", "frame.plot()"], outputs=[{"data": {"image/png": "iVBO" * 99}}]),
        cell("raw", "ignored"),
    )
    file = parsed(text)
    assert [(item.symbol.name, item.symbol.kind) for item in file.symbols] == [
        ("study.ipynb", SymbolKind.FILE),
        ("Study", SymbolKind.STRING),
        ("load", SymbolKind.FUNCTION),
        ("frame", SymbolKind.VARIABLE),
    ] or file.symbols[3].symbol.kind is SymbolKind.STRING
    assert file.symbols[0].symbol.documentation == "What we look at."
    assert shown(text, file.symbols[1]) == "Study"
    assert shown(text, file.symbols[2]) == "load"
    assert file.source[slice(*file.symbols[2].code)] == b"def load(path):\n    return path"
    assert b"iVBO" not in file.source


def test_a_definition_spans_its_lines_of_json() -> None:
    text = written(cell("code", ["x\n", "def f():\n", "    return 1\n", "y"]))
    (found,) = [item for item in parsed(text).symbols if item.symbol.name == "f"]
    lines = text.splitlines()
    span = found.symbol.span
    assert lines[span.start.line][span.start.utf32 :] == 'def f():\\n",'
    assert lines[span.end.line][: span.end.utf32].endswith("return 1")


def test_escapes_are_counted_where_they_stand() -> None:
    source = 'a = "ü\t\U0001f600"; b = {"q": \'\\\\\'}\ndef größe(): pass\n'
    for ascii_only in (False, True):
        text = written(cell("code", source), ascii_only=ascii_only)
        (found,) = [item for item in parsed(text).symbols if item.symbol.name == "größe"]
        assert shown(text, found) == ("gr\\u00f6\\u00dfe" if ascii_only else "größe")


def test_a_notebook_on_one_line() -> None:
    text = written(cell("code", "def f(): pass"), cell("markdown", "## Ende"), indent=None)
    found = parsed(text).symbols[1:]
    assert [shown(text, item) for item in found] == ["f", "Ende"]


def test_magic_lines_do_not_spoil_the_cell_and_cell_magic_names_its_language() -> None:
    text = written(
        cell("code", "%matplotlib inline\n!pip install x\ndef f():\n    pass\n"),
        cell("code", "%%bash\ngreet() {\n  echo hi\n}\n"),
    )
    found = [item.symbol for item in parsed(text).symbols[1:]]
    assert [(symbol.name, symbol.language) for symbol in found] == [("f", "python"), ("greet", "bash")]


def test_the_kernel_decides_the_language() -> None:
    text = written(cell("code", "fn f() {}\n"), language="rust")
    assert [(item.symbol.name, item.symbol.language) for item in parsed(text).symbols[1:]] == [("f", "rust")]


def test_a_cell_without_definitions_is_an_entry() -> None:
    (found,) = parsed(written(cell("code", "# Draw it.\nplt.plot(x)\nplt.show()\n"))).symbols[1:]
    assert (found.symbol.name, found.symbol.kind) == ("Draw it", SymbolKind.STRING)


def test_equal_names_in_several_cells_are_counted() -> None:
    text = written(cell("code", "def f(): pass"), cell("code", "def f(): return 2"))
    assert [item.symbol.nth for item in parsed(text).symbols[1:]] == [0, 1]


def test_an_empty_and_a_broken_notebook() -> None:
    assert len(parsed(written()).symbols) == 1
    assert (
        parsed('{"cells": [{"cell_type": "code", "source": ["def f(): pass\\n", "x').symbols[0].symbol.name
        == "study.ipynb"
    )
    assert parsed("not json").symbols[0].symbol.language == "notebook"


def test_old_notebooks_have_worksheets() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["def f(): pass"]}]}], "nbformat": 3}
    assert [item.symbol.name for item in parsed(json.dumps(old)).symbols[1:]] == ["f"]
