"""What declares, repeats or only ends something stands behind the thing itself."""

from dataclasses import replace

import pytest
from ranked_ones import One, apart, order

from lsp_server.model import SymbolFlags, SymbolKind

DECLARES = SymbolFlags.DECLARATION


def test_a_definition_comes_before_its_declaration() -> None:
    ones = apart(One("merge", similarity=0.9, flags=DECLARES), One("merge"), One("mergeAll"))
    assert order("merge", ones, identifiers="merge") == [1, 0, 2]


def test_better_symbols_of_its_file_leave_a_definition_before_its_declaration() -> None:
    better = [One(f"wins{n}", path="log.c", similarity=1.0 + n / 10) for n in range(5)]
    declared = One("merge", path="log.h", similarity=0.9, flags=DECLARES)
    ranked = order("combine records", [declared, One("merge", path="log.c", similarity=0.9), *better])
    assert ranked.index(1) < ranked.index(0)


@pytest.mark.parametrize(
    ("declaration", "definition", "first"),
    [
        (One("merge", path="all.h", flags=DECLARES), One("merge", path="merger.c"), 1),
        (One("merge", "Log", path="log.h", flags=DECLARES), One("merge", "Log", path="log.cc"), 1),
        (One("merge", path="log.mli", flags=DECLARES), One("merge", path="log.ml"), 1),
        # Something else of the same name:
        (One("merge", path="log.mli", flags=DECLARES), One("merge", path="table.ml"), 0),
        (One("merge", "Log", path="log.h", flags=DECLARES), One("merge", "Table", path="log.cc"), 0),
        (One("merge", path="a.h", flags=DECLARES), One("merge", path="t.c", flags=SymbolFlags.TEST), 0),
    ],
)
def test_what_a_declaration_is_found_by_leads_to_its_definition(
    declaration: One, definition: One, first: int
) -> None:
    found, other = replace(declaration, similarity=0.9), replace(definition, similarity=0.4)
    between = One("combine", path="b.c", similarity=0.6)
    assert order("put two runs together", [found, other, between])[0] == first


@pytest.mark.parametrize("flag", [SymbolFlags.TEST, SymbolFlags.EXAMPLE, SymbolFlags.VENDORED])
def test_a_name_in_a_test_comes_after_the_same_name_outside(flag: SymbolFlags) -> None:
    declared = One("enqueue", similarity=0.5, flags=DECLARES)
    ones = apart(One("enqueue", similarity=0.6, flags=flag), declared)
    assert order("enqueue", ones, identifiers="enqueue") == [1, 0]


def test_a_destructor_comes_after_its_class() -> None:
    ones = apart(One("~Batch", similarity=0.9), One("Batch", kind=SymbolKind.CLASS, similarity=0.88))
    assert order("collect writes", ones) == [1, 0]
