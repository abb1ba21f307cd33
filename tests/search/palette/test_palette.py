import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_index import SmallIndex

from lsp_server.embedding import Embedder
from lsp_server.search.cancel import Cancel, Cancelled
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.palette.answer import CentralSymbols, palette
from lsp_server.search.results import SearchRequest, SearchResult

USERS = """
class UserStore:
    def getUserById(self, identifier):
        return self.rows[identifier]

    def remove(self, identifier):
        del self.rows[identifier]


def get_user_name(user):
    return user.name


user = None
"""

ORDERS = '''
class OrderStore:
    def remove(self, identifier):
        """Cancel the order and give the customer the money back."""
        self.refund(identifier)

    def refund(self, identifier):
        self.payments.reverse(identifier)
'''


def ask(
    views: Sequence[FolderView] | FolderView, query: str, limit: int = 500, *, meaning: bool = False
) -> tuple[SearchResult, ...]:
    views = [views] if isinstance(views, FolderView) else views
    found = palette(views, query, limit, Cancel(), meaning=meaning, central=CentralSymbols())
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({(one.folder, one.id) for one in found}) == len(found) <= limit
    return found


def names(found: Sequence[SearchResult]) -> list[str]:
    return [one.symbol.qualified_name for one in found]


@pytest.fixture
def shop(index: SmallIndex) -> SmallIndex:
    index.commit({"src/users.py": USERS, "src/orders.py": ORDERS})
    return index


def test_exact_names_come_first_and_score_one(shop: SmallIndex) -> None:
    found = ask(shop.view(), "user")
    assert found[0].symbol.name == "user"
    assert found[0].score == 1.0
    assert names(found)[:2] == ["user", "UserStore"]


@pytest.mark.parametrize("query", ["gUBI", "gubi", "getuserbyid", "GetUserById", "getUserById()"])
def test_humps_and_any_case_find_a_name(shop: SmallIndex, query: str) -> None:
    assert names(ask(shop.view(), query))[0] == "UserStore.getUserById"


def test_letters_in_order_score_one_half(shop: SmallIndex) -> None:
    (found,) = ask(shop.view(), "tsrbyd")
    assert (found.symbol.name, found.score) == ("getUserById", 0.5)


def test_files_are_found_by_name_and_by_folder(shop: SmallIndex) -> None:
    assert ask(shop.view(), "users.py")[0].path == "src/users.py"
    assert ask(shop.view(), "src/users.py")[0].path == "src/users.py"


@pytest.mark.parametrize(
    "query", ["OrderStore.remove", "orderstore::Remove", "OrderStore:remove", "orders.remove", "Order.remove"]
)
def test_a_container_narrows_a_name(shop: SmallIndex, query: str) -> None:
    assert names(ask(shop.view(), query)) == ["OrderStore.remove"]


def test_several_words_match_names_that_hold_all(shop: SmallIndex) -> None:
    assert names(ask(shop.view(), "user by id")) == ["UserStore.getUserById"]
    assert names(ask(shop.view(), "name user")) == ["get_user_name"]
    assert names(ask(shop.view(), "get user name")) == ["get_user_name"]


def test_separators_may_differ_from_the_names(shop: SmallIndex) -> None:
    assert names(ask(shop.view(), "get_user_by_id")) == ["UserStore.getUserById"]


def test_meaning_follows_names_and_scores_less(shop: SmallIndex) -> None:
    found = ask(shop.view(), "refund", meaning=True)
    assert found[0].symbol.name == "refund"
    assert len(found) > 1
    assert found[0].score == 1.0
    assert all(one.score < 1.0 for one in found[1:])


@pytest.mark.parametrize(
    "query", ["refund", "OrderStore.remove", "user id", "OrderStore.zzqy", "Stoer.refnud"]
)
@pytest.mark.parametrize("limit", [3, 500])
def test_what_follows_names_is_what_a_search_finds(shop: SmallIndex, query: str, limit: int) -> None:
    view = shop.view()
    by_name, filled = ask(view, query, limit), ask(view, query, limit, meaning=True)
    request = SearchRequest(query, limit=min(limit, 50), correct_spelling=not by_name)
    searched = [one.id for one in search([view], request, Cancel()).results]
    assert [one.id for one in filled] == list(dict.fromkeys([one.id for one in by_name] + searched))[:limit]
    assert len(filled) > len(by_name) or len(by_name) == limit


