"""Cython is read as Python once its C types are left out."""

from lsp_server.model import SymbolFlags
from lsp_server.parsing.languages import LANGUAGES
from lsp_server.parsing.symbols import ParsedSymbol
from lsp_server.parsing.trees.extraction import extract
from lsp_server.parsing.trees.grammars.cython import without_types

SOURCE = '''\
import numpy as np
cimport numpy as cnp
from libc.math cimport sqrt

cdef extern from "grid.h" nogil:
    # The sine.
    double c_sin "sin" (double x)
    int width(int n,
              int m) except -1
    ctypedef struct cell_t:
        int x
    enum:
        MOST
    void reset()
    int at(n)

ctypedef cnp.float64_t DTYPE_t
cdef int LIMIT = 10
cdef double[:, ::1] table

cdef struct Pair:
    double *b

cdef enum Color:
    RED, GREEN = 2

cdef class Tree(Base):
    """A tree."""
    cdef public int depth

    def __cinit__(self, int depth, cnp.ndarray[double, ndim=2] x not None):
        self.depth = depth

    cdef inline int find(self, double *key,
                         int n=3) except -1 nogil:
        """Finds a key."""
        cdef int i = <int>n
        cdef Node* node
        return walk(&node)

    cpdef double total(self):
        return 1.0

    @staticmethod
    cdef void helper(int a) noexcept:
        pass

cdef int declared(int a)

async def last(int a): pass
'''


def found(source: str) -> dict[str, ParsedSymbol]:
    return {one.symbol.qualified_name: one for one in extract(source.encode(), LANGUAGES["python"])}


def test_classes_and_functions_are_found_with_what_they_say() -> None:
    listed = [
        f"{one.symbol.kind.label} {name} | {one.symbol.signature}" for name, one in found(SOURCE).items()
    ]
    assert listed == [
        'function c_sin | double c_sin "sin" (double x)',
        "function width | int width(int n, int m)",
        "class cell_t | ctypedef struct cell_t",
        "function reset | void reset()",
        "function at | int at(n)",
        "constant LIMIT | LIMIT = 10",
        "class Pair | cdef struct Pair",
        "class Color | cdef enum Color",
        "field Color.RED | RED, GREEN = 2",
        "field Color.GREEN | RED, GREEN = 2",
        "class Tree | cdef class Tree(Base)",
        "method Tree.__cinit__ | def __cinit__(self, int depth, cnp.ndarray[double, ndim=2] x not None)",
        "method Tree.find | cdef inline int find(self, double *key, int n=3) except -1 nogil",
        "method Tree.total | cpdef double total(self)",
        "method Tree.helper | cdef void helper(int a) noexcept",
        "function declared | cdef int declared(int a)",
        "function last | async def last(int a)",
    ]


def test_documentation_is_found() -> None:
    symbols = found(SOURCE)
    assert symbols["Tree.find"].symbol.documentation == "Finds a key."
    assert symbols["c_sin"].symbol.documentation == "The sine."


def test_a_function_of_c_is_a_declaration() -> None:
    assert found(SOURCE)["reset"].symbol.flags & SymbolFlags.DECLARATION


def test_every_byte_keeps_its_place() -> None:
    source, text = SOURCE.encode(), without_types(SOURCE.encode())
    assert [len(line) for line in text.split(b"\n")] == [len(line) for line in source.split(b"\n")]


def test_python_stays_as_it_is() -> None:
    assert without_types(b"cdef = f(1)\ncdef.name = 1\n") == b"cdef = f(1)\ncdef.name = 1\n"
    source = b'def f(a: int = 1) -> "cdef":\n    """\n    Like cdef int x.\n    """\n    return (a) + 1\n'
    assert without_types(source) == source
