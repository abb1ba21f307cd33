"""Checks values of settings, and parses them from text."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from lsp_server.settings.options import Option, OptionValue

_Number = TypeVar("_Number", int, float)
_TRUE: Final = {"1", "true", "yes", "on"}
_FALSE: Final = {"0", "false", "no", "off"}
_COMPLAINTS: Final = {
    "boolean": "must be true or false",
    "integer": "must be a whole number",
    "number": "must be a number",
    "string": "must be a string",
    "array": "must be a list of strings",
    "object": "must map strings to strings",
}


def checked(option: Option, value: Any) -> OptionValue:
    """Return `value` in the form in which the setting is stored.

    Raises:
        ValueError: It has the wrong type or is out of range; the message says what is wanted.
    """
    kind = option.type_name
    if not _fits(kind, value):
        raise ValueError(_COMPLAINTS[kind])
    if kind == "number":
        return _in_range(option, float(value))
    if kind == "integer":
        return _in_range(option, int(value))
    if kind == "string":
        return _one_of(option, str(value))
    if kind == "array":
        return tuple(value)
    return dict(value) if kind == "object" else bool(value)


def parsed(option: Option, text: str) -> OptionValue:
    """Return the setting's value that `text`, from the environment or the command line, stands for.

    Lists are separated by commas, maps are written `.ext=language,.other=language`.

    Raises:
        ValueError: It can't be parsed, or is out of range.
    """
    text = text.strip()
    kind = option.type_name
    if kind == "boolean":
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(_COMPLAINTS[kind])
        return text.lower() in _TRUE
    if kind in {"integer", "number"}:
        return checked(option, _number(int if kind == "integer" else float, text, _COMPLAINTS[kind]))
    if kind == "array":
        return tuple(_parts(text))
    if kind == "object":
        pairs = [part.partition("=") for part in _parts(text)]
        if not all(sign for _, sign, _ in pairs):
            raise ValueError("must be written suffix=language,suffix=language")
        return {key.strip(): value.strip() for key, _, value in pairs}
    return checked(option, text)


def _number(kind: type[int] | type[float], text: str, complaint: str) -> float:
    try:
        return kind(text)
    except ValueError:
        raise ValueError(complaint) from None


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            # Neither infinite nor NaN, nor an integer too large for a float.
            return is_number and abs(value) <= sys.float_info.max
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, Sequence) and not isinstance(value, str | bytes) and _all_texts(value)
        case _:
            return isinstance(value, Mapping) and _all_texts([*value.keys(), *value.values()])


def _in_range(option: Option, value: _Number) -> _Number:
    low, high = option.rule.minimum, option.rule.maximum
    if low is not None and high is not None and not low <= value <= high:
        raise ValueError(f"must be between {low:.12g} and {high:.12g}")
    return value


def _one_of(option: Option, value: str) -> str:
    if option.rule.choices and value not in option.rule.choices:
        raise ValueError(f"must be one of {', '.join(option.rule.choices)}")
    return value


def _all_texts(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
