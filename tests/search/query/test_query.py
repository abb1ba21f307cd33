import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.model import SymbolKind
from lsp_server.search.query.syntax import ParsedQuery, kind_named, parse_query


def test_words_are_split_like_the_index_splits_them() -> None:
    parsed = parse_query("where is HTTPServer.getUserById retried?")
    assert parsed.text == "where is HTTPServer.getUserById retried?"
    assert parsed.words == ("where", "is", "http", "server", "get", "user", "by", "id", "retried")


def test_all_filters_at_once() -> None:
    parsed = parse_query('retry kind:class lang:py path:src/** name:foo -word "exact phrase" -path:tests/')
    assert parsed.text == "retry exact phrase"
    assert parsed.kinds == frozenset({SymbolKind.CLASS})
    assert parsed.languages == frozenset({"python"})
    assert parsed.include == ("src/**",)
    assert parsed.exclude == ("tests/",)
    assert parsed.names == ("foo",)
    assert parsed.excluded == (("word",),)
    assert parsed.phrases == (("exact", "phrase"),)


def test_the_same_key_twice_is_either() -> None:
    parsed = parse_query("kind:class kind:method lang:go language:c++ name:a name:b path:*.go path:*.c x")
    assert parsed.kinds == frozenset({SymbolKind.CLASS, SymbolKind.METHOD})
    assert parsed.languages == frozenset({"go", "cpp"})
    assert parsed.names == ("a", "b")
    assert parsed.include == ("*.go", "*.c")


@pytest.mark.parametrize(
    "query",
    [
        "kind:banana",
        "lang:klingon",
        "colour:red",
        "kind:",
        "std::vector",
        "https://example.org/a",
        "path:a\\",
        "path:a*b*c*d*e*f*g",
        'open "quote',
        'print("hello world")',
        "a - b",
        "x = -1",
        "git --force",
        "->",
        'foo:"bar baz"',
    ],
)
def test_what_is_not_understood_is_text(query: str) -> None:
    parsed = parse_query(query)
    assert parsed.text == query
    assert (parsed.kinds, parsed.languages, parsed.include, parsed.names) == (None, None, (), ())
    assert (parsed.phrases, parsed.excluded) == ((), ())


def test_values_may_be_quoted() -> None:
    parsed = parse_query('name:"foo bar" path:"my dir/**" kind:"class"')
    assert (parsed.names, parsed.include, parsed.kinds) == (
        ("foo bar",),
        ("my dir/**",),
        frozenset({SymbolKind.CLASS}),
    )
    assert parsed.text == ""


def test_excluded_identifiers_and_phrases_are_runs_of_words() -> None:
    assert parse_query('a -fooBar -"two words"').excluded == (("foo", "bar"), ("two", "words"))


def test_a_flag_of_one_letter_excludes_nothing() -> None:
    parsed = parse_query("split-window -h -test")
    assert (parsed.text, parsed.excluded) == ("split-window -h", (("test",),))


def test_code_keeps_its_quotes_and_dashes() -> None:
    code = 'kind:function\nif -x:\n    log("a b") or "c d" '
    parsed = parse_query(code)
    assert parsed.kinds == frozenset({SymbolKind.FUNCTION})
    assert parsed.text == 'if -x: log("a b") or "c d"'
    assert (parsed.phrases, parsed.excluded) == ((), ())


@pytest.mark.parametrize(
    "message",
    [
        'LookupError: no ledger for "Berlin" was found',
        "ld: cannot find -lssl",
        'app.py:12: unknown option -x in "a b" here',
        'Error: Library "foo" not found',
        'Command "foo" is not defined.',
    ],
)
def test_a_pasted_message_keeps_its_quotes_and_dashes(message: str) -> None:
    parsed = parse_query(f"{message} kind:function")
    assert parsed.text == message
    assert (parsed.phrases, parsed.excluded) == ((), ())
    assert parsed.kinds == frozenset({SymbolKind.FUNCTION})


def test_a_filter_with_a_blank_before_its_value_makes_no_message() -> None:
    parsed = parse_query('retry Kind: function "exact phrase" -word')
    assert (parsed.phrases, parsed.excluded) == ((("exact", "phrase"),), (("word",),))


