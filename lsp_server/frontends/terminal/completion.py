"""`completion SHELL`: a completion script, generated from the parser so that it is always up to date."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from lsp_server.frontends.terminal.arguments import PROGRAM, make_parser, options, subcommands
from lsp_server.frontends.terminal.console import Console
from lsp_server.frontends.terminal.contract import Tools


def run_completion(arguments: Namespace, _: Tools, console: Console) -> int:
    """Run `completion SHELL`."""
    script = completion_script(arguments.shell)
    console.document({"shell": arguments.shell, "script": script})
    console.say(script)
    return 0


def completion_script(shell: str) -> str:
    """Return the script for bash, zsh or fish."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _words() -> Iterator[tuple[tuple[str, ...], ArgumentParser]]:
    """Yield every command's words (`vector search-vector` has two) and parser; first the program itself."""
    parser = make_parser()
    yield (), parser
    for name, command in subcommands(parser).items():
        yield (name,), command
        for action, inner in subcommands(command).items():
            yield (name, action), inner


def _completions(parser: ArgumentParser) -> list[str]:
    return [*subcommands(parser), *(option for option, _ in options(parser))]


def _bash() -> str:
    cases = "\n".join(
        f'    "{" ".join(words)}") candidates="{" ".join(_completions(parser))}" ;;'
        for words, parser in _words()
    )
    return f"""\
# bash completion of {PROGRAM}: eval "$({PROGRAM} completion bash)"
_semantic_symbols() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" first="" second="" candidates=""
  (( COMP_CWORD > 1 )) && first="${{COMP_WORDS[1]}}"
  if (( COMP_CWORD > 2 )); then
    case "$first" in {"|".join(_groups())}) second=" ${{COMP_WORDS[2]}}" ;; esac
  fi
  case "$first$second" in
{cases}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
  [[ "$current" == -* ]] || COMPREPLY+=($(compgen -f -- "$current"))
}}
complete -o filenames -F _semantic_symbols {PROGRAM}"""


def _zsh() -> str:
    return f"""\
#compdef {PROGRAM}
# zsh completion of {PROGRAM}: eval "$({PROGRAM} completion zsh)"
autoload -U +X bashcompinit && bashcompinit
{_bash()}"""


def _fish() -> str:
    lines = [f"# fish completion of {PROGRAM}: {PROGRAM} completion fish | source"]
    for words, parser in _words():
        condition = _fish_condition(words)
        for name, command in subcommands(parser).items():
            about = _quoted(command.description or "")
            lines.append(f"complete -c {PROGRAM} -n '{condition}' -a {name} -d {about}")
        for option, about in options(parser):
            lines.append(f"complete -c {PROGRAM} -n '{condition}' -l {option[2:]} -d {_quoted(about)}")
    return "\n".join(lines)


def _fish_condition(words: tuple[str, ...]) -> str:
    if not words:
        return "__fish_use_subcommand"
    return "; and ".join(f"__fish_seen_subcommand_from {word}" for word in words)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _groups() -> list[str]:
    return [name for name, command in subcommands(make_parser()).items() if subcommands(command)]
