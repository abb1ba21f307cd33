"""Related code leaves out what other files hold of a symbol: parts of its type, members apart from it."""

import pytest
from small_index import SmallIndex
from small_searches import innermost, line_of, near, qualified_names

CSHARP = (
    "public partial class Mapper {\n    public void ReadRow(Row row) { row.Read(); }\n}\n",
    "public partial class Mapper {\n    public void ReadRows(Rows rows) { rows.ReadAll(); }\n}\n",
)
RUBY = (
    "module Shop\n  class Cart\n    def read_row(row)\n      row.read\n    end\n  end\nend\n",
    "module Shop\n  class Cart\n    def read_rows(rows)\n      rows.read_all\n    end\n  end\nend\n",
)
CPP = (
    "void Cart::read_row(Row& row) {\n  row.read();\n}\n",
    "class Cart {\n  void read_row(Row& row);\n  void read_rows(Rows& rows) { rows.read_all(); }\n};\n",
)
RUST = (
    "use crate::cart::Cart;\nimpl Cart {\n    fn read_row(&self, row: Row) { row.read() }\n}\n",
    "pub struct Cart { rows: u8 }\nimpl Cart {\n    fn read_rows(&self, rows: Rows) { rows.read_all() }\n}\n",
)
GO = (
    "package shop\n\nfunc (c *Cart) ReadRow(row Row) {\n\trow.Read()\n}\n",
    "package shop\n\ntype Cart struct { n int }\nfunc (c *Cart) ReadRows(rows Rows) {\n\trows.ReadAll()\n}\n",
)


@pytest.mark.parametrize(
    ("sources", "suffix", "members"),
    [
        (CSHARP, "cs", "Mapper.ReadRows"),
        (RUBY, "rb", "Shop.Cart.read_rows"),
        (CPP, "cpp", "Cart.read_rows"),
        (RUST, "rs", "Cart.read_rows"),
        (GO, "go", "Cart.ReadRows"),
    ],
)
def test_a_container_in_several_files_is_left_out_from_all(
    index: SmallIndex, sources: tuple[str, str], suffix: str, members: str
) -> None:
    index.commit({f"shop/one.{suffix}": sources[0], f"shop/two.{suffix}": sources[1]})
    line = next(
        n for n, text in enumerate(sources[0].splitlines()) if "read_row" in text or "ReadRow" in text
    )
    found = qualified_names(near(index.view(), f"shop/one.{suffix}", line, 12))
    assert members in found  # a sibling
    assert not {members.rpartition(".")[0], "Shop"} & set(found)


@pytest.mark.parametrize(
    ("sources", "suffix"), [(CSHARP, "cs"), (RUBY, "rb"), (CPP, "cpp"), (RUST, "rs"), (GO, "go")]
)
def test_members_in_other_files_are_left_out_as_those_in_its_own(
    index: SmallIndex, sources: tuple[str, str], suffix: str
) -> None:
    index.commit({f"shop/one.{suffix}": sources[0], f"shop/two.{suffix}": sources[1]})
    view, path = index.view(), f"shop/two.{suffix}"
    line = next(n for n, text in enumerate(sources[1].splitlines()) if "Cart" in text or "class" in text)
    column = max(sources[1].splitlines()[line].find("Cart"), sources[1].splitlines()[line].find("Mapper"))
    asked = innermost(view, path, line, column + 1)
    assert asked is not None
    assert asked[1].name in {"Cart", "Mapper"}
    found = qualified_names(near(view, path, line, column + 1))
    assert not [name for name in found if name.startswith(asked[1].qualified_name + ".")]


@pytest.mark.parametrize(
    ("suffix", "first", "second"),
    [
        ("py", "class Cart:\n    def read_row(self, row):\n        return row.read()\n", None),
        ("rs", RUST[1], None),
        ("cs", "class Cart {\n  void ReadRow(Row row) { row.Read(); }\n}\n", None),
        ("go", "package a\n" + GO[1][12:], "package b\n" + GO[1][12:]),
    ],
)
def test_another_type_of_the_same_name_is_related(
    index: SmallIndex, suffix: str, first: str, second: str | None
) -> None:
    index.commit({f"a/one.{suffix}": first, f"b/two.{suffix}": second or first.replace("row", "line")})
    line = next(n for n, text in enumerate(first.splitlines()) if "read" in text.lower())
    found = near(index.view(), f"a/one.{suffix}", line, 9)
    assert ("b/two." + suffix, "Cart") in [(one.path, one.symbol.name) for one in found]


@pytest.mark.parametrize(
    ("suffix", "first", "second", "part"),
    [
        ("cs", *CSHARP, "class Mapper"),
        ("rb", *RUBY, "class Cart"),
        ("cpp", CPP[1], "class Cart;\nvoid show_cart(const Cart& cart);\n", "class Cart"),
        ("rs", RUST[1], "pub use crate::one::Cart;\n", "struct Cart"),
    ],
)
def test_other_parts_of_a_type_are_the_type_itself(
    index: SmallIndex, suffix: str, first: str, second: str, part: str
) -> None:
    index.commit({f"shop/one.{suffix}": first, f"shop/two.{suffix}": second})
    line = line_of(first, part)
    column = first.splitlines()[line].index(part) + len(part)
    found = near(index.view(), f"shop/one.{suffix}", line, column)
    assert not {"Cart", "Mapper", "Shop.Cart"} & set(qualified_names(found))


def test_a_type_is_related_to_where_it_is_given_on(index: SmallIndex) -> None:
    index.commit({"shop/one.rs": RUST[1], "shop/two.rs": "pub use crate::one::Cart;\n"})
    assert "Cart" in qualified_names(near(index.view(), "shop/two.rs", 0, 22))


@pytest.mark.parametrize(
    ("path", "source", "header", "declaring"),
    [
        (
            "src/rows.c",
            "int read_row(struct row *row)\n{\n\treturn row->text;\n}\n",
            "include/rows.h",
            "int read_row(struct row *row);\n",
        ),
        (
            "src/rows.cpp",
            "int read_row(Row& row) {\n  return row.text;\n}\n",
            "src/all.h",
            "int read_row(Row& row);\n",
        ),
        (
            "src/rows.ml",
            "let read_row row =\n  let text = row.text in\n  text\n",
            "src/rows.mli",
            "val read_row : row -> string\n",
        ),
    ],
)
def test_what_declares_a_function_is_the_function_itself(
    index: SmallIndex, path: str, source: str, header: str, declaring: str
) -> None:
    index.commit({path: source, header: declaring})
    assert "read_row" not in qualified_names(near(index.view(), path, 0, 6))
    assert "read_row" in qualified_names(near(index.view(), header, 0, 6))  # from there it is worth knowing


def test_another_modules_function_of_the_same_name_is_related(index: SmallIndex) -> None:
    source = "let read_row row =\n  let text = row.text in\n  text\n"
    index.commit({"a/rows.ml": source, "b/lines.mli": "val read_row : row -> string\n"})
    assert "read_row" in qualified_names(near(index.view(), "a/rows.ml", 0, 6))
