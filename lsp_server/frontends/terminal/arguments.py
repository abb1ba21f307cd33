"""The command line's grammar: every command, argument and option, in one parser."""

import json
import sys
from argparse import (
    SUPPRESS,
    Action,
    ArgumentError,
    ArgumentParser,
    HelpFormatter,
    Namespace,
    _SubParsersAction,
)
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn, TypeAlias, cast

from lsp_server import __version__

PROGRAM = "semantic-symbols"
SHELLS = ("bash", "zsh", "fish")
USAGE_EXIT_CODE = 2
DEFAULT_PATH = "."
"""The folder for commands that are given none."""


class Parser(ArgumentParser):
    """An argparse parser that reports errors as JSON with `--json`."""

    def error(self, message: str) -> NoReturn:
        """Report what is wrong with the command line, and exit with code 2."""
        self._complain(message, f"See `{self.prog} --help`.")

    def unknown(self, words: Sequence[str]) -> NoReturn:
        """Report unrecognized arguments; see `error`."""
        known = [option for option, _ in options(self)]
        option = words[0].partition("=")[0]
        meant = get_close_matches(option, known, 1)
        also = f"Did you mean {meant[0]}? " if meant else ""
        if option in known:
            also = f"Put {option} after the command. "
        self._complain(f"unrecognized arguments: {' '.join(words)}", f"{also}See `{self.prog} --help`.")

    def _check_value(self, action: Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except ArgumentError as error:
            meant = get_close_matches(str(value), [str(choice) for choice in action.choices or ()], 1)
            if meant:
                error.message += f"; did you mean {meant[0]!r}?"
            raise

    def _complain(self, message: str, suggestion: str) -> NoReturn:
        if "--json" in sys.argv:
            error = {"kind": "WrongUsage", "message": message, "suggestion": suggestion}
            sys.stdout.write(json.dumps({"error": error}) + "\n")
        else:
            self.print_usage(sys.stderr)
            sys.stderr.write(f"{self.prog}: {message}\nSuggestion: {suggestion}\n")
        sys.exit(USAGE_EXIT_CODE)


Commands: TypeAlias = "_SubParsersAction[Parser]"


def make_parser() -> Parser:
    """Return the parser of everything except the hidden commands of child processes."""
    parser = Parser(
        prog=PROGRAM,
        description="Find code by what it means: offline, in any editor or shell.",
        epilog='Try it: semantic-symbols search "where are failed requests retried" PATH',
        formatter_class=_formatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.set_defaults(json=False, index_dir=None, log_level=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_serve(commands)
    _add_index(commands)
    _add_searches(commands)
    _add_care(commands)
    _add_model(commands)
    completion = _command(commands, "completion", "Print a completion script for a shell.")
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    _add_vector(commands)
    return parser


def _add_serve(commands: Commands) -> None:
    serve = _command(commands, "serve", "Run the language server, by default on standard input and output.")
    where = serve.add_mutually_exclusive_group()
    where.add_argument(
        "--stdio", action="store_true", help="serve on standard input and output (the default)"
    )
    where.add_argument("--tcp", metavar="HOST:PORT", help="serve the first client that connects here")
    # VS Code's client library always adds this; it is ignored, as the end of the stream is enough.
    serve.add_argument("--clientProcessId", help=SUPPRESS)


def _add_index(commands: Commands) -> None:
    index = _command(commands, "index", "Index a folder, or bring its index up to date.")
    _add_path(index)
    _add_indexing(index)


def _add_searches(commands: Commands) -> None:
    search = _command(commands, "search", "Find symbols by meaning, name or words; indexes first if needed.")
    _add_query(search)
    search.add_argument(
        "--mode",
        choices=("hybrid", "vector", "text"),
        help="search by both (default), by meaning alone, or by words alone",
    )
    related = _command(
        commands,
        "related",
        "Find the symbols closest in meaning to the one at a position. Searches the indexed folder that "
        "holds the file, else its repository, else the current folder.",
    )
    related.add_argument("position", metavar="FILE:LINE[:COL]", help="line and column count from 1")
    related.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help="how many results at most, 1 to 200 (20, or search.defaultLimit)",
    )


def _add_care(commands: Commands) -> None:
    status = _command(commands, "status", "Show what is indexed.")
    _add_path(status)
    status.add_argument("--all", action="store_true", help="list the indexes of all folders")
    doctor = _command(commands, "doctor", "Check an index for damage.")
    _add_path(doctor)
    doctor.add_argument("--repair", action="store_true", help="repair or rebuild a damaged index")
    doctor.add_argument("--deep", action="store_true", help="also compare every file with what was indexed")
    clear = _command(commands, "clear", "Delete an index.")
    _add_path(clear)
    clear.add_argument("--all", action="store_true", help="delete all indexes and the cache")


def _add_model(commands: Commands) -> None:
    model = _command(commands, "model", "Show, choose or train the embedding model.")
    actions = model.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    _command(actions, "info", "Show the model in use.")
    use = _command(actions, "use", "Use another model from now on; writes your settings file.")
    use.add_argument(
        "model", metavar="NAME_OR_PATH", help='"bundled", a name that fastembed knows, or a folder'
    )
    _add_training(_command(actions, "train", "Train a model on your code; needs the extra `train`."))


def _add_training(train: Parser) -> None:
    train.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="folders or git repositories, including bare ones"
    )
    train.add_argument("--out", required=True, metavar="FOLDER", help="where to write the model")
    train.add_argument(
        "--list", metavar="FILE", help="a file with one source per line: PATH, or NAME, a tab and PATH"
    )
    train.add_argument("--name", metavar="NAME", help="the model's name (the folder's name)")
    train.add_argument(
        "--start",
        metavar="FOLDER",
        help="folder of all-MiniLM-L6-v2, to start from and to learn from (default: the bundled model)",
    )
    train.add_argument(
        "--corpus", metavar="FOLDER", help="where to cache what was read, for the next run (OUT/corpus)"
    )
    train.add_argument(
        "--reserve", metavar="FILE", help="file with names of repositories never to learn from, one per line"
    )
    train.add_argument(
        "--permissive-only",
        action="store_true",
        help="learn only from repositories whose own licence file permits it",
    )
    train.add_argument(
        "--vocabulary", type=int, default=60_000, metavar="N", help="how many sub-words at most (60000)"
    )
    train.add_argument("--epochs", type=int, default=1, metavar="N", help="how often each pair is seen (1)")
    train.add_argument(
        "--runs", type=int, default=2, metavar="N", help="how many runs from one start to average (2)"
    )
    train.add_argument("--batch", type=int, default=2048, metavar="N", help="pairs in a batch (2048)")
    train.add_argument(
        "--sentences",
        type=int,
        default=240_000,
        metavar="N",
        help="how many sentences to learn from the model given with --start (240000)",
    )
    train.add_argument("--seed", type=int, default=0, metavar="N", help="random seed (0)")


def _add_vector(commands: Commands) -> None:
    vector = _command(commands, "vector", "Index, search and inspect the vectors alone.")
    actions = vector.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    index = _command(actions, "index-vectors", "Index a folder and describe its vectors.")
    _add_path(index)
    _add_indexing(index)
    _add_query(_command(actions, "search-vector", "Search by vectors alone: no words, no ranking signals."))
    _add_path(_command(actions, "cluster-info", "Show cluster sizes and measured recall."))


def _add_path(parser: Parser) -> None:
    # No default here, so that one can tell whether a folder was named.
    parser.add_argument("path", nargs="?", metavar="PATH", help="the folder (default: the current one)")


def _add_indexing(parser: Parser) -> None:
    parser.add_argument("--profile", action="store_true", help="show how long each stage took")
    parser.add_argument("--rebuild", action="store_true", help="read and parse every file again")
    parser.add_argument(
        "--wait",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait for another process that is writing the index (60)",
    )


def _add_query(parser: Parser) -> None:
    parser.add_argument(
        "query",
        metavar="QUERY",
        help='in quotes; filters: kind:class lang:python path:src/** name:foo -word "exact phrase"',
    )
    _add_path(parser)
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help="how many results at most, 1 to 200 (20, or search.defaultLimit)",
    )
    parser.add_argument(
        "--kind", action="append", metavar="KIND", help="only this kind: function, class, ...; repeatable"
    )
    parser.add_argument("--lang", action="append", metavar="LANGUAGE", help="only this language; repeatable")
    parser.add_argument(
        "--include", action="append", metavar="PATTERN", help="only files that match; repeatable"
    )
    parser.add_argument(
        "--exclude", action="append", metavar="PATTERN", help="no files that match; repeatable"
    )
    parser.add_argument(
        "--min-score",
        type=float,
        default=0.0,
        metavar="SCORE",
        help="only results with at least this score, 0 to 1",
    )
    parser.add_argument("--explain", action="store_true", help="show why each result is ranked where it is")


