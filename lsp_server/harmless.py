"""Makes texts that a file may have decided safe to print on a terminal, as the console and logs need."""

import re
from typing import Final

_CONTROL_CHARACTERS: Final = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Return a text that is safe to print: names and code must not be able to control the terminal.

    Control characters, except line ends and tabs, become their pictures (␛). Those without a picture become
    U+FFFD, as do bidirectional controls, which would show code in another order than it runs.
    """
    return _CONTROL_CHARACTERS.sub(lambda found: _picture(found[0]), text)


def _picture(character: str) -> str:
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"
