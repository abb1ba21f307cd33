"""What the grammars do not know, or read as something else, is found all the same."""

from listed import check

from lsp_server.parsing.languages import LANGUAGES, load_grammar
from lsp_server.parsing.trees.grammars import rules_of
from lsp_server.parsing.trees.grammars.luau import without_types
from lsp_server.parsing.trees.tree import parse_in_time


def test_members_that_extend_a_type_in_csharp() -> None:
    check(
        "csharp",
        """static class Extensions
{
    extension<T>(IEnumerable<T> source) where T : allows ref struct
    {
        /// <summary>Says so.</summary>
        public bool IsEmpty => !source.Any();
    }
    extension(string)
    {
        public static int Parse((int, int) a) { return 1; }
    }
    public static int Last() => 1;
}
class After { }
""",
        "1-13 class Extensions",
        "5-6 property Extensions.IsEmpty | Says so.",
        "10-10 method Extensions.Parse",
        "12-12 method Extensions.Last",
        "14-14 class After",
    )


def test_guards_fields_and_delegates_of_kotlin() -> None:
    check(
        "kotlin",
        """class Shop(val items: List<Item>) : Base(items), Sells by items {
    val state: State<Int>
        field = MutableState(0)
    private val names: List<String>
        field: MutableList<String> = mutableListOf()
    override fun sell(x: Any) = when (x) {
        is Item if x.price > 3 && x.sold -> "a"
        else if x == null -> "b"
        else -> "c"
    }
}
enum class Level(val n: Int) {
    LOW(1) { override fun f() = 1 },
    HIGH(2) { override fun f() = 2 };
    abstract fun f(): Int
}
val lazily: Int by lazy {
    3
}
""",
        "1-11 class Shop",
        "1-1 property Shop.items",
        "2-3 property Shop.state",
        "4-5 property Shop.names",
        "6-10 method Shop.sell",
        "12-16 enum Level",
        "12-12 property Level.n",
        "13-13 enumMember Level.LOW",
        "13-13 method Level.LOW.f",
        "14-14 enumMember Level.HIGH",
        "14-14 method Level.HIGH.f",
        "15-15 method Level.f",
        "17-19 variable lazily",
    )


def test_fields_of_a_compact_java_file() -> None:
    check(
        "java",
        '/** Greets. */\nstatic final String HELLO = "hi";\nint count;\n\n'
        "void main() {\n  int local = 1;\n}\n",
        "1-2 constant HELLO | Greets.",
        "3-3 field count",
        "5-7 method main",
    )


def test_accessors_and_typed_templates_of_ecmascript() -> None:
    check(
        "javascript",
        "class A {\n  @property({ a: 1 }) accessor label = 'x';\n  static accessor #n;\n}\n",
        "1-4 class A",
        "2-2 property A.label",
        "3-3 property A.#n",
    )
    check(
        "tsx",
        "const Box = styled.div<{\n  $wide: boolean;\n}>`\n  color: ${({ theme }) => theme.fg};\n`;\n"
        "function f() {}\n",
        "1-5 constant Box",
        "6-6 function f",
    )


def test_methods_of_an_object_that_is_passed_on() -> None:
    check(
        "typescript",
        "export const useShop = create<State>()(\n  persist((set) => ({\n    sell: (x) => set(x),\n  }),"
        " { name: 'shop' }),\n);\n",
        "1-5 constant useShop",
        "3-3 method useShop.sell",
    )


def test_generic_call_signatures_without_semicolons() -> None:
    check(
        "typescript",
        """interface Route {
  <T>(a: T): [T]

  // With two.
  <T, U extends T = T>(a: T, b: U): T

  /**
   * With options.
   */
  <
    T extends object,
  >(a: T): { a: T }
  name: string
  <T>(a: T[]): T
  sell(): void
}
const make =
  <T>(a: T): T => a
function last
  <T>() {}
""",
        "1-16 interface Route",
        "13-13 property Route.name",
        "15-15 method Route.sell",
        "17-18 function make",
        "19-20 function last",
    )


def test_values_and_functions_that_are_made_for_a_member() -> None:
    check(
        "javascript",
        """internals.schema = Joi.object({
  port: Joi.number(),
});
Shop.handlers = { sell() {}, buy: function () {} };
Shop.Cart = require("./cart");
function later() { Shop.made = make(); }
""",
        "1-3 variable internals.schema",
        "4-4 variable Shop.handlers",
        "4-4 method Shop.handlers.sell",
        "4-4 method Shop.handlers.buy",
        "6-6 function later",
    )
    check(
        "lua",
        """M.total = lazy(function(cart)
  return 1
end)
M.Kind = setmetatable({ of = function() end }, {})
M.cart = require("cart")
M.size = 3
local sell = wrap(function() end)
""",
        "1-3 method M.total",
        "4-4 variable M.Kind",
        "4-4 method M.Kind.of",
        "7-7 function sell",
    )