@pytest.mark.parametrize(
    ("query", "identifiers"),
    [
        ("getUserById", ("getUserById",)),
        ("where is Foo::bar called", ("Foo::bar",)),
        ("call pkg.mod.func and snake_case", ("pkg.mod.func", "snake_case")),
        ("Where is the parser", ()),
        ("parser", ("parser",)),
        ("parse()", ("parse",)),
        ("use HTTPServer and base64", ("HTTPServer", "base64")),
        ("ptr->next_item", ("ptr->next_item",)),
        ("who calls pkg.Screen:show", ("pkg.Screen:show",)),
        ("app.py:12: no such file", ("app.py",)),
        ("ends here. Then", ()),
        ("what does __init__ do", ("__init__",)),
        ("_ and __", ()),
        ("-[Cache storeData:forKey:] + 120", ("Cache.storeData:forKey",)),
        ("Store.fetch!", ("Store.fetch!",)),
        ("valid?", ("valid?",)),
        ("~DBImpl", ("~DBImpl",)),
        ("DB::~DB()", ("DB::~DB",)),
        ("operator==", ("operator==",)),
        ("Slice::operator[]", ("Slice::operator[]",)),
        ("who calls getUserById?", ("getUserById",)),
        ("who calls Store.fetch!?", ("Store.fetch!",)),
        ("if(userName!=null)", ("userName",)),
        ("userName?.length", ("userName",)),
        ("größeÄndern jetzt", ()),
    ],
)
def test_identifiers_are_seen_by_their_form(query: str, identifiers: tuple[str, ...]) -> None:
    assert parse_query(query).identifiers == identifiers


def test_whole_names_are_last_parts_and_joined_words() -> None:
    assert parse_query("Foo::getBar").whole_names == ("getbar", "foogetbar", "foo_get_bar")
    assert parse_query("read file").whole_names == ("readfile", "read_file")
    assert parse_query("how are failed requests tried again later").whole_names == ()


def test_a_query_may_ask_nothing() -> None:
    assert parse_query("").asks_nothing
    assert parse_query("  ?! ").asks_nothing
    assert parse_query("-word").asks_nothing
    assert not parse_query("kind:class").asks_nothing
    assert not parse_query("word").asks_nothing


@pytest.mark.parametrize(
    ("name", "kind"),
    [(kind.label, kind) for kind in SymbolKind]
    + [("FN", SymbolKind.FUNCTION), ("Trait", SymbolKind.INTERFACE), ("enum_member", SymbolKind.ENUM_MEMBER)]
    + [("record", SymbolKind.STRUCT), ("type", SymbolKind.CLASS), ("nonsense", None), ("", None)],
)
def test_kinds_go_by_label_and_synonym(name: str, kind: SymbolKind | None) -> None:
    assert kind_named(name) == kind


PIECES = st.sampled_from(
    [
        "kind:",
        "class",
        "lang:",
        "py",
        "path:",
        "**",
        "name:",
        "-",
        '"',
        " ",
        "\n",
        "foo",
        "::",
        "\ud800",
        "é",
        "[",
        "!",
    ]
)


@given(st.text() | st.lists(PIECES, max_size=30).map("".join))
def test_no_query_is_refused(query: str) -> None:
    parsed = parse_query(query)
    assert isinstance(parsed, ParsedQuery)
    parsed.text.encode("utf-8")
    assert parsed.whole_names is not None


def test_endless_queries_are_cut() -> None:
    assert len(parse_query('"a ' * 1_000_000).text) <= 8_000


@pytest.mark.parametrize(
    "query",
    [
        "getUserById",
        "user",
        "class",
        "def get_user",
        "pub async fn get_user",
        "type UserStore struct",
        "#define USER_ID",
    ],
)
def test_a_name_with_what_declares_it_is_one_name(query: str) -> None:
    assert parse_query(query).is_one_name


@pytest.mark.parametrize(
    "query", ["class loader", "test get_user", "get_user get_name", "class struct", "user id"]
)
def test_words_and_names_in_company_are_no_single_name(query: str) -> None:
    assert not parse_query(query).is_one_name


def test_brackets_in_a_log_are_no_message_to_an_object() -> None:
    assert parse_query("usage: run [main thread] started").identifiers == ()
    assert parse_query("-[Cache storeData:forKey:]").identifiers
