"""Lets Python's grammar read Cython: C types are blanked, `cdef class` and `cdef` functions become Python's.

No byte offset changes. A function that is only declared becomes `(name)+(1)`, which nobody writes by hand:
Python's rules recognise it by that.
"""

import re

from lsp_server.parsing.blanking import blanked

# Elsewhere `cdef` may be a variable.
_IS_CYTHON = re.compile(
    rb"^[ \t]*+(?:(?:cdef|cpdef|ctypedef|cimport)[ \t]++(?!(?:in|is|and|or|if|for|not)\b)[A-Za-z_(]"
    rb"|cdef[ \t]*+:\s*$|from[ \t]++[\w.]++[ \t]++cimport\b)",
    re.MULTILINE,
)
_LINE = re.compile(rb"^([ \t]*+)(\S[^\n]*+)", re.MULTILINE)
_EXTERN = re.compile(
    rb"(?:cdef[ \t]++extern[ \t]++from\b[^\n]*|cdef[ \t]*+(?:\w++[ \t]*+)?):[ \t]*+(?:#[^\n]*+)?$"
)
_TYPE = re.compile(
    rb"((?:cdef|cpdef|ctypedef)?[ \t]*+(?:(?:public|api|packed|extern)[ \t]++)*+"
    rb"(?:class|struct|union|enum|cppclass|fused)\b(?:[ \t]++class\b)?[ \t]*+)([A-Za-z_][\w.]*+)?([^:\n]*+):"
)
_RECORD = re.compile(
    rb"(?:cdef|ctypedef)[ \t]++(?:(?:public|api|packed)[ \t]++)*+(?:struct|union)\b[^:\n]*+:"
)
_FUNCTION = re.compile(
    rb"((?:(?:cdef|cpdef|def|async[ \t]++def)\b)?[^\n(:=#\"'@]*?)\b([A-Za-z_]\w*+)[ \t]*+"
    rb"(?:\"[^\"\n]*+\"[ \t]*+)?\("
)
_VALUE = re.compile(rb"((?:cdef|cpdef)\b[^\n(=#]*?)([A-Za-z_]\w*+)[ \t]*+=(?!=)")
_VARIABLE = re.compile(rb"(?:cdef|cpdef|ctypedef)\b[^\n]*+")
_AFTER = re.compile(rb"[^\n:#]*+(:)?")
_CAST = re.compile(
    rb"<(?:unsigned |const |struct )?[A-Za-z_][\w.]*+(?:\[[^\]\n<>]*+\])?[ ?*]*+>(?=[ \t]*+[\w(&\"'])"
)
_ADDRESS = re.compile(rb"(?<=[(,=])([ \t]*+)&(?=\w)")
_MEMBER = re.compile(
    rb"(?!(?:return|if|elif|else|for|while|with|print|assert|raise|del|yield|await|not|and|or|in|is|lambda|except"
    rb"|import|from|class|try|pass)\b)[^\n ]*+ "
)
_MAX_HEAD_BYTES = 4000


def without_types(source: bytes) -> bytes:
    """Return a Cython source rewritten to parse as Python, at the same length; other sources unchanged."""
    if (b"cdef" not in source and b"cimport" not in source) or not _IS_CYTHON.search(source):
        return source
    text = bytearray(_ADDRESS.sub(rb"\1 ", _CAST.sub(lambda found: b" " * len(found[0]), source)))
    text = bytearray(bytes(text).replace(b" cimport ", b"  import "))
    declaring = -1  # The indentation of the block that only declares.
    position = 0
    for line in _LINE.finditer(bytes(text)):
        indent, start = len(line[1]), line.start(2)
        if start < position or line[2].startswith(b"#"):
            continue
        if indent <= declaring:
            declaring = -1
        if line[2].startswith(b"cimport "):
            text[start : start + 8] = b"import  "
        elif _EXTERN.match(line[2]):
            text[start : line.end()] = b"if 1".ljust(line[2].rindex(b":")) + line[2][line[2].rindex(b":") :]
            declaring = indent
        else:
            position = _written(text, start, line.end(), is_declaring=declaring >= 0)
            if declaring < 0 and _RECORD.match(line[2]):
                declaring = indent
    return bytes(text)


def _written(text: bytearray, start: int, end: int, *, is_declaring: bool) -> int:
    """Rewrite the statement that begins at `start` and return where it ends."""
    found = _TYPE.match(text, start, end)
    if found and (is_declaring or found[1].startswith((b"cdef", b"cpdef", b"ctypedef"))):
        _write_type(text, found)
        return end
    found = _FUNCTION.match(text, start, end)
    if found and (is_declaring or found[1].startswith((b"cdef", b"cpdef", b"def", b"async"))):
        return _write_function(text, found)
    found = _VALUE.match(text, start, end)
    if found:
        text[start : found.end(1)] = b"0;".ljust(found.end(1) - start)
    elif end - start >= len(b"pass") and (
        _VARIABLE.match(text, start, end) or (is_declaring and _MEMBER.match(text, start, end))
    ):
        text[start:end] = b"pass".ljust(end - start)
    return end


def _write_type(text: bytearray, found: re.Match[bytes]) -> None:
    start, end = found.span()
    if not found[2]:
        text[start:end] = b"if 1".ljust(end - start - 1) + b":"
        return
    bases = found[3] if found[3].startswith(b"(") else b""
    word = b"class".ljust(found.end(1) - start)
    text[start:end] = word + found[2].replace(b".", b"_") + bases.ljust(len(found[3])) + b":"


def _write_function(text: bytearray, found: re.Match[bytes]) -> int:
    start, opened = found.start(), found.end() - 1
    closed = _closing(text, opened)
    if closed < 0:
        return found.end()
    after = _AFTER.match(text, closed + 1)
    assert after is not None
    word = b"async def" if found[1].startswith(b"async") else b"def"
    if after[1] and found.end(1) - start > len(word):
        text[start : found.end(1)] = word.ljust(found.end(1) - start)
        _blank(text, found.end(2), opened)
        _blank(text, opened + 1, closed)
        _blank(text, closed + 1, after.start(1))
    elif not after[1] and found.end(1) > start:
        text[start : found.end(1)] = b"(".ljust(found.end(1) - start)
        _blank(text, found.end(2), after.end())
        n_bytes = closed + 1 - found.end(2)
        if n_bytes > len(b")+(1)"):
            text[found.end(2) : found.end(2) + 4] = b")+(1"
            text[closed : closed + 1] = b")"
        else:
            text[found.end(2) : closed + 1] = b")+".ljust(n_bytes, b"1") if n_bytes > 2 else b") "
    return after.end()


def _closing(text: bytearray, opened: int) -> int:
    """Return the offset of the bracket that closes the one at `opened`, or -1."""
    depth = 0
    for at in range(opened, min(len(text), opened + _MAX_HEAD_BYTES)):
        depth += (text[at] in b"([") - (text[at] in b")]")
        if depth == 0:
            return at
    return -1


def _blank(text: bytearray, start: int, end: int) -> None:
    text[start:end] = blanked(bytes(text[start:end]))
