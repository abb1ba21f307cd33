"""The command line: parses the arguments, runs one command, and reports the outcome as an exit code."""

import logging
import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING

from lsp_server.disk import raise_open_file_limit
from lsp_server.errors import InvalidParams, SemanticSymbolsError
from lsp_server.frontends.terminal.arguments import (
    DEFAULT_PATH,
    Parser,
    make_parser,
    of_command,
    subcommands,
)
from lsp_server.frontends.terminal.console import INTERRUPTED_EXIT_CODE, Console, standard_console
from lsp_server.logs import Role, log_uncaught, set_level, start_logging
from lsp_server.memory import IN_SERVER, collect_rarely, share_one_heap
from lsp_server.settings import load_settings

if TYPE_CHECKING:
    from lsp_server.workspace.workspace import Workspace

logger = logging.getLogger(__name__)

# Imported when called: each command pays only for the imports it needs.
_TERMINAL = "lsp_server.frontends.terminal"
_COMMANDS = {
    "index": f"{_TERMINAL}.index_command:run_index",
    "search": f"{_TERMINAL}.search_command:run_search",
    "related": f"{_TERMINAL}.search_command:run_related",
    "status": f"{_TERMINAL}.status_command:run_status",
    "doctor": f"{_TERMINAL}.doctor_command:run_doctor",
    "clear": f"{_TERMINAL}.clear_command:run_clear",
    "model info": f"{_TERMINAL}.model_command:run_info",
    "model use": f"{_TERMINAL}.model_command:run_use",
    "model train": f"{_TERMINAL}.train_command:run_train",
    "completion": f"{_TERMINAL}.completion:run_completion",
    "vector index-vectors": f"{_TERMINAL}.index_command:run_index_vectors",
    "vector search-vector": f"{_TERMINAL}.search_command:run_search_vector",
    "vector cluster-info": f"{_TERMINAL}.clusters:run_cluster_info",
}

_CHILDREN = {"_worker": "run_worker", "_buffer_worker": "run_buffer_worker", "_indexer": "run_indexer"}
"""Hidden commands; `app` starts child processes with them, and is too heavy to be asked for their names."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name.

    Args:
        arguments: None means the process's own.

    Returns:
        The exit code; the README lists them.
    """
    _open_streams()
    raise_open_file_limit()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in _CHILDREN:
        # Ctrl-C in a terminal reaches children too, but their parent decides when they end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        log_uncaught()
        if words[0] == "_indexer":
            share_one_heap()
        from lsp_server import app  # noqa: PLC0415 - heavy, and to be imported with one heap

        getattr(app, _CHILDREN[words[0]])(*words[1:])
        return 0
    with _ending_at_ctrl_c():
        parser = make_parser()
        if _are_server_options(words, subcommands(parser)):
            words.insert(0, "serve")
        parsed = _parsed(parser, words)
    if parsed.command is None:
        parser.print_help()
        return 0
    return _run(parsed, standard_console(as_json=parsed.json))


def _are_server_options(words: Sequence[str], commands: Collection[str]) -> bool:
    """Tell whether the words are options without a command, as editors pass them."""
    if not words or not words[0].startswith("--") or words[0] in {"--help", "--version"}:
        return False
    return not any(word in commands for word in words)


def _parsed(parser: Parser, words: Sequence[str]) -> Namespace:
    """Parse the words; PATH may also follow options, where argparse no longer looks for it."""
    parsed, left = parser.parse_known_args(words)
    lacks_path = "path" in parsed and parsed.path is None
    if lacks_path and len(left) == 1 and not left[0].startswith("-"):
        parsed.path = left[0]
    elif left:
        of_command(parser, parsed).unknown(left)
    elif lacks_path:
        parsed.path = DEFAULT_PATH
        return parsed
    if getattr(parsed, "all", False):  # naming one folder does not mean deleting every index
        of_command(parser, parsed).error("argument --all: not allowed with argument PATH")
    return parsed


def _run(parsed: Namespace, console: Console) -> int:
    try:
        return _serve(parsed) if parsed.command == "serve" else _command(parsed, console)
    except SemanticSymbolsError as error:
        console.fail(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.note("Interrupted.")
        return INTERRUPTED_EXIT_CODE
    except BrokenPipeError:  # the reader of our output (`head`, a pager) has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        logger.exception("%s failed", parsed.command)
        console.fail(
            SemanticSymbolsError(
                f"Internal error: {type(error).__name__}: {error}.",
                "Run the command with --log-level debug, and report it with the log file.",
            )
        )
        return SemanticSymbolsError.exit_code


def _command(parsed: Namespace, console: Console) -> int:
    _start_logging("command", parsed)
    name = f"{parsed.command} {parsed.action}" if "action" in parsed else parsed.command
    module, _, function = _COMMANDS[name].partition(":")
    with _ending_at_ctrl_c():
        from lsp_server.app import Composition  # noqa: PLC0415 - heavy; `--help` and wrong usage need none of it

        command: Callable[..., int] = getattr(import_module(module), function)
    began_s = time.perf_counter()
    exit_code = command(parsed, Composition(_command_line(parsed)), console)
    console.flush()  # when Python ends, a reader that has seen enough would be called a failure
    logger.debug("%s took %.3f s and ended with %d", name, time.perf_counter() - began_s, exit_code)
    return exit_code


@contextmanager
def _ending_at_ctrl_c() -> Iterator[None]:
    """Have Ctrl-C end the process at once: some modules swallow or wrap exceptions while being imported."""

    def end(*_: object) -> None:
        with suppress(OSError):
            os.write(2, b"Interrupted.\n")
        os._exit(INTERRUPTED_EXIT_CODE)

    before = signal.getsignal(signal.SIGINT)
    if before in (signal.SIG_IGN, None):  # whoever started us wants it so
        yield
        return
    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _open_streams() -> None:
    """Open the standard streams that were closed (`2>&-`), or files would get their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - kept open


def _serve(parsed: Namespace) -> int:
    share_one_heap()
    _start_logging("server", parsed)
    log_uncaught()
    from lsp_server.frontends.lsp.server import run_server  # noqa: PLC0415 - only the server's
    from lsp_server.frontends.lsp.session import OnStatus  # noqa: PLC0415 - as above
    from lsp_server.frontends.lsp.transport import Stdio, Tcp  # noqa: PLC0415 - as above

    def make_workspace(on_status: OnStatus) -> "Workspace":
        # `initialize` is answered before the heavy parts are imported.
        from lsp_server.app import Composition  # noqa: PLC0415
        from lsp_server.workspace.workspace import Workspace  # noqa: PLC0415

        composition = Composition(
            _command_line(parsed), apply_settings=lambda chosen: set_level(chosen.log.level)
        )
        composition.expire_indexes()
        collect_rarely(IN_SERVER)
        return Workspace(composition, on_status)

    try:
        transport = Stdio() if parsed.tcp is None else Tcp.parse(parsed.tcp)
    except ValueError as error:
        raise InvalidParams(f"--tcp: {error}.", "Give it as in 127.0.0.1:9257.", key="tcp") from error
    return run_server(make_workspace, transport)


def _command_line(parsed: Namespace) -> dict[str, str | None]:
    return {"storage.indexDir": parsed.index_dir, "log.level": parsed.log_level}


def _start_logging(role: Role, parsed: Namespace) -> None:
    settings = load_settings(None, os.environ, _command_line(parsed), {}).settings
    start_logging(role, settings.log.level)
