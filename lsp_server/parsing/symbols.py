"""The result of parsing: the symbols of one file with the byte ranges of their code and documentation."""

from dataclasses import dataclass

from lsp_server.model import Symbol

MAX_DECLARED_NAME = 200
MAX_SIGNATURE = 300
MAX_DOCUMENTATION = 2000
"""Most characters of each in a symbol."""

MAX_SYMBOLS = 20_000
"""Most definitions of a file that are kept, the first ones: no person writes as many."""

MAX_CONTAINERS = 32
"""Most containers that a symbol names, the innermost ones: in a small file thousands may nest."""


@dataclass(frozen=True, slots=True)
class ParsedSymbol:
    """A symbol and the byte ranges of its texts in the file's source.

    Attributes:
        symbol: The symbol itself, with `nth` set.
        code: Byte range from the first decorator, attribute or signature to the end.
        documentation: Byte range of its doc comment or docstring; None without one. A docstring is inside
            `code`, a leading comment before it.
        signature: Byte range with the same words as its signature; None if there is none, because the
            signature is shortened or composed.
        name: Byte range with the same text as its name; None if there is none.
    """

    symbol: Symbol
    code: tuple[int, int]
    documentation: tuple[int, int] | None
    signature: tuple[int, int] | None = None
    name: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """Everything found in one file.

    Attributes:
        language: Canonical language id.
        symbols: The file's own entry first, then the others in order of their start.
        source: The text as UTF-8 without byte order mark: what the byte ranges refer to.
    """

    language: str
    symbols: tuple[ParsedSymbol, ...]
    source: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a file has no symbols.

    Attributes:
        reason: One short lower-case phrase that a user understands, such as "binary" or "larger than 2 MB".
    """

    reason: str
