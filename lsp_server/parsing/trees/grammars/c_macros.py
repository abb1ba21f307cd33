"""Blanks macros in C and C++ where the grammar expects none; no byte offset changes."""

import re

from lsp_server.parsing.blanking import blanked

# Possessive quantifiers: trying every way to split a name would backtrack for ever.
_MACRO = rb"(?=[A-Z][A-Z0-9]*_)[A-Z0-9_]++(?:\([^()\n]{0,200}\))?+"
# A type and a name: what stands before these two is neither.
_DECLARED = (
    rb"(?!__|(?:const|volatile)\b)[A-Za-z_]\w*+(?:[ \t\r\n]++[*&]*+|[*&]++)[ \t\r\n]*+"
    rb"(?:[A-Za-z_][\w:]*+[ \t\r\n]*+[(\[=;,)]|\([ \t]*+(?:[A-Z][A-Z0-9_]*+[ \t]++)?\*)"
)
# What stands between `class` and the type's name is a macro: `class EXPORT_MACRO Name {`. One that is not in
# capitals is known by its end, or by what follows the name: `class Core_API Name`, `class any Name : Base`.
_LATE_NAME = re.compile(
    rb"\b(class|struct|union)([ \t]++(?:"
    rb"(?:[A-Z][A-Z0-9_]{2,}+(?:\([^()\n]{0,200}\))?+[ \t\n]++(?!final\b)){1,4}+"
    rb"(?=[A-Za-z_]\w*+\s*+(?:final\s*+)?[:{<])"
    rb"|[A-Za-z_]\w*+(?:(?<=_API)|(?<=[Ee]xport)|(?<=EXPORT))[ \t]++(?=[A-Za-z_]\w*+\s*+[^\w\s(=,\[])"
    rb"|[A-Za-z_]\w*+[ \t]++(?!final\b|sealed\b|abstract\b)"
    rb"(?=[A-Za-z_]\w*+\s*+(?:final\s*+)?:(?!:))))"
)
# Every alternative begins with a distinctive character, or the search would try all of them everywhere.
_PLACES = re.compile(
    # A line of its own: `ABSL_NAMESPACE_BEGIN`, `G_END_DECLS`.
    rb"\n[ \t]*+(?=[A-Z])(?:[A-Z][A-Z0-9_]{0,60}_(?:BEGIN|END)(?:_[A-Z0-9_]++)?"
    rb"(?:\([^()\n]{0,200}\))?[ \t]*+;?[ \t]*+(?=\r?\n)"
    # At the beginning of a line, before what is declared: `STATIC Thing things[]`, `EXTERN Thing *thing;`.
    rb"|(?:[A-Z][A-Z0-9_]{1,60}+[ \t\r\n]++){1,4}(?=" + _DECLARED + rb")"
    # Before what is declared: `SOME_API void f(`, `SOME_INLINE inline f(`.
    rb"|(?:" + _MACRO + rb"[ \t\n]++){1,4}+"
    rb"(?=(?:inline|static|constexpr|virtual|explicit|extern|template|const|friend)\b"
    rb"|(?:unsigned |struct |enum )?[A-Za-z_][\w:]*+(?:<[^;{}()\n]{0,200}>)?[ \t]*+[*&]*+[ \t\n]*+[*&]*+"
    rb"[A-Za-z_][\w:]*+[ \t]*+\()"
    # Before a type that is a keyword: `SOMEAPI void f(`, `SOMEAPI extern int x`.
    rb"|[A-Z][A-Z0-9_]{2,}+[ \t]++"
    rb"(?=(?:typedef|static|inline|extern|unsigned|signed|struct|enum|union|void|bool|char|short|int|long"
    rb"|float|double)\b))"
    # After the parameters: `void f() const SOME_ATTRIBUTE {`.
    rb"|\)(?:\s*+(?:const|noexcept|override|final|mutable)\b){0,4}+\s++(?:" + _MACRO + rb"\s*+){1,4}+"
    rb"(?=[{;:=]|const\b|override\b|noexcept\b)"
)
_NULLABILITY = re.compile(
    rb"(?<!define )"
    rb"\b(?:absl_(?:nonnull|nullable|nullability_unknown)|_(?:Nonnull|Nullable|Null_unspecified))\b"
)
# Calling conventions: `int SOMECALL f(`, and in function types `(SOMECALL *f)(`.
_CALL_MARKS = (b"CALL ", b"CALLBACK ", b"API ", b"API\r", b"API\n", b"APIENTRY", b"EXPORT ", b"CDECL ")
_CALLS = re.compile(
    rb"(?<=[\w*\r][ \n])(?=[A-Z])[A-Z0-9_]*(?:CALL|CALLBACK|API|APIENTRY|EXPORT|CDECL)"
    rb"(?=[ \t\r\n]++\*?[A-Za-z_]\w*+[ \t]*+\()"
    rb"|(?<=\()[A-Z][A-Z0-9_]*(?:CALL|CALLBACK|API|APIENTRYP?)(?=[ \t]*+(?:\*|[A-Z]\w*+\)[ \t]*+\())"
)
_QT = re.compile(
    rb"\b(?:Q_SIGNALS|signals|Q_SLOTS|slots)(?=[ \t]*+:)"
    rb"|\bQ(?:ML)?_[A-Z_]{3,}+(?:\((?:[^()]|\([^()]*+\)){0,500}+\))?+",
    re.MULTILINE,
)
_UNREAL = re.compile(
    rb"\b(?:U(?:CLASS|STRUCT|ENUM|INTERFACE|FUNCTION|PROPERTY|META|PARAM)|GENERATED_(?:[A-Z]++_)?BODY)[ \t]*+"
    rb"\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\)){0,1000}+\)"
)
# Attributes of parameters, pointers, functions and fields; the grammar takes each for a type or a name.
_ATTRIBUTE_MARKS = (
    *(b"GUARDED_", b"ACQUIRED_"),
    *(b"nused", b"UNUSED", b"RESTRICT", b"__init", b"__exit", b"__user", b"__iomem", b"__rcu", b"__percpu"),
    *(b"__force", b"printf", b"internal_function", b"__host__", b"__device__", b"__global__"),
)
_ATTRIBUTES = re.compile(
    rb"(?<![\w#])(?<!define )(?:"
    # In capitals names end so, too: only behind a parameter, `int f(int a UNUSED)`, or before one.
    rb"(?<=[\w*][ \t\n])[A-Z_]{0,40}(?:UNUSED|RESTRICT)(?=\s*+[,)][^;{}]{0,2000}\))"
    rb"|[A-Z_]{0,40}(?:UNUSED|RESTRICT)(?=\s++[A-Za-z_][\w \t*]{0,200}[,)])"
    rb"|__(?:(?:maybe_|always_)?unused|attribute_unused__)(?=\s++[\w*]|\s*+[,)])"
    rb"|(?:__(?:user|kernel|iomem|rcu|percpu|force))(?=\s*+[*,)]|\s++\w)"
    rb"|(?:__(?:init|exit)(?:data)?|internal_function)(?=\s++[\w*])"
    # `int size_ GUARDED_BY(mutex_);`
    rb"|(?<=\s)[A-Z_]{0,40}(?:GUARDED_(?:BY|VAR)|ACQUIRED_(?:BEFORE|AFTER))"
    rb"(?:\([^()\n]{0,200}\))?+(?=\s*+[;={])"
    # CUDA: `__host__ __device__ __forceinline__ int f(`
    rb"|__(?:host|device|global|constant|shared|forceinline|noinline)__(?=\s++[\w*])"
    # `void printflike(1, 2) f(`, `__printf(1, 2) void f(`
    rb"|\w{0,20}printf\w{0,20}\([ \t]*\d++,[ \t]*\d++\)(?=\s++[\w*])"
    rb")"
)
# `Red [[deprecated]],`, `struct [[nodiscard]] alignas(8) A`
_LATE_ATTRIBUTE = re.compile(rb"(?<=\w)[ \t]*+\[\[\w[^\[\]\n]{0,200}+\]\](?=\s*+(?:[,=}]|alignas\b))")
# `f(this Self& self)`
_OBJECT_PARAMETER = re.compile(rb"(?<=\()this(?=[ \t]++[A-Za-z_])")
_MODULES = re.compile(
    rb"^(?:export[ \t]++)?(?:module(?:[ \t]++\w[\w.]*+)?(?:[ \t]*+:[ \t]*+[\w.]++)?"
    rb"|import[ \t]*+(?:[\w.:]++|<[^>\n]++>|\"[^\"\n]++\"))[ \t]*+;|^[ \t]*+export(?=[ \t]++[A-Za-z_:\[])",
    re.MULTILINE,
)
_REASON = re.compile(rb"(?<== delete)\(\"[^\"\n]*+\"\)")
# `MOCK_METHOD(int, add, (int a), (override))`
_BALANCED = rb"\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+\)"
_MOCK = re.compile(
    rb"\bMOCK_METHOD(\(\s*+(?:[^(),]|%b)++,\s*+)(\w++)(\s*+,\s*+)(%b)((?:\s*+,\s*+%b)?+\s*+\))"
    % (_BALANCED, _BALANCED, _BALANCED)
)
# `EXTERN int columns INIT(= 80);`. Bounded: quotation marks without an end would be read over and over.
_INITIALIZER = re.compile(
    rb"\b[A-Z][A-Z0-9_]*+[ \t]*+\(([ \t]*+=(?:\"(?:[^\"\\\n]|\\.)*+\"|%b|[^()\"]){0,500}+)\)(?=\s*+[;,])"
    % _BALANCED
)
# `int SOME_CALLBACK(done)(int status);`
_AROUND_A_NAME = re.compile(rb"(?<=[\w*][ \t])[A-Z][A-Z0-9_]*+(?=\([A-Za-z_]\w*+\)[(\[])")
# `ABSL_FLAG(int, depth, 3, "How deep.")`
_FLAG = re.compile(
    rb"^ABSL_FLAG(\(\s*+[^,()]++,\s*+)(\w++)((?:\"(?:[^\"\\\n]|\\.)*+\"|%b|[^()\"])*+\))(?=;)" % _BALANCED,
    re.MULTILINE,
)
_CAPITALS = re.compile(rb"\b[A-Z][A-Z0-9_]{2,}\b(?:\([^()\n]{0,200}\))?")


