"""Sets single keys in the user's settings file and leaves the rest of it unchanged, comments included."""

import json
import re
import tomllib
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

from lsp_server.disk import patiently
from lsp_server.errors import InvalidSettings

_HEADER: Final = re.compile(r"\s*\[+[^\]]*\]+\s*(#.*)?")


def write_settings(file: Path, values: Mapping[str, str]) -> None:
    """Set keys of the form `section.name` to strings, creating the file if there is none.

    Raises:
        InvalidSettings: The file is not TOML, or can't be written.
    """
    try:
        text = file.read_text(encoding="utf-8-sig") if file.exists() else ""
        for key, value in values.items():
            section, _, name = key.partition(".")
            text = with_value(text, section, name, value)
        kept = file.resolve()  # so that a link to a dotfiles folder stays a link
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_name(f"{kept.name}.tmp")
        temporary.write_text(text, encoding="utf-8")
        patiently(lambda: temporary.replace(kept))
    except (OSError, ValueError) as error:
        raise InvalidSettings(
            f"The settings file {file} can't be changed: {error}.",
            "Correct the file, or check that you may write it.",
        ) from error


def with_value(text: str, section: str, name: str, value: str) -> str:
    """Return a TOML text with one key of a section set to this value.

    Raises:
        ValueError: The text is not TOML, or has the section in a form that can't be changed line by line.
    """
    before = tomllib.loads(text)
    assignment = f"{name} = {json.dumps(value, ensure_ascii=False)}"
    lines = [line.rstrip("\n") for line in StringIO(text)]  # `splitlines` also splits where TOML does not
    start = next(
        (i for i, line in enumerate(lines) if re.fullmatch(rf"\s*\[\s*{section}\s*\]\s*(#.*)?", line)), None
    )
    if start is None:
        lines += ["", f"[{section}]", assignment] if lines else [f"[{section}]", assignment]
    else:
        end = next((i for i in range(start + 1, len(lines)) if _HEADER.fullmatch(lines[i])), len(lines))
        own = [i for i in range(start + 1, end) if re.match(rf"\s*{name}\s*=", lines[i])]
        if own:
            lines[own[0]] = assignment
        else:
            lines.insert(start + 1, assignment)
    changed = "\n".join(lines) + "\n"
    wanted = {**before, section: {**before.get(section, {}), name: value}}
    if tomllib.loads(changed) != wanted:
        raise ValueError(f"set {section}.{name} to {json.dumps(value)} in it by hand")
    return changed