def test_a_sentence_is_answered_by_meaning(shop: SmallIndex) -> None:
    found = ask(shop.view(), "give the customer money back", limit=2, meaning=True)
    assert "OrderStore" in found[0].symbol.qualified_name


def test_without_meaning_only_names_answer(shop: SmallIndex) -> None:
    assert ask(shop.view(), "give the customer money back") == ()


def test_kinds_and_tests_order_equal_matches(index: SmallIndex) -> None:
    index.commit(
        {
            "tests/test_thing.py": "def build():\n    pass\n",
            "b.py": "def build():\n    pass\n",
            "a.py": "build = 1\n",
            "notes.md": "# build\n\nText.\n",
        }
    )
    paths = [one.path for one in ask(index.view(), "build")]
    assert paths == ["b.py", "tests/test_thing.py", "a.py", "notes.md"]


def test_equal_names_are_ordered_by_path(index: SmallIndex) -> None:
    index.commit({f"f{number}.py": "def run():\n    pass\n" for number in (3, 1, 2)})
    assert [one.path for one in ask(index.view(), "run", limit=2)] == ["f1.py", "f2.py"]


def test_an_open_buffer_stands_in_for_its_file(shop: SmallIndex) -> None:
    view = shop.view({"src/users.py": "def fresh_function():\n    pass\n"})
    assert names(ask(view, "fresh")) == ["fresh_function"]
    assert ask(view, "getUserById") == ()
    for found in ask(view, "gets user by its number", meaning=True):
        assert found.symbol.name != "getUserById"


def test_buffers_answer_before_there_is_an_index(index: SmallIndex) -> None:
    view = index.view({"a.py": USERS})
    assert names(ask(view, "gubi", meaning=True))[0] == "UserStore.getUserById"
    assert ask(view, "")[0].symbol.name in {"UserStore", "get_user_name"}


def test_removed_and_replaced_symbols_are_gone(shop: SmallIndex) -> None:
    shop.commit({"src/users.py": None, "src/orders.py": "def refund_all():\n    pass\n"})
    assert names(ask(shop.view(), "refund")) == ["refund_all"]
    assert ask(shop.view(), "user") == ()


def test_all_folders_answer(tmp_path: Path, embedder: Embedder) -> None:
    views = []
    for name in ("one", "two"):
        index = SmallIndex(tmp_path / name, embedder)
        index.commit({"a.py": f"def shared():\n    pass\n\n\ndef only_{name}():\n    pass\n"})
        views.append(index.view())
    assert [one.folder.parent.name for one in ask(views, "shared")] == ["one", "two"]
    assert names(ask(views, "only")) == ["only_one", "only_two"]


def test_an_empty_query_lists_what_the_code_speaks_of(index: SmallIndex) -> None:
    users = "".join(f"def use{n}(store):\n    return VectorIndex(store, {n})\n\n\n" for n in range(9))
    index.commit(
        {
            "index.py": "class VectorIndex:\n    pass\n\n\nclass RarelyUsed:\n    pass\n",
            "users.py": users,
            "tests/test_index.py": "class TestIndex:\n    pass\n",
        }
    )
    found = ask(index.view(), "")
    assert found[0].symbol.name == "VectorIndex"
    assert "TestIndex" not in names(found)
    assert len(ask(index.view(), " ", limit=3)) == 3


def test_central_symbols_follow_the_generation(index: SmallIndex) -> None:
    central = CentralSymbols()
    index.commit({"a.py": "class Early:\n    pass\n"})
    assert names(central.best([index.view()], 10, Cancel())) == ["Early"]
    index.commit({"a.py": "class Later:\n    pass\n"})
    assert names(central.best([index.view()], 10, Cancel())) == ["Later"]


@pytest.mark.parametrize("query", ["", "user", "a user", "A.b"])
def test_a_cancelled_palette_stops(shop: SmallIndex, query: str) -> None:
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(Cancelled):
        palette([shop.view()], query, 10, cancel, meaning=True, central=CentralSymbols())


