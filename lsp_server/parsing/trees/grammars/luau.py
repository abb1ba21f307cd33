"""Luau: rewrites types, casts and compound assignments, which Lua's grammar can't read; offsets stay."""

import re

from lsp_server.parsing.blanking import blanked

TYPE_MARK = "[[\1"
"""What the value of a variable begins with that stands for a type."""

_BRACES = rb"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+\}"
_PARENTHESES = rb"\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+\)"
_ONE_TYPE = (
    rb"(?:%b|%b|\.\.\.[\w.]*+|\"[^\"\n]*+\"|[A-Za-z_][\w.]*+(?:%b)?+(?:<(?:->|[^<>]|<(?:->|[^<>])*+>)*+>)?+)\??+"
    % (_BRACES, _PARENTHESES, _PARENTHESES)
)
_TYPE = rb"%b(?:\s*+(?:->|[|&])\s*+%b)*+" % (_ONE_TYPE, _ONE_TYPE)
# Both begin with a word, which makes the search fast.
_TYPED_HEAD = re.compile(
    rb"function[ \t]*+[\w.:]*+(?:<[^()<>\n]*+>)?+\((?:[^():\n]*+: ?[\w({]|\n\s*+\w++: ?[\w({])"
)
_TYPED_NAME = re.compile(rb"local \w++: \w")
_ALIAS = re.compile(
    rb"^([ \t]*+)((?:export[ \t]++)?type[ \t]++)(\w++)((?:<[^<>\n]*+>)?+[ \t]*+=\s*+[|&]?+\s*+)(%b)" % _TYPE,
    re.MULTILINE,
)
_HEAD = re.compile(
    rb"(\bfunction\b[ \t]*+[\w.:]*+)(<[^()<>\n]*+>)?(%b)([ \t]*+:[ \t]*+%b)?+" % (_PARENTHESES, _TYPE)
)
_PARAMETER = re.compile(rb"((?:^\(|,)\s*+(?:\w++|\.\.\.)\s*+)(:\s*+%b)" % _TYPE)
_NAMES = re.compile(
    rb"^[ \t]*+(?:local|for)[ \t]++(?:\w++(?:[ \t]*+:[ \t]*+%b)?+[ \t]*+,?+[ \t]*+)++" % _TYPE, re.MULTILINE
)
_ANNOTATION = re.compile(rb":[ \t]*+%b" % _TYPE)
_CAST = re.compile(rb"(?<=[\w)\]}\"'])[ \t]*+::[ \t]*+%b(?!::)" % _TYPE)
_COMPOUND = re.compile(rb"(?<=[\w\])])[ \t]*+(?://|\.\.|[-+*/%^])=(?!=)")
_TEXT = re.compile(rb"`([^`\n]*+)`")
_CHOICE = re.compile(rb"(?:[=(,{]|\breturn) if [^\n]*\bthen\b[^\n]*\belse\b")
_CHOICE_WORD = re.compile(rb"\b(?:if|then|elseif|else)\b")
_CHOICE_WORDS = {b"if": b"  ", b"then": b"and ", b"elseif": b"or    ", b"else": b"or  "}
_LONE = re.compile(rb"^[ \t]*+@\w++[ \t]*+\r?$|(?<!goto )(?<=\s)continue(?=\s*+(?:$|end\b))", re.MULTILINE)


def without_types(source: bytes) -> bytes:
    """Return Luau as Lua that defines the same; plain Lua as it is."""
    is_typed = b"--!strict" in source or b"export type " in source
    if not (is_typed or _TYPED_HEAD.search(source) or _TYPED_NAME.search(source)):
        return source
    source = _ALIAS.sub(_variable, source)
    source = _HEAD.sub(_head, source)
    source = _NAMES.sub(_names, source)
    source = _CAST.sub(lambda found: blanked(found[0]), source)
    source = _COMPOUND.sub(lambda found: b"=".rjust(len(found[0])), source)
    source = _TEXT.sub(lambda found: b'"' + found[1].replace(b'"', b"'") + b'"', source)
    source = _CHOICE.sub(lambda found: _CHOICE_WORD.sub(_operator, found[0]), source)
    return _LONE.sub(lambda found: blanked(found[0]), source)


def _variable(alias: re.Match[bytes]) -> bytes:
    """Return a variable with a long string in place of a type."""
    value = blanked(alias[5])
    value = b"[[\1" + value[3:-2] + b"]]" if len(value) >= 5 else b"0".ljust(len(value))
    word = b"local" if len(alias[2]) > len(b"local") else b""
    return alias[1] + word.ljust(len(alias[2])) + alias[3] + blanked(alias[4]).replace(b" ", b"=", 1) + value


def _names(names: re.Match[bytes]) -> bytes:
    return _ANNOTATION.sub(lambda found: blanked(found[0]), names[0])


def _operator(word: re.Match[bytes]) -> bytes:
    return _CHOICE_WORDS[word[0]]


def _head(head: re.Match[bytes]) -> bytes:
    parameters = _PARAMETER.sub(lambda found: found[1] + blanked(found[2]), head[3])
    return head[1] + blanked(head[2] or b"") + parameters + blanked(head[4] or b"")
