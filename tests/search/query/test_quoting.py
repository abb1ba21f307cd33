from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_index import SmallIndex

from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.quoting import Quotation
from lsp_server.search.results import SearchMode, SearchRequest, SearchResult
from lsp_server.text import split_words

LEDGER = '''
class Ledger:
    def transfer(self, source, target, amount):
        """Move money."""
        if amount <= 0:
            return
        if source.closed:
            raise LookupError(f"the books of this branch are closed until {source.day}")
        source.take(amount)
        target.give(amount)

    def day_of(self, when):
        return when.day
'''
BRANCH = '''
class Branch:
    """A branch, its books, and when they are closed."""

    def close_books(self):
        """Close the books of the branch."""
        self.closed = True

    def closed_until(self):
        """Until when the branch is closed."""
        return self.day
'''
TESTED = """
def test_a_closed_branch_refuses():
    message = refused(closed_branch())
    assert message == "the books of this branch are closed until monday"
"""
FILES: Mapping[str, str] = {
    "bank/ledger.py": LEDGER,
    "bank/branch.py": BRANCH,
    "tests/test_ledger.py": TESTED,
    "NEWS.md": "# News\n\n## 1.2\n\nNo more `the books of this branch are closed until` on holidays.\n",
}


@pytest.fixture
def bank(index: SmallIndex) -> SmallIndex:
    index.commit(FILES)
    return index


def best(view: FolderView, query: str, mode: SearchMode = SearchMode.HYBRID) -> SearchResult:
    return search([view], SearchRequest(query, mode=mode), Cancel()).results[0]


@pytest.mark.parametrize(
    "query",
    [
        "the books of this branch are closed until",
        "The books of this branch are closed until Tuesday.",
        "LookupError: the books of this branch are closed until tuesday, 4 May",
    ],
)
def test_what_holds_a_message_comes_first_whatever_stands_around_it(bank: SmallIndex, query: str) -> None:
    found = best(bank.view(), query)
    assert found.symbol.qualified_name == "Ledger.transfer"
    assert found.score >= 0.7


def test_a_message_is_found_in_an_open_buffer(bank: SmallIndex) -> None:
    changed = LEDGER.replace("are closed until", "stay shut before")
    view = bank.view({"bank/ledger.py": changed})
    assert best(view, "the books of this branch stay shut before monday").symbol.name == "transfer"


def test_filters_hold_for_quotations(bank: SmallIndex) -> None:
    found = best(bank.view(), "the books of this branch are closed until path:tests/**")
    assert found.path == "tests/test_ledger.py"


def test_tests_are_quoted_where_they_are_asked_for(bank: SmallIndex) -> None:
    bank.commit({"bank/ledger.py": None})
    assert best(bank.view(), "the books of this branch are closed until").path == "bank/branch.py"
    assert best(bank.view(), "test the books of this branch are closed until").symbol.name.startswith("test_")


def test_the_section_of_a_long_function_answers_where_nothing_else_holds_it(index: SmallIndex) -> None:
    steps = "".join(f"    step_{number}(value, {number})\n" for number in range(400))
    source = (
        f"def everything(value):\n{steps}\n    # Wind up\n\n"
        "    if not value:\n        fail('the kettle was left on the stove')\n" + steps
    )
    index.commit(
        {"long.py": source, "kettle.py": "def put_kettle_on_stove(kettle):\n    return kettle.left\n"}
    )
    found = best(index.view(), "the kettle was left on the stove")
    assert found.path == "long.py"


def test_the_end_of_a_function_with_many_words_answers(index: SmallIndex) -> None:
    options = [f'    add("--option-{n}", help="What the option of that number does.")' for n in range(60)]
    last = '    add("--strict", help="Treat a warning as an error.")'
    index.commit(
        {
            "options.py": "\n".join(["def options(add):", *options, last]),
            "warning.py": "def treat_warning(warning):\n    return error(warning)\n",
        }
    )
    assert best(index.view(), "Treat a warning as an error.").symbol.name == "options"


def test_a_catalog_for_translators_leaves_a_message_to_the_code(index: SmallIndex) -> None:
    source = 'def check(kind):\n    raise LookupError(_("Unknown register type %d") % kind)\n'
    entry = '#, c-format\nmsgid "Unknown register type %d"\nmsgstr "Unbekannter Registertyp %d"\n'
    index.commit({f"po/{number}.po": entry * 30 for number in range(70)} | {"register.py": source})
    assert best(index.view(), "Unknown register type 99").symbol.name == "check"