def test_a_cancelled_list_of_what_the_code_speaks_of_looks_into_no_buffer(shop: SmallIndex) -> None:
    central, cancel = CentralSymbols(), Cancel()
    assert central.best([shop.view()], 10, cancel)
    cancel.cancel()
    with pytest.raises(Cancelled):
        central.best([shop.view({"src/more.py": "class MoreUsers:\n    pass\n"})], 10, cancel)


def test_meaning_fills_up_all_that_names_leave_free(shop: SmallIndex) -> None:
    in_words = len(ask(shop.view(), "remove"))
    assert 0 < in_words < 4
    assert len(ask(shop.view(), "remove", in_words + 1, meaning=True)) == in_words + 1


@pytest.mark.parametrize(
    "query", ["\0", "\ud800", "..", "::", "(((", "a" * 5_000, "é.ü", "- _", "*", "日本語 テスト"]
)
def test_no_query_fails(shop: SmallIndex, query: str) -> None:
    ask(shop.view(), query, meaning=True)


IDENTIFIERS = st.from_regex(r"[a-cA-C_][a-cA-C_1]{0,7}", fullmatch=True)


@settings(max_examples=25, deadline=None)
@given(
    files=st.lists(st.lists(IDENTIFIERS, min_size=1, max_size=12, unique=True), min_size=1, max_size=3),
    queries=st.lists(st.text("abcABC_1", min_size=1, max_size=4), min_size=1, max_size=6),
)
def test_every_name_with_the_letters_in_order_is_listed(
    embedder: Embedder, files: list[list[str]], queries: list[str]
) -> None:
    with TemporaryDirectory() as base:
        index = SmallIndex(Path(base), embedder)
        for number, functions in enumerate(files):
            text = "".join(f"def {name}():\n    pass\n\n\n" for name in functions)
            index.commit({f"f{number}.py": text})
        view = index.view()
        for query in queries:
            pattern = re.compile(".*".join(map(re.escape, query.lower())))
            expected = sorted(
                (f"f{number}.py", name)
                for number, functions in enumerate(files)
                for name in functions
                if pattern.search(name.lower())
            )
            found = [one for one in ask(view, query) if one.symbol.name != one.path]
            assert expected == sorted(
                (one.path, one.symbol.name) for one in found if pattern.search(one.symbol.name.lower())
            )
            assert len(ask(view, query, limit=2)) == min(2, len(ask(view, query)))


def test_types_come_before_functions_and_constructors_of_their_name(index: SmallIndex) -> None:
    source = "class Engine {\n  Engine() {}\n  Engine Engine(int a) { return this; }\n}\n"
    index.commit({"a/Box.java": source, "b/engine.py": "def Engine():\n    pass\n"})
    kinds = [one.symbol.kind.label for one in ask(index.view(), "Engine")]
    assert kinds[:4] == ["class", "function", "method", "constructor"]


def test_of_equal_names_the_file_that_is_called_so_comes_first(index: SmallIndex) -> None:
    partial = "partial class Mapper { int a; }\n"
    index.commit({f"{stem}.cs": partial for stem in ("Mapper.Async", "Mapper", "Mapper.Rows")})
    paths = [one.path for one in ask(index.view(), "mapper") if one.symbol.kind.label == "class"]
    assert paths == ["Mapper.cs", "Mapper.Async.cs", "Mapper.Rows.cs"]


def test_the_last_part_of_a_dotted_name_is_its_name(index: SmallIndex) -> None:
    index.commit(
        {
            "router.ex": "defmodule Shop.Router do\n  def router_scope(a), do: a\nend\n",
            "a.py": "routers = 1\n",
        }
    )
    for limit in (1, 500):
        assert names(ask(index.view(), "Router", limit))[0] == "Shop.Router"


def test_a_question_gets_the_answers_of_a_search(shop: SmallIndex) -> None:
    view, question = shop.view(), "give the customer the money back"
    searched = search([view], SearchRequest(question, limit=5), Cancel()).results
    assert names(ask(view, question, meaning=True))[:5] == [one.symbol.qualified_name for one in searched]


@pytest.mark.parametrize(
    "typed", ["OrderStore.", "OrderStore:", "OrderStore::", "OrderStore/", "OrderStore->"]
)
def test_a_separator_typed_behind_a_name_leaves_the_list_as_it_was(shop: SmallIndex, typed: str) -> None:
    view = shop.view()
    assert names(ask(view, typed)) == names(ask(view, "OrderStore"))