def _blank(match: re.Match[bytes]) -> bytes:
    return blanked(match[0])


def _access(match: re.Match[bytes]) -> bytes:
    """Replace Qt's `signals:` with `public:`, and blank the others."""
    is_section = match[0] in {b"signals", b"Q_SIGNALS"}
    return b"public".ljust(len(match[0])) if is_section else blanked(match[0])


def _blank_capitals(match: re.Match[bytes]) -> bytes:
    return _CAPITALS.sub(_blank, match[0])


def without_macros(source: bytes) -> bytes:
    """Return the source with such macros replaced by spaces, at the same length."""
    if b"_nonnull" in source or b"_nullable" in source or b"_Nonnull" in source or b"_Nullable" in source:
        source = _NULLABILITY.sub(_blank, source)
    if b"Q_OBJECT" in source or b"Q_GADGET" in source:
        source = _QT.sub(_access, source)
    if b"[[" in source:
        source = _LATE_ATTRIBUTE.sub(_blank, source)
    if b"GENERATED_" in source or b"UENUM(" in source:
        source = _UNREAL.sub(_blank, source)
    if any(mark in source for mark in _CALL_MARKS):
        source = _CALLS.sub(_blank, source)
    if any(mark in source for mark in _ATTRIBUTE_MARKS):
        source = _ATTRIBUTES.sub(_blank, source)
    if b"(=" in source or b"( =" in source:
        source = _INITIALIZER.sub(_uncovered, source)
    if b")(" in source or b")[" in source:
        source = _AROUND_A_NAME.sub(_blank, source)
    source = source.replace(b"extern template", b"       template")
    source = _LATE_NAME.sub(_named_early, source)
    return _PLACES.sub(_blank_capitals, source)