FILLED_IN: Mapping[str, str] = {
    "shop/orders.py": """
def place(order):
    if order.kind not in KINDS:
        raise ValueError(f"Unsupported order type {order.kind}")
    log.info(f"Refreshing {order.path} due to late delivery")
    log.error(f"Failed to read key={order.key} err={order.error}")
    raise LookupError(f"no stock left: {order.item}")
""",
    "shop/types.py": """
def supported_order_types():
    \"""The types of orders that are supported, by MIME type.\"""
    return KINDS


def read_key(order, timeout):
    \"""Read the key of an order.\"""
    log.info("Failed to read line", timeout)


def delivery_refresh(order_type):
    \"""Refresh what is late: the delivery of an order, its type, the stock that is left.\"""
    return order_type.refresh_late_delivery()
""",
}


@pytest.mark.parametrize(
    "query",
    [
        "Unsupported order type application/zip",
        "ValueError: Unsupported order type 17",
        "Refreshing 42 due to late delivery",
        "Refreshing orders.csv due to late delivery.",
        "Failed to read key=orders/17 err=timeout",
        "no stock left: bolts",
        "what now: “no stock left”",
    ],
)
def test_a_message_is_found_by_the_part_between_its_values(index: SmallIndex, query: str) -> None:
    index.commit(FILLED_IN)
    assert best(index.view(), query).symbol.name == "place"
    buffer = {"shop/orders.py": FILLED_IN["shop/orders.py"] + "\n"}
    assert best(index.view(buffer), query).symbol.name == "place"


def test_a_label_is_found_by_its_capital_letter_and_all_its_words(index: SmallIndex) -> None:
    index.commit(
        {
            "menu.tsx": "function entries() {\n  return [add('Toggle read status'), add('Quit')]\n}\n",
            "status.ts": "export function toggleStatus(read) {\n  return setReadStatus(!read)\n}\n",
        }
    )
    assert best(index.view(), "Toggle read status").symbol.name == "entries"
    assert best(index.view(), "toggle read status").symbol.name == "toggleStatus"


def test_a_part_counts_only_where_nothing_holds_more_of_the_message(index: SmallIndex) -> None:
    index.commit(
        {
            "find.py": "def find_root():\n    die('not a shop folder (or any of its parent folders)')\n",
            "shop.py": "def shop_folder():\n    warn('not a shop folder')\n",
        }
    )
    message = "fatal: not a shop folder (or any of its parent folders): /srv"
    assert best(index.view(), message).symbol.name == "find_root"


@pytest.mark.parametrize(
    "text",
    [
        "unsupported order type",  # somebody's own words
        "Which order type is unsupported?",
        "is it in the: ledger",  # says too little
        "two words: 17",
        "no stock left\nof bolts: 17",  # code or a trace
    ],
)
def test_what_is_no_part_of_a_message(text: str) -> None:
    assert Quotation.of_part(text).runs == ()


def test_words_in_another_order_are_no_quotation(bank: SmallIndex) -> None:
    found = best(bank.view(), "close the books of the branch")
    assert found.symbol.name == "close_books"


def quotation(text: str) -> Quotation:
    return Quotation.of(text, split_words(text))


def test_runs_are_four_words_of_which_two_say_something() -> None:
    assert quotation("'is it in the open ledger?'").runs == (("in", "the", "open", "ledger"),)
    assert quotation("(open the ledger)").runs == ()


@pytest.mark.parametrize(
    "name",
    ["com.shop.web.cart.CartServlet.addItem", "-[ShopCart addItem:toCart:ofBuyer:]", "a/b/CartItemView.kt"],
)
def test_the_words_of_one_name_are_no_quotation(name: str) -> None:
    assert quotation(name).runs == ()
    assert quotation(f"{name} is not there").runs


@given(st.text())
def test_any_text_may_be_asked_for(text: str) -> None:
    assert all(len(run) == 4 for run in quotation(text).runs)


def test_of_a_long_query_only_some_runs_are_looked_for() -> None:
    runs = quotation(" ".join(f"{letter}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")).runs
    assert 6 <= len(runs) <= 12
    assert runs[-1][-1] > "t"


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("ValueError: no such ledger", 1),
        ("error no such ledger page seven here", 3),
        ("error: no such ledger page seven here", 2),
        ("error: " + " ".join(f"word{letter}" for letter in "abcdefghijkl"), 3),
        ("what's a ledger that doesn't close", 3),
    ],
)
def test_half_of_what_looks_pasted_is_enough_and_three_runs_always(text: str, least: int) -> None:
    assert quotation(text).least == least


def test_a_short_question_is_no_quotation_of_a_comment_that_says_the_same(index: SmallIndex) -> None:
    index.commit(
        {
            "paint.py": "def main():\n    # fill the whole canvas\n    brush = find()\n    sing(brush)\n",
            "canvas.py": "class Canvas:\n    def fill(self, colour):\n        self.whole = colour\n",
        }
    )
    assert best(index.view(), "fill the whole canvas").path == "canvas.py"
    assert best(index.view(), "# 'fill the whole canvas'").symbol.name == "main"


