"""Prose, configuration and texts of any other kind are found by section."""

from lsp_server.model import SymbolKind
from lsp_server.parsing import ParsedFile, ParsedSymbol, ParseLimits, parse_file


def parsed(name: str, text: str) -> ParsedFile:
    result = parse_file(name, text.encode(), ParseLimits(), {})
    assert isinstance(result, ParsedFile)
    return result


def sections(name: str, text: str) -> list[ParsedSymbol]:
    return list(parsed(name, text).symbols[1:])


def check(name: str, text: str, expected: list[str]) -> None:
    assert [item.symbol.qualified_name for item in sections(name, text)] == expected


def test_markdown_headings_nest() -> None:
    text = "# Guide\nIntro.\n\n## Install\nRun it.\n\n### On Windows\nx\n## Use\ny\n"
    check("a.md", text, ["Guide", "Guide.Install", "Guide.Install.On Windows", "Guide.Use"])


def test_a_section_ends_where_the_next_begins_and_shows_its_first_paragraph() -> None:
    text = "---\ntitle: x\n---\n# Guide\n\n![badge](b.png)\n\nFirst words\nof it.\n\nMore.\n\n## Next\n"
    guide, _ = sections("a.md", text)
    start, end = guide.code
    assert text[start:end] == text[text.index("# Guide") : text.index("\n\n## Next")]
    assert guide.symbol.documentation == "First words of it."
    assert guide.symbol.signature == "Guide"
    assert (guide.symbol.selection.start.line, guide.symbol.selection.start.utf8) == (3, 2)
    assert guide.symbol.span.end.line == 10


def test_markdown_underlined_headings_and_no_headings_in_code() -> None:
    text = "Title\n=====\n\nPart\n----\n```sh\n# comment\n```\n\n| a |\n|---|\n\n- item\n---\n"
    check("a.md", text, ["Title", "Title.Part"])


def test_markup_is_no_part_of_a_heading() -> None:
    check("a.md", "## The `run()` **[method](x.md)** {#run}\n", ["The run() method"])


def test_restructuredtext_levels_by_order_of_appearance() -> None:
    text = "=====\nTitle\n=====\n\nText.\n\nPart\n====\n\nDetail\n------\n\nOther\n=====\n"
    check("a.rst", text, ["Title", "Title.Part", "Title.Part.Detail", "Title.Other"])


def test_asciidoc_org_latex_and_html() -> None:
    check("a.adoc", "= T\n\n== A\n----\n== no\n----\n=== B\n", ["T", "T.A", "T.A.B"])
    check("a.org", "* A\n** B\n* C\n", ["A", "A.B", "C"])
    check("a.tex", "\\section{A}\n\\subsection{B}\n", ["A", "A.B"])
    check("a.html", "<h1>A</h1>\n<p>x</p>\n<h2 id=b>B <i>b</i></h2>\n", ["A", "A.B b"])


def test_long_text_without_headings_is_cut_into_chunks_that_cover_it() -> None:
    text = "\n".join(f"line number {i} of the story" + ("\n" if i % 7 == 0 else "") for i in range(400))
    chunks = sections("story.txt", text)
    assert 4 < len(chunks) < 12
    assert chunks[0].symbol.name == "line number 0 of the story"
    assert " ".join(text[slice(*chunk.code)] for chunk in chunks).split() == text.split()


def test_a_short_text_is_its_own_entry_alone() -> None:
    file = parsed("notes.txt", "Remember the milk.\n")
    assert [item.symbol.kind for item in file.symbols] == [SymbolKind.FILE]
    assert file.symbols[0].symbol.documentation == "Remember the milk."


def test_equal_headings_are_counted() -> None:
    counted = sections("a.md", "# A\n# A\n# A\n")
    assert [item.symbol.nth for item in counted] == [0, 1, 2]


def test_yaml_keys_with_a_block_are_entries() -> None:
    services = "".join(f"  service{i}:\n    image: x{i}\n    ports:\n      - {i}\n" for i in range(15))
    text = f"version: 3\n# All of them.\nservices:\n{services}on:\n  push:\n    tags: |\n      fake: 1\n"
    names = [item.symbol.qualified_name for item in sections("compose.yml", text)]
    assert names == ["services", *(f"services.service{i}" for i in range(15)), "on"]
    assert all(item.symbol.kind is SymbolKind.KEY for item in sections("compose.yml", text))


def test_toml_and_ini_sections() -> None:
    text = "a = 1\n[tool.ruff]\nline-length = 9\n\n# Why.\n[[tool.x]]\nb = 2\n"
    check("pyproject.toml", text, ["tool.ruff", "tool.x"])
    check("setup.cfg", "[metadata]\nname = x\n[options]\n", ["metadata", "options"])


def test_json_keys_with_a_block() -> None:
    text = '{\n "name": "x",\n "scripts": {\n  "a": "b",\n  "c": "d"\n },\n "files": ["a"]\n}\n'
    (scripts,) = sections("package.json", text)
    assert (scripts.symbol.name, scripts.symbol.selection.start.line) == ("scripts", 2)
