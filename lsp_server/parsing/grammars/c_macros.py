"""Blanks the macros that C and C++ put where the grammar expects none; every byte keeps its place."""

import re

# Possessive quantifiers: a name tried in every way it can be split would take for ever.
_MACRO = rb"(?=[A-Z][A-Z0-9]*_)[A-Z0-9_]++(?:\([^()\n]{0,200}\))?+"
_PLACES = re.compile(
    # A line of its own: `ABSL_NAMESPACE_BEGIN`, `G_END_DECLS`.
    rb"\n[ \t]*+[A-Z][A-Z0-9_]{0,60}_(?:BEGIN|END)(?:_[A-Z0-9_]++)?"
    rb"(?:\([^()\n]{0,200}\))?[ \t]*+;?[ \t]*+(?=\n)"
    # Before what is declared: `SOME_API void f(`, `SOME_INLINE inline f(`.
    rb"|\n[ \t]*+(?:" + _MACRO + rb"[ \t\n]++){1,4}+"
    rb"(?=(?:inline|static|constexpr|virtual|explicit|extern|template|const|friend)\b"
    rb"|(?:unsigned |struct |enum )?[A-Za-z_][\w:]*+(?:<[^;{}()\n]{0,200}>)?[ \t]*+[*&]*+[ \t\n]*+[*&]*+"
    rb"[A-Za-z_][\w:]*+[ \t]*+\()"
    # Before a type's name: `class EXPORT_MACRO Name {`.
    rb"|(?:class|struct|union)[ \t]++(?:[A-Z][A-Z0-9_]{2,}+(?:\([^()\n]{0,200}\))?+[ \t\n]++){1,4}+"
    rb"(?=[A-Za-z_]\w*+\s*+(?:final\s*+)?[:{<])"
    # After the parameters: `void f() const SOME_ATTRIBUTE {`.
    rb"|\)(?:\s*+(?:const|noexcept|override|final|mutable)\b){0,4}+\s++(?:" + _MACRO + rb"\s*+){1,4}+"
    rb"(?=[{;=]|const\b|override\b|noexcept\b)"
)
_NULLABILITY = re.compile(
    rb"(?<!define )"
    rb"\b(?:absl_(?:nonnull|nullable|nullability_unknown)|_(?:Nonnull|Nullable|Null_unspecified))\b"
)
_CAPITALS = re.compile(rb"\b[A-Z][A-Z0-9_]{2,}\b(?:\([^()\n]{0,200}\))?")


def _blank(match: re.Match[bytes]) -> bytes:
    return b" " * (match.end() - match.start())


def _blank_capitals(match: re.Match[bytes]) -> bytes:
    return _CAPITALS.sub(_blank, match[0])


def without_macros(source: bytes) -> bytes:
    """Return the source of the same length with such macros as spaces."""
    if b"_nonnull" in source or b"_nullable" in source or b"_Nonnull" in source or b"_Nullable" in source:
        source = _NULLABILITY.sub(_blank, source)
    return _PLACES.sub(_blank_capitals, source)
