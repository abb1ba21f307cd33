"""What the grammars do not know, or read as something else, is found all the same."""

import pytest

from lsp_server.parsing.languages import LANGUAGES, language_of, load_grammar
from lsp_server.parsing.symbols import ParsedSymbol
from lsp_server.parsing.trees.extraction import extract
from lsp_server.parsing.trees.grammars.luau import without_types


def line(one: ParsedSymbol) -> str:
    symbol = one.symbol
    text = (
        f"{symbol.span.start.line + 1}-{symbol.span.end.line + 1} {symbol.kind.label} {symbol.qualified_name}"
    )
    return f"{text} | {symbol.documentation}" if symbol.documentation else text


def check(language: str, source: str, *expected: str) -> None:
    if load_grammar(LANGUAGES[language]) is None:
        pytest.skip("its grammar isn't installed")
    assert [line(one) for one in extract(source.encode(), LANGUAGES[language])] == list(expected)


def test_a_comment_documents_what_a_macro_stands_before() -> None:
    check(
        "c",
        "/* Adds. */\nSOME_API int add(int a);\n// Sells.\nSOME_API\nvoid sell(void);\n\n"
        "// The file.\nSOME_DECLS_BEGIN\n\nvoid last(void);\n",
        "1-2 function add | Adds.",
        "3-5 function sell | Sells.",
        "10-10 function last",
    )


MACROS = """
STATIC
EFI_STATUS
EFIAPI
ReadConfig (
  IN  CONST CONFIG  *Config,
  OUT UINTN         *Size OPTIONAL
  )
{
  return 0;
}
STATIC CONST ITEM  mItems[] = { 1 };
/* What is shown. */
EXTERN Clipboard_T *shown;
EXTERN char e_region[]
\tINIT(= N_("E751: Output (file) must not have a region"));
EXTERN int columns INIT(= 80);
struct backend {
\tint SOME_CALLBACK(exists)(const char *);
\tSOME_NODISCARD BOOL (*Control)(int x);
\tSOME_NODISCARD
\tSOME_API Status Inquire(Id *id);
};
typedef int SOME_CALLBACK(head_cb)(void *payload);
SOME_NODISCARD
CARDAPI LONG WINAPI Connect(int x);
SOMEAPI typedef enum _kind { first } kind;
extern int (get_top)(State *state);
int (*handler)(int);
UINT __stdcall
Deferred(int handle);
DWORD const limit = 3;
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_macros_in_c_stand_before_and_around(line_end: str) -> None:
    check(
        "c",
        MACROS.replace("\n", line_end),
        "3-11 function ReadConfig",
        "12-12 variable mItems",
        "13-14 variable shown | What is shown.",
        "15-16 variable e_region",
        "17-17 variable columns",
        "18-23 struct backend",
        "19-19 method backend.exists",
        "20-20 field backend.Control",
        "22-22 method backend.Inquire",
        "24-24 class head_cb",
        "26-26 function Connect",
        "27-27 enum kind",
        "27-27 enum _kind",
        "27-27 enumMember kind.first",
        "28-28 function get_top",
        "29-29 variable handler",
        "30-31 function Deferred",
        "32-32 constant limit",
    )


def test_functions_of_cuda() -> None:
    check(
        "cpp",
        """template <typename T> __host__ __device__ __forceinline__ T twice(T a) { return a + a; }
__global__ void kernel(int *data) {}
struct Op {
  __device__ __forceinline__ static int low(int i) { return i; }
  __device__ float operator ()(float a) const { return a; }
};
__constant__ float weights[3];
""",
        "1-1 function twice",
        "2-2 function kernel",
        "3-6 struct Op",
        "4-4 method Op.low",
        "5-5 method Op.operator ()",
        "7-7 variable weights",
    )


def test_a_comment_of_what_cannot_be_read_documents_nothing() -> None:
    check(
        "cpp",
        "// Broken.\nvoid ( broken {{ ;\n\nvoid f() {\n}\n",
        "4-5 function f",
    )


def test_modules_of_cpp() -> None:
    check(
        "cpp",
        """module;
#include <a.h>
export module shop.orders:part;
import std;
export import :details;

