"""Whatever an analysis says comes back from its packed form, and nothing else does."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lsp_server.errors import IndexDamaged
from lsp_server.model import Position, Span, Symbol, SymbolFlags, SymbolKind, symbol_id
from lsp_server.storage.file_analysis import FileAnalysis, SymbolWords, n_lines, pack, unpack
from lsp_server.storage.symbol_record import pack_symbol, unpack_symbol

texts = st.text(max_size=20)
numbers = st.integers(0, 2**31)
ascii_positions = st.builds(lambda line, column: Position(line, column, column, column), numbers, numbers)
columns = st.tuples(numbers, numbers, numbers).map(lambda three: sorted(three, reverse=True))
"""UTF-8 takes no fewer bytes than UTF-16 takes units, and that no fewer than there are characters."""
positions = ascii_positions | st.builds(lambda line, three: Position(line, *three), numbers, columns)
spans = st.tuples(positions, positions).map(lambda ends: Span(*sorted(ends)))
ascii_spans = st.tuples(ascii_positions, ascii_positions).map(lambda ends: Span(*sorted(ends)))
symbols = st.builds(
    Symbol,
    name=texts,
    kind=st.sampled_from(SymbolKind),
    language=texts,
    containers=st.lists(texts, max_size=3).map(tuple),
    signature=texts,
    documentation=texts,
    span=spans | ascii_spans,
    selection=spans | ascii_spans,
    nth=numbers,
    flags=st.integers(0, 63).map(SymbolFlags),
)
words = st.builds(SymbolWords, *[texts] * 6)


@st.composite
def analyses(draw: st.DrawFn) -> FileAnalysis:
    n_rows = draw(st.integers(0, 4))
    if draw(st.booleans()):
        return FileAnalysis.of_skipped(draw(st.binary(min_size=16, max_size=16)), draw(texts))
    return FileAnalysis.of(
        digest=draw(st.binary(min_size=16, max_size=16)),
        language=draw(texts),
        symbols=[draw(symbols) for _ in range(n_rows)],
        texts=[draw(words) for _ in range(n_rows)],
        vectors=draw(npst.arrays(np.float16, (n_rows, draw(st.integers(0, 8))))),
    )


def values(analysis: FileAnalysis) -> dict[str, object]:
    found = {f.name: getattr(analysis, f.name) for f in dataclasses.fields(analysis)}
    return {
        name: (value.shape, value.dtype.str, value.tobytes()) if isinstance(value, np.ndarray) else value
        for name, value in found.items()
    }


@given(symbols)
def test_a_symbol_comes_back_from_its_record(symbol: Symbol) -> None:
    assert unpack_symbol(pack_symbol(symbol)) == symbol


@given(analyses())
def test_an_analysis_comes_back(analysis: FileAnalysis) -> None:
    assert values(unpack(pack(analysis))) == values(analysis)


@given(analyses(), st.data())
def test_an_altered_analysis_is_noticed(analysis: FileAnalysis, data: st.DataObject) -> None:
    packed = bytearray(pack(analysis))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(IndexDamaged):
        unpack(bytes(packed))


@given(analyses(), st.data())
def test_an_analysis_cut_short_is_noticed(analysis: FileAnalysis, data: st.DataObject) -> None:
    packed = pack(analysis)
    with pytest.raises(IndexDamaged):
        unpack(packed[: data.draw(st.integers(0, len(packed) - 1))])


@given(st.binary(max_size=60))
def test_garbage_is_no_record(garbage: bytes) -> None:
    try:
        unpack_symbol(garbage)
    except IndexDamaged:
        return
    pytest.fail("garbage was taken for a symbol")


def test_an_ascii_symbol_needs_one_column_per_place() -> None:
    ascii_place, other_place = Position(3, 4, 4, 4), Position(3, 6, 4, 4)

    def size(place: Position) -> int:
        span = Span(place, place)
        return len(pack_symbol(Symbol("f", SymbolKind.FUNCTION, "c", (), "", "", span, span)))

    assert size(ascii_place) < size(other_place)


def a_symbol(name: str, kind: SymbolKind = SymbolKind.FUNCTION, language: str = "python") -> Symbol:
    span = Span(Position(0, 0, 0, 0), Position(1, 0, 0, 0))
    return Symbol(name, kind, language, ("Outer",), "", "", span, span, nth=2, flags=SymbolFlags.TEST)


def an_analysis(*symbols: Symbol) -> FileAnalysis:
    texts = [SymbolWords(symbol.name, "", "", "", "", "") for symbol in symbols]
    vectors = np.arange(2 * len(symbols), dtype=np.float16).reshape(-1, 2)
    return FileAnalysis.of(b"d" * 16, "python", symbols, texts, vectors)


def test_columns_and_records_tell_the_same() -> None:
    wanted = (a_symbol("a"), a_symbol("b", SymbolKind.CLASS, "sql"))
    found = unpack(pack(an_analysis(*wanted)))
    assert found.symbols() == wanted
    assert len(found) == 2
    assert found.names == ("a", "b")
    assert found.qualified_names == ("Outer.a", "Outer.b")
    assert found.languages == ("python", "sql")
    assert found.kinds.tolist() == [SymbolKind.FUNCTION, SymbolKind.CLASS]
    assert (found.flags.tolist(), found.nths.tolist()) == ([SymbolFlags.TEST] * 2, [2, 2])
    assert found.lines.tolist() == [1, 1]


def test_more_lines_than_a_byte_counts_are_255() -> None:
    places = [Position(line, 1, 1, 1) for line in (0, 253, 254, 255, 70_000)]
    spans = [Span(places[0], end) for end in places]
    symbols = [Symbol("f", SymbolKind.FUNCTION, "c", (), "", "", span, span) for span in spans]
    assert n_lines(symbols).tolist() == [1, 254, 255, 255, 255]


def test_a_line_that_a_symbol_ends_at_the_beginning_of_is_none_of_its_lines() -> None:
    spans = [Span(Position(3, 0, 0, 0), Position(*end)) for end in ((3, 0, 0, 0), (4, 0, 0, 0), (5, 1, 1, 1))]
    symbols = [Symbol("f", SymbolKind.FUNCTION, "c", (), "", "", span, span) for span in spans]
    assert n_lines(symbols).tolist() == [1, 1, 3]


def test_ids_depend_on_the_path_alone() -> None:
    symbol = a_symbol("a")
    ids = an_analysis(symbol).symbol_ids("src/a.py")
    assert ids.tolist() == [symbol_id("src/a.py", "Outer.a", SymbolKind.FUNCTION, 2)]


def test_another_file_entry_replaces_the_first_symbol_only() -> None:
    before = an_analysis(a_symbol("old.py", SymbolKind.FILE), a_symbol("f"))
    after = before.with_file_entry(
        a_symbol("new.py", SymbolKind.FILE), SymbolWords("new", "new.py", "", "", "", "")
    )
    assert after.names == ("new.py", "f")
    assert after.symbols() == (a_symbol("new.py", SymbolKind.FILE), a_symbol("f"))
    assert [text.name for text in after.texts] == ["new", "f"]
    assert np.array_equal(after.vectors, before.vectors)
    assert values(unpack(pack(after))) == values(after)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="as many texts and vectors as symbols"):
        FileAnalysis.of(b"", "c", (), (), np.zeros((1, 2), np.float16))