def _command(commands: Commands, name: str, description: str) -> Parser:
    parser: Parser = commands.add_parser(
        name, help=description, description=description, formatter_class=_formatter
    )
    # No defaults here, so that a group's sub-command does not override what was given to the group.
    parser.add_argument(
        "--json", action="store_true", default=SUPPRESS, help="print one JSON document on standard output"
    )
    parser.add_argument(
        "--index-dir",
        metavar="FOLDER",
        default=SUPPRESS,
        help="keep indexes here instead of in the user cache folder",
    )
    parser.add_argument(
        "--log-level",
        choices=("error", "warning", "info", "debug"),
        default=SUPPRESS,
        help="how much is written to the log file",
    )
    return parser


def _formatter(prog: str) -> HelpFormatter:
    return HelpFormatter(prog, max_help_position=30)


def of_command(parser: Parser, parsed: Namespace) -> Parser:
    """Return the parser of the command (and action) that was named; the main one where none was."""
    for name in (parsed.command, getattr(parsed, "action", None) or ""):
        parser = cast(Parser, subcommands(parser).get(name, parser))
    return parser


def subcommands(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    """Return the sub-commands of a parser by name."""
    return {
        name: command
        for action in parser._actions  # noqa: SLF001 - argparse has no public way to ask
        if isinstance(action, _SubParsersAction)
        for name, command in action.choices.items()
    }


def options(parser: ArgumentParser) -> Sequence[tuple[str, str]]:
    """Return the long options of a parser and what each does."""
    return [
        (option, action.help or "")
        for action in parser._actions  # noqa: SLF001 - as above
        for option in action.option_strings
        if option.startswith("--") and action.help != SUPPRESS
    ]