// Sells.
export template <typename T> class Shop {
  int f(this Shop& self, int a);
};
export namespace shop::inline v1 {
/// A kind.
export enum class Kind { a [[deprecated]], b [[deprecated("no")]] = 2 };
struct [[nodiscard]] alignas(8) Item { int x; };
}
""",
        "7-10 class Shop | Sells.",
        "9-9 method Shop.f",
        "12-13 enum shop.v1.Kind | A kind.",
        "13-13 enumMember shop.v1.Kind.a",
        "13-13 enumMember shop.v1.Kind.b",
        "14-14 struct shop.v1.Item",
        "14-14 field shop.v1.Item.x",
    )
    assert language_of("shop.cppm").name == language_of("shop.ixx").name == "cpp"


def test_classes_that_macros_describe() -> None:
    check(
        "cpp",
        """UCLASS(Blueprintable, meta = (DisplayName = "A (b)"))
class SHOP_API AShop : public AActor
{
\tGENERATED_BODY()
public:
\t// What it costs.
\tUPROPERTY(EditAnywhere, meta = (ClampMin = "0"))
\tfloat Price = 1.f;
\tUFUNCTION(BlueprintCallable) void Sell(AActor* Buyer);
};
UENUM()
enum class EState : uint8 { Open UMETA(Hidden), Closed };
class View : public QObject {
  Q_OBJECT
  QML_ELEMENT
public:
  View();
};
""",
        "2-10 class AShop",
        "6-8 field AShop.Price | What it costs.",
        "9-9 method AShop.Sell",
        "12-12 enum EState",
        "12-12 enumMember EState.Open",
        "12-12 enumMember EState.Closed",
        "13-18 class View",
        "17-17 constructor View.View",
    )


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


def test_hidden_accessors_of_ruby() -> None:
    check(
        "ruby",
        "class A\n  private attr_reader :token, :key\n  attr_reader :name\nend\n",
        "1-4 class A",
        "2-2 property A.token",
        "2-2 property A.key",
        "3-3 property A.name",
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


def test_branches_of_a_rust_macro() -> None:
    check(
        "rust",
        """cfg_if::cfg_if! {
    if #[cfg(unix)] {
        /// Sells.
        pub fn sell() { if a {} else {} }
    } else if #[cfg(windows)] {
        const LIMIT: u8 = 1;
    } else {
        fn other() {}
    }
}
fn last() {}
""",
        "3-4 function sell | Sells.",
        "6-6 constant LIMIT",
        "8-8 function other",
        "11-11 function last",
    )


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


def test_mocked_and_deleted_methods_of_cpp() -> None:
    check(
        "cpp",
        """class A : public B {
  MOCK_METHOD((std::map<int, int>), get, (int a, (C<int, int>) b), (const, override));
  MOCK_METHOD(void, put,
              (int a));
  A(const A&) = delete("why");
};
""",
        "1-6 class A",
        "2-2 method A.get",
        "3-4 method A.put",
        "5-5 constructor A.A",
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


def test_flags_of_cpp() -> None:
    check(
        "cpp",
        """ABSL_FLAG(int, depth, 3,
          "How deep (in levels);");
ABSL_FLAG(std::string, name, {}, "Its name.");
int main() { return 0; }
""",
        "1-2 variable depth",
        "3-3 variable name",
        "4-4 function main",
    )


def test_what_macros_say_about_objective_c() -> None:
    check(
        "objc",
        """/// Sells.
NS_SWIFT_NAME(Seller)
API_AVAILABLE(ios(13.0))
@protocol Sells <NSObject>
- (BOOL)sell:(int)n API_DEPRECATED_WITH_REPLACEMENT("buy:", macos(10.10, LATER), ios(8.0, 9.0));
- (void)buy:(int)n NS_SWIFT_NAME(buy(_:)) NS_SWIFT_ASYNC(2);
@property (copy) NSArray<NSString *> *names NS_REFINED_FOR_SWIFT;
@end
typedef NSString *Kind NS_TYPED_EXTENSIBLE_ENUM NS_SWIFT_NAME(Seller.Kind);
/// Called at the end.
typedef void (^Done)(BOOL ok, NSError *error);
""",
        "1-8 interface Sells | Sells.",
        "5-5 method Sells.sell:",
        "6-6 method Sells.buy:",
        "7-7 property Sells.names",
        "9-9 class Kind",
        "10-11 class Done | Called at the end.",
    )
