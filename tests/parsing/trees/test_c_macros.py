"""What the grammars of C, C++ and Objective-C read wrongly because of macros, and newer C++."""

import pytest
from listed import check

from lsp_server.parsing.languages import language_of


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


def test_what_stands_between_class_and_its_name() -> None:
    check(
        "cpp",
        """class Core_API Shop: public Base
	/// Where things are sold.
{
public:
	void sell();
};
struct _OtherExport Cart final : Base, Other { int size; };
class BSON final { int size; };
class CORE_API JSON final : public Base { int size; };
template <class A, class B> class Pair : public Base { A first; };
class Core_API Later;
class Core_API Plain
	/// Says so.
{
public:
	Plain();
};
""",
        "1-6 class Shop",
        "5-5 method Shop.sell",
        "7-7 struct Cart",
        "7-7 field Cart.size",
        "8-8 class BSON",
        "8-8 field BSON.size",
        "9-9 class JSON",
        "9-9 field JSON.size",
        "10-10 class Pair",
        "10-10 field Pair.first",
        "12-17 class Plain",
        "16-16 constructor Plain.Plain",
    )


def test_a_variable_whose_type_ends_like_a_macro() -> None:
    check(
        "c",
        "struct job_export first = { 0 };\nstatic struct job_export rest[3], *last;\n",
        "1-1 variable first",
        "2-2 variable rest",
        "2-2 variable last",
    )


def test_fields_that_locks_guard() -> None:
    check(
        "cpp",
        """class Shop {
  port::CondVar signal_ GUARDED_BY(mutex_);
  std::deque<Item*> items_ ABSL_GUARDED_BY(mutex_) = {};
  Cart* const cart_
      PT_GUARDED_BY(mutex_);
  Mutex mutex_ ACQUIRED_AFTER(other_);
  void Sell();
};
""",
        "1-8 class Shop",
        "2-2 field Shop.signal_",
        "3-3 field Shop.items_",
        "4-5 field Shop.cart_",
        "6-6 field Shop.mutex_",
        "7-7 method Shop.Sell",
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
