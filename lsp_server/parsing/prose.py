"""Finds the sections of prose: Markdown, reStructuredText, AsciiDoc, Org, LaTeX, and headings of HTML."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lsp_server.parsing.chunks import whole_text, within
from lsp_server.parsing.sections import MAX_NAME, Section, Source, fold

MAX_SECTIONS = 2000


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        level: Its depth; 1 is the outermost.
        start: First byte of the heading, its overline included.
        text: Byte range of its text.
        body_line: The line after the heading.
    """

    level: int
    start: int
    text: tuple[int, int]
    body_line: int


_ATX = re.compile(rb" {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(rb" {0,3}(`{3,}|~{3,})")
_SETEXT = re.compile(rb" {0,3}(=+|-+)[ \t]*$")
_NO_SETEXT = re.compile(rb"[ \t]*(?:$|[>|#]|[-*+][ \t]|\d+[.)][ \t]|<|    )")
_RST_RULE = re.compile(rb"([!-/:-@\[-`{-~])\1{2,}[ \t]*$")
_ADOC = re.compile(rb"(={1,6})[ \t]+(\S.*?)[ \t]*$")
_ADOC_BLOCK = re.compile(rb"(-{4,}|={4,}|\.{4,}|\+{4,}|/{4,}|_{4,}|\*{4,})[ \t]*$")
_ORG = re.compile(rb"(\*+)[ \t]+(\S.*?)[ \t]*$")
_LATEX = re.compile(
    rb"[ \t]*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?(?:\[[^\]]*\])?\{(.*)\}"
)
_LATEX_LEVELS = (b"part", b"chapter", b"section", b"subsection", b"subsubsection", b"paragraph")
_HTML = re.compile(rb"<[hH]([1-6])\b[^>]*>(.*?)</[hH]\1\s*>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")
_MARKUP = re.compile(r"[*`]+|\{#[^}]*\}|(?<!\w)_+|_+(?!\w)|<[^>]*>|:\w+:(?=`)")
_NOT_PROSE = re.compile(rb"[ \t]*(?:$|\[?!\[|<|\.\. |:\w[\w-]*:|`{3}|~{3}|#|=|-{3}|\||\{%|import |export )")


def prose_sections(source: Source, language: str) -> list[Section]:
    """Return a section per heading, each up to the next heading, and chunks of text that is long or has none.

    Args:
        source: The text.
        language: Canonical id; unknown ones have no headings.
    """
    find = _FINDERS.get(language)
    headings = list(find(source))[:MAX_SECTIONS] if find else []
    if not headings:
        return whole_text(source)
    found: list[Section] = []
    chain: list[tuple[int, str]] = []
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        name = heading_name(source.text[slice(*heading.text)])
        while chain and chain[-1][0] >= heading.level:
            chain.pop()
        containers = tuple(outer for _, outer in chain)
        chain.append((heading.level, name))
        end = following.start if following else len(source.text)
        end_line = source.line_of(end) if following else source.n_lines
        found.append(
            Section(
                name=name,
                start=heading.start,
                end=end,
                selection=heading.text,
                containers=containers,
                documentation=paragraph(source, heading.body_line, end_line),
            )
        )
        found += within(source, heading.body_line, end_line, (*containers, name))
    return found


def heading_name(text: bytes) -> str:
    """Return a heading's text without links, emphasis and anchors."""
    folded = fold(_TAG.sub(b"", text), 4 * MAX_NAME)
    return (_MARKUP.sub("", _LINK.sub(r"\1", folded)).strip() or folded)[:MAX_NAME] or "…"


def paragraph(source: Source, first_line: int, end_line: int) -> tuple[int, int] | None:
    """Return the byte range of the first paragraph of prose among some lines."""
    line = first_line
    while line < end_line and _NOT_PROSE.match(source.line(line)):
        line += 1
    if line >= end_line:
        return None
    stop = line
    while stop < end_line and source.line(stop).strip() and stop - line < 20:
        stop += 1
    start = source.line_start(line)
    return start, source.trimmed_end(start, source.line_start(stop))


def _markdown(source: Source) -> Iterator[Heading]:
    line = _after_front_matter(source)
    fence = b""
    previous = -1  # the line that an underline below it would make a heading
    while line < source.n_lines:
        text = source.line(line)
        opened = _FENCE.match(text)
        if fence:
            if opened and opened[1].startswith(fence) and not text.strip(b" \t`~"):
                fence = b""
            previous = -1
        elif opened:
            fence, previous = opened[1], -1
        elif atx := _ATX.match(text):
            yield _heading(source, line, len(atx[1]), atx.span(2))
            previous = -1
        elif previous >= 0 and (rule := _SETEXT.match(text)):
            words = source.line(previous)
            start = source.line_start(previous) + len(words) - len(words.lstrip())
            level = 1 if rule[1].startswith(b"=") else 2
            yield Heading(level, source.line_start(previous), (start, start + len(words.strip())), line + 1)
            previous = -1
        else:
            # Only a paragraph of one line: a rule in a table or list is not an underline.
            alone = previous < 0 and (line == 0 or not source.line(line - 1).strip())
            previous = line if alone and not _NO_SETEXT.match(text) else -1
        line += 1


def _after_front_matter(source: Source) -> int:
    if source.line(0).rstrip() != b"---":
        return 0
    for line in range(1, min(source.n_lines, 200)):
        if source.line(line).rstrip() in {b"---", b"..."}:
            return line + 1
    return 0


def _restructuredtext(source: Source) -> Iterator[Heading]:
    styles: list[tuple[bytes, bool]] = []
    line = 1
    while line < source.n_lines:
        rule = _RST_RULE.match(source.line(line))
        above = _RST_RULE.match(source.line(line - 2)) if line > 1 else None
        is_overlined = rule is not None and above is not None and above[1] == rule[1]
        if rule and _is_rst_title(source, line, is_overlined=is_overlined):
            style = (rule[1][:1], is_overlined)
            if style not in styles:
                styles.append(style)
            words = source.line(line - 1)
            start = source.line_start(line - 1) + len(words) - len(words.lstrip())
            yield Heading(
                level=styles.index(style) + 1,
                start=source.line_start(line - 2 if is_overlined else line - 1),
                text=(start, start + len(words.strip())),
                body_line=line + 1,
            )
            line += 1
        line += 1


def _is_rst_title(source: Source, underline: int, *, is_overlined: bool) -> bool:
    """Tell whether the line above a rule is a title; an overlined one may be indented."""
    title = source.line(underline - 1)
    n_underlined = len(source.line(underline).rstrip())
    if not title.strip() or n_underlined < len(title.strip().decode("utf-8", "replace")):
        return False
    is_alone = underline < 2 or not source.line(underline - 2).strip()
    return is_overlined or (is_alone and not title[:1].isspace() and not _RST_RULE.match(title))


def _asciidoc(source: Source) -> Iterator[Heading]:
    block = b""
    for line in range(source.n_lines):
        text = source.line(line)
        delimiter = _ADOC_BLOCK.match(text)
        if block:
            block = b"" if text.rstrip() == block else block
        elif delimiter:
            block = text.rstrip()
        elif found := _ADOC.match(text):
            yield _heading(source, line, len(found[1]), found.span(2))


def _org(source: Source) -> Iterator[Heading]:
    for line in range(source.n_lines):
        if found := _ORG.match(source.line(line)):
            yield _heading(source, line, len(found[1]), found.span(2))


def _latex(source: Source) -> Iterator[Heading]:
    for line in range(source.n_lines):
        if (found := _LATEX.match(source.line(line))) and found[2]:
            yield _heading(source, line, _LATEX_LEVELS.index(found[1]) + 1, found.span(2))


def _html(source: Source) -> Iterator[Heading]:
    for found in _HTML.finditer(source.text):
        if _TAG.sub(b"", found[2]).strip():
            body_line = source.line_of(found.end()) + 1
            yield Heading(int(found[1]), found.start(), found.span(2), body_line)


def _heading(source: Source, line: int, level: int, text: tuple[int, int]) -> Heading:
    start = source.line_start(line)
    return Heading(level, start, (start + text[0], start + text[1]), line + 1)


_FINDERS: Mapping[str, Callable[[Source], Iterator[Heading]]] = {
    "markdown": _markdown,
    "restructuredtext": _restructuredtext,
    "asciidoc": _asciidoc,
    "org": _org,
    "latex": _latex,
    "html": _html,
}

PROSE_FORMATS = frozenset((*_FINDERS, "plaintext"))
"""Languages whose sections `prose_sections` finds."""