def test_hidden_accessors_of_ruby() -> None:
    check(
        "ruby",
        "class A\n  private attr_reader :token, :key\n  attr_reader :name\nend\n",
        "1-4 class A",
        "2-2 property A.token",
        "2-2 property A.key",
        "3-3 property A.name",
    )


def test_a_name_that_begins_like_an_operator_in_kotlin() -> None:
    grammar, rules = load_grammar(LANGUAGES["kotlin"]), rules_of("kotlin")
    assert grammar is not None
    assert rules is not None
    assert rules.prepare is not None
    tree = parse_in_time(grammar, rules.prepare(b"fun sell() {\n  val in1 = open()\n  in1.skip(3)\n}\n"))
    assert tree is not None
    assert not tree.root_node.has_error


def test_functions_that_elixir_defines_on_a_condition() -> None:
    check(
        "elixir",
        """defmodule Shop do
  cond do
    fast?() -> def sell(x), do: x
    true ->
      def buy(x), do: x
  end
end
""",
        "1-7 module Shop",
        "3-3 function Shop.sell",
        "5-5 function Shop.buy",
    )


def test_types_of_luau() -> None:
    check(
        "lua",
        """--!strict

export type Shop<T> = {
\titems: { [string]: T },
\tsell: (self: Shop<T>, item: T?) -> ...any,
}
type Kind = "a" | "b"

local Shop = {}
local limit: number? = 3

--- Makes one.
function Shop.new<T>(items: { T }, done: (ok: boolean) -> ()): Shop<T>
\tlocal self, n: number = {} :: any, 1
\tfor key: string, value in items do
\t\tif not value then continue end
\t\tn += if value then 1 else 2
\tend
\treturn (self :: any) :: Shop<T>
end

@native
local function add(
\ta: number,
\tb: string?
): (number, string)
\treturn a // 2, `{a} and {items["b"]}`
end
""",
        "3-6 class Shop",
        "7-7 class Kind",
        "9-9 variable Shop",
        "10-10 variable limit",
        "12-20 method Shop.new | Makes one.",
        "23-28 function add",
    )


def test_a_generic_head_alone_shows_luau() -> None:
    source = b"local function map<T, U>(list: { T }, change: (T) -> U): { U }\n\treturn {}\nend\n"
    read = without_types(source)
    assert read.split() == b"local function map (list , change ) return {} end".split()
    assert len(read) == len(source)


def test_a_label_called_continue_stays() -> None:
    source = b"-- function(err: string)\nwhile f() do\n\tif g() then goto continue end\n\t::continue::\nend\n"
    assert b"goto continue end\n" in without_types(source)


def test_macros_among_the_members_of_a_swift_type() -> None:
    check(
        "swift",
        """@Model
final class Item {
  #Unique<Item>([\\.id], [\\.name])
  #if DEBUG
  var id: UUID
  #endif
}
@Suite struct `my suite` {}
""",
        "1-7 class Item",
        "5-5 property Item.id",
        "8-8 struct my suite",
    )


def test_context_types_of_kotlin() -> None:
    check(
        "kotlin",
        "context(a: A)\nfun f(a: context(A) () -> Unit, b: (context(A) Int.() -> Unit)?) = 1\nfun g() {}\n",
        "1-2 function f",
        "3-3 function g",
    )


def test_attributed_variables_of_lua() -> None:
    check("lua", "local a <const>, b <close> = 1, 2\n", "1-1 variable a", "1-1 variable b")


def test_atomic_fields_of_julia() -> None:
    check(
        "julia",
        "mutable struct A\n    const a::Int\n    @atomic b::Int\nend\n",
        "1-4 struct A",
        "2-2 field A.a",
        "3-3 field A.b",
    )


def test_names_of_kotlin_that_begin_like_an_operator_are_kept() -> None:
    check(
        "kotlin",
        "enum class Port {\n    in1,\n    in2\n}\n",
        "1-4 enum Port",
        "2-2 enumMember Port.in1",
        "3-3 enumMember Port.in2",
    )


def test_a_long_chain_of_names_in_python() -> None:
    names = [f"a{number}" for number in range(2000)]
    check("python", f"{' = '.join(names)} = 0\n", *(f"1-1 variable {name}" for name in names))


def test_what_is_assigned_but_not_defined() -> None:
    check(
        "lua",
        "local ok, err = pcall(function() end)\nlocal by_name = sort(all, function(a, b) end)\n"
        "local later = lazy(function() end)\n",
        "1-1 variable ok",
        "2-2 variable by_name",
        "3-3 function later",
    )
    check(
        "javascript",
        "process.env.MODE = mode();\nlocation.href = url();\nShop.prices = load();\n",
        "3-3 variable Shop.prices",
    )
    check(
        "python",
        "_, rest = f()\nstatus = sa.Enum('a', 'b')\nColour = Enum('Colour', 'a b')\n"
        "_Usage = namedtuple('usage', 'a b')\n",
        "1-1 variable rest",
        "2-2 variable status",
        "3-3 class Colour",
        "4-4 class _Usage",
    )
