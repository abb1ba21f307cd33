"""Writes docs/settings.md: `python tests/frontends/terminal/settings_page.py > docs/settings.md`."""

import json
import sys
from collections.abc import Mapping

from lsp_server.settings import CLIENT_SECTION, WORKSPACE_FILE, Option, OptionRule, describe

_INTRODUCTION = f"""\
# Settings

All settings. This page is generated from the program's own list; don't edit it by hand.

A setting may be given in several places. Later ones win:

1. the default,
2. your own settings file, `config.toml` in the platform's folder for settings
   (`~/.config/semantic-symbols/` on Linux, `~/Library/Application Support/semantic-symbols/` on macOS,
   `%LOCALAPPDATA%\\semantic-symbols\\` on Windows),
3. `{WORKSPACE_FILE}` in the workspace folder, for the settings that a workspace may set,
4. the environment,
5. the command line (`--index-dir`, `--log-level`),
6. what your editor sends in its section `{CLIENT_SECTION}`.

A change in the editor takes effect at once, without a restart.

A repository that you open must not decide what runs on your machine. So a workspace's file can't set anything
that names a folder, loads a model or applies to the whole machine, nor raise the limits on a file's size and
parsing time.

An unknown setting is reported, with the nearest valid name, and so is an invalid value. Both are ignored. At
most ten mistakes are reported for each place.

In TOML, sections are tables. Names may be written as here or in snake_case:

```toml
[indexing]
exclude = ["docs/**", "*.generated.ts"]
extraSuffixes = {{ ".mdx" = "markdown" }}

[log]
level = "debug"
```

In the environment, lists are separated by commas, and maps are written `.mdx=markdown,.inc=php`.
"""


def settings_page() -> str:
    """Return the page as Markdown."""
    parts = [_INTRODUCTION]
    section = ""
    for option in describe():
        if option.section != section:
            section = option.section
            parts.append(f"\n## {section}\n")
        parts.append(_entry(option))
    return "".join(parts)


def _entry(option: Option) -> str:
    rule = option.rule
    facts = [f"{option.type_name}, default `{_text(option)}`"]
    if rule.minimum is not None and rule.maximum is not None:
        facts.append(f"{_number(rule.minimum)} to {_number(rule.maximum)}")
    if rule.choices:
        facts.append("one of " + ", ".join(f"`{choice}`" for choice in rule.choices))
    facts.append(f"environment `{option.environment}`")
    facts.append(_in_workspace(rule))
    return f"\n### `{option.key}`\n\n{rule.description}\n\n*{'; '.join(facts)}*\n"


def _in_workspace(rule: OptionRule) -> str:
    if not rule.in_workspace:
        return "not in a workspace's file"
    return "may be lowered in a workspace's file" if rule.is_ceiling else "allowed in a workspace's file"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _text(option: Option) -> str:
    default = option.default
    if isinstance(default, Mapping):
        return json.dumps(dict(default))
    return json.dumps(list(default) if isinstance(default, tuple) else default)


if __name__ == "__main__":
    sys.stdout.write(settings_page())