def _named_early(match: re.Match[bytes]) -> bytes:
    return match[1] + blanked(match[2])


def _uncovered(match: re.Match[bytes]) -> bytes:
    """Leave what a macro has in its brackets."""
    return match[1].rjust(len(match[0]) - 1) + b" "


def _mocked(match: re.Match[bytes]) -> bytes:
    """Replace the macro with `auto add (int a)`."""
    head = b"auto".ljust(len("MOCK_METHOD")) + blanked(match[1])
    return head + match[2] + blanked(match[3]) + match[4] + blanked(match[5])


def _flag(match: re.Match[bytes]) -> bytes:
    """Replace the macro with `auto depth`."""
    return b"auto".ljust(len("ABSL_FLAG")) + blanked(match[1]) + match[2] + blanked(match[3])


def readable_cpp(source: bytes) -> bytes:
    """Return C++ without macros and without what the grammar doesn't know: modules, `this` parameters."""
    if b"export " in source or b"module" in source or b"import " in source:
        source = _MODULES.sub(_blank, source)
    if b"(this " in source:
        source = _OBJECT_PARAMETER.sub(_blank, source)
    if b'delete("' in source:
        source = _REASON.sub(_blank, source)
    if b"MOCK_METHOD(" in source:
        source = _MOCK.sub(_mocked, source)
    if b"ABSL_FLAG(" in source:
        source = _FLAG.sub(_flag, source)
    return without_macros(source)
