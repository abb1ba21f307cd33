"""Whatever a file yielded comes back from its packed form, and nothing else does."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lsp_server.errors import IndexDamaged
from lsp_server.model import Position, Span, Symbol, SymbolFlags, SymbolKind
from lsp_server.storage.file_yield import FileYield, SymbolWords, pack, unpack
from lsp_server.storage.symbol_record import pack_symbol, unpack_symbol

texts = st.text(max_size=20)
numbers = st.integers(0, 2**31)
ascii_positions = st.builds(lambda line, column: Position(line, column, column, column), numbers, numbers)
positions = ascii_positions | st.builds(Position, numbers, numbers, numbers, numbers)
spans = st.builds(Span, positions, positions)
ascii_spans = st.builds(Span, ascii_positions, ascii_positions)
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
def yields(draw: st.DrawFn) -> FileYield:
    n_rows = draw(st.integers(0, 4))
    return FileYield(
        digest=draw(st.binary(min_size=16, max_size=16)),
        language=draw(texts),
        skipped=draw(st.none() | texts),
        symbols=tuple(draw(symbols) for _ in range(n_rows)),
        texts=tuple(draw(words) for _ in range(n_rows)),
        vectors=draw(npst.arrays(np.float16, (n_rows, draw(st.integers(0, 8))))),
        words=draw(numbers),
    )


def values(file_yield: FileYield) -> dict[str, object]:
    found = {f.name: getattr(file_yield, f.name) for f in dataclasses.fields(file_yield)}
    return found | {"vectors": (file_yield.vectors.shape, file_yield.vectors.tobytes())}


@given(symbols)
def test_a_symbol_comes_back_from_its_record(symbol: Symbol) -> None:
    assert unpack_symbol(pack_symbol(symbol)) == symbol


@given(yields())
def test_a_yield_comes_back(file_yield: FileYield) -> None:
    assert values(unpack(pack(file_yield))) == values(file_yield)


@given(yields(), st.data())
def test_an_altered_yield_is_noticed(file_yield: FileYield, data: st.DataObject) -> None:
    packed = bytearray(pack(file_yield))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(IndexDamaged):
        unpack(bytes(packed))


@given(yields(), st.data())
def test_a_yield_cut_short_is_noticed(file_yield: FileYield, data: st.DataObject) -> None:
    packed = pack(file_yield)
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


def test_columns_of_different_lengths_are_refused() -> None:
    bare = FileYield(b"", "c", None, (), (), np.zeros((1, 2), np.float16), 0)
    with pytest.raises(ValueError, match="equally many"):
        pack(bare)