def test_a_question_with_one_run_that_says_something_is_no_quotation(index: SmallIndex) -> None:
    index.commit(
        {
            "blend.py": "def blend():\n    # this runs before we get the user session\n    return mix()\n",
            "session.py": "class Sessions:\n    def user_session(self, key):\n        return self.of[key]\n",
        }
    )
    assert quotation("how do we get the user session").runs == ()
    assert best(index.view(), "how do we get the user session").path == "session.py"


def test_many_tests_of_a_message_leave_room_for_where_it_comes_from(index: SmallIndex) -> None:
    told = "error('cannot withdraw more than the available balance')"
    tests = {f"tests/test_{n}.py": f"def test_{n}():\n    assert {told} == {n}\n" for n in range(70)}
    source = f"class Bank:\n    def pay(self):\n        raise {told}\n"
    index.commit(tests | {"zoo/bank.py": source, "NEWS.md": f"# News\n\n{told} is told.\n"})
    assert best(index.view(), "cannot withdraw more than the available balance").symbol.name == "pay"


def test_a_qualified_name_is_a_name_and_no_quotation(index: SmallIndex) -> None:
    index.commit(
        {
            "shop/cash/till.py": "class CashTill:\n    def ring(self):\n        self.bell()\n",
            "shop/use.py": "def sell(goods):\n    till = shop.cash.till.CashTill()\n    till.ring()\n",
        }
    )
    assert best(index.view(), "shop.cash.till.CashTill").symbol.name == "CashTill"


SETUP = """
def prepare(environment, options):
    most = environment.get("TILL_CASH_LIMIT")
    if most is None:
        most = options.get("till-cash-limit", 500)
    return most
"""
TILL = '''
class Till:
    """The till, its cash, and what limits it."""

    def limit_cash(self, cash):
        """Limit the cash of the till."""
        self.limit = min(cash, self.limit)

    def cash_of_till(self):
        return self.cash
'''


@pytest.mark.parametrize("query", ["TILL_CASH_LIMIT", "--till-cash-limit", "till.cash.limit"])
def test_a_variable_or_flag_is_found_where_it_is_mentioned(index: SmallIndex, query: str) -> None:
    index.commit({"shop/setup.py": SETUP, "shop/till.py": TILL})
    found = best(index.view(), query)
    assert found.symbol.name == "prepare"
    assert found.score >= 0.5


def test_a_variable_is_found_where_an_open_buffer_mentions_it(index: SmallIndex) -> None:
    index.commit({"shop/till.py": TILL})
    assert best(index.view({"shop/setup.py": SETUP}), "TILL_CASH_LIMIT").symbol.name == "prepare"


def test_a_name_that_is_gone_is_found_where_it_is_still_mentioned(index: SmallIndex) -> None:
    named = {"shop/limits.py": "def till_cash_limit():\n    pass\n", "till_cash_limit.py": "LIMIT = 3\n"}
    index.commit({"shop/setup.py": SETUP, "shop/till.py": TILL, **named})
    index.commit(dict.fromkeys(named))
    for query in ("TILL_CASH_LIMIT", "till_cash_limit"):
        found = best(index.view(), query)
        assert found.symbol.name == "prepare"
        assert found.score >= 0.5


def test_names_come_before_what_mentions_them(index: SmallIndex) -> None:
    index.commit({"shop/setup.py": SETUP, "shop/till.py": TILL})
    named = "def till_cash_limits():\n    pass\n"
    index.commit({"shop/limits.py": named})
    found = search([index.view()], SearchRequest("till_cash_limit"), Cancel()).results
    assert [one.symbol.name for one in found[:2]] == ["till_cash_limits", "prepare"]
    buffers = {"shop/limits.py": named + "\n\ndef till_cash_limit():\n    pass\n"}
    found = search([index.view(buffers)], SearchRequest("till_cash_limit"), Cancel()).results
    assert [one.symbol.name for one in found[:2]] == ["till_cash_limit", "till_cash_limits"]


def test_the_name_of_a_file_means_the_file_and_not_what_mentions_it(index: SmallIndex) -> None:
    opening = 'def cash_up():\n    return run("python city/shop/till.py --close")\n'
    index.commit({"city/shop/till.py": TILL, "evening.py": opening})
    for query in ("till.py", "shop/till.py", "city/shop"):
        assert best(index.view(), query).path == "city/shop/till.py"
    assert best(index.view(), "python/city/shop/till.py").symbol.name == "cash_up"


def test_a_message_with_a_quoted_value_is_found_though_nothing_holds_the_value(bank: SmallIndex) -> None:
    found = best(bank.view(), 'LookupError: the books of this branch are closed until "monday" or so')
    assert found.symbol.name == "transfer"