def test_operators_keep_their_signs(index: SmallIndex) -> None:
    index.commit({"a.cpp": "struct P { P* operator->() { return this; } P operator/(P b) { return b; } };\n"})
    assert names(ask(index.view(), "operator->"))[0] == "P.operator->"
    assert names(ask(index.view(), "operator/"))[0] == "P.operator/"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("remove()", "OrderStore.remove"),
        ("OrderStore.remove(identifier)", "OrderStore.remove"),
        ("refund(self, identifier)", "OrderStore.refund"),
        ("refund(self", "OrderStore.refund"),
        ("orders.py:7", "orders.py"),
        ("src/orders.py:7:12", "orders.py"),
        ("OrderStore.refund/1", "OrderStore.refund"),
    ],
)
def test_what_is_copied_along_with_a_name_is_left_out(shop: SmallIndex, query: str, name: str) -> None:
    found = ask(shop.view(), query)
    assert names(found)[0] == name
    assert found[0].score == 1.0


def test_a_sentence_keeps_its_brackets(shop: SmallIndex) -> None:
    assert not ask(shop.view(), "user id (of whom)")
    assert names(ask(shop.view(), "user id")) == ["UserStore.getUserById"]


@pytest.fixture
def packages(index: SmallIndex) -> SmallIndex:
    index.commit(
        {
            "shop/core/parts/Cart.php": "<?php\nclass Cart { function total() { return 1; } }\n",
            "shop/core/parts/CartLine.php": "<?php\nclass CartLine {}\n",
            "shop/core/till/mod.rs": "pub struct Till { a: u8 }\nimpl Till { fn ring(&self) {} }\n",
            "shop/core/till/smart.rs": "pub struct SmartTill { a: u8 }\npub fn carting() {}\n",
            "other/cart.py": "def total():\n    return 2\n",
        }
    )
    return index


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("core\\parts\\Cart", "Cart"),
        ("parts.Cart", "Cart"),
        ("shop.core.parts.Cart.total", "Cart.total"),
        ("shop::core::Till", "Till"),
        ("shop::till::Till::ring", "Till.ring"),
    ],
)
def test_a_name_with_its_package_is_that_very_name(packages: SmallIndex, query: str, name: str) -> None:
    found = ask(packages.view(), query)
    assert (names(found)[0], found[0].score) == (name, 1.0)


def test_a_container_further_up_is_not_the_one_around_a_name(packages: SmallIndex) -> None:
    (found, *_) = ask(packages.view(), "shop.Cart")
    assert found.symbol.name == "Cart"
    assert found.score == 0.9


def test_an_inherited_member_is_found_by_the_class_that_has_it(index: SmallIndex) -> None:
    base = "class Base:\n    def route(self):\n        pass\n"
    commands = "class App(Base):\n    pass\n\n\ndef routes_command():\n    pass\n"
    index.commit({"app/core/base.py": base, "app/commands.py": commands})
    assert names(ask(index.view(), "app.route"))[0] == "Base.route"


def test_within_a_loose_container_what_begins_so_comes_before_what_holds_it(packages: SmallIndex) -> None:
    found = names(ask(packages.view(), "shop.till"))
    assert found.index("Till") < found.index("SmartTill")


@pytest.mark.parametrize("typed", ["refudn", "reffund", "rafund", "OrderStore.refudn"])
def test_a_misspelt_name_is_found_though_other_names_have_its_letters(shop: SmallIndex, typed: str) -> None:
    last = typed.rpartition(".")[2]
    shop.commit({"src/far.py": "".join(f"def {'_x'.join(last)}{n}():\n    pass\n\n\n" for n in range(9))})
    found = ask(shop.view(), typed)
    assert names(found)[0] == "OrderStore.refund"
    assert found[0].score < 1.0
    if "." not in typed:
        assert len([one for one in found if one.path == "src/far.py"]) >= 9
    assert names(ask(shop.view(), typed, meaning=True))[0] == "OrderStore.refund"


def test_half_a_word_is_no_misspelling(shop: SmallIndex) -> None:
    assert names(ask(shop.view(), "ordst"))[0] == "OrderStore"
    assert names(ask(shop.view(), "gtusrnm"))[0] == "get_user_name"
