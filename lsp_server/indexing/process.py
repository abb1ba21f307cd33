"""The indexer as its own process: commands come in on standard input, events go out on standard output.

It ends with its parent: within a second after standard input ends, whatever it is doing.
"""

import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO

from lsp_server.errors import IndexerFailed, SemanticSymbolsError
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.indexer import Indexer
from lsp_server.indexing.messages import Command, Event, Failed, decode
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.stall_detector import StallDetector
from lsp_server.memory import IN_BULK, collect_rarely
from lsp_server.processes.worker_loop import lower_priority, take_stdin, take_stdout

logger = logging.getLogger(__name__)

END_S = 1.0
"""A batch that is being committed may take this long after the parent is gone; a later run recovers it."""


def run_indexer_process(make_parts: Callable[[], IndexerParts]) -> None:
    """Serve one parent until it closes standard input.

    Args:
        make_parts: Called once; its failures are reported to the parent.
    """
    events = take_stdout()
    lower_priority()
    inbox = Inbox()
    threading.Thread(target=_read_commands, args=(take_stdin(), inbox), daemon=True).start()
    lock = threading.Lock()

    def report(event: Event) -> None:
        with lock:
            try:
                events.write(event.encode())
                events.flush()
            except OSError:  # the parent is gone
                inbox.close()

    try:
        parts = make_parts()
        collect_rarely(IN_BULK)
    except SemanticSymbolsError as error:
        report(Failed(error.kind, error.message, error.suggestion))
        return
    detector = StallDetector(parts.patience_s, lambda: _give_up(report, parts.patience_s))

    def say(event: Event) -> None:
        detector.report_progress()
        report(event)

    try:
        Indexer(parts, inbox, say, detector.watching).run()
    finally:
        parts.pool.close()
        parts.cache.close()


def _read_commands(stream: BinaryIO, inbox: Inbox) -> None:
    try:
        for line in stream:
            _take_command(line, inbox)
    except (OSError, ValueError):
        logger.exception("commands from the parent can't be read any more")
    inbox.close()
    last_resort = threading.Timer(END_S, _end_at_once)
    last_resort.daemon = True
    last_resort.start()


def _give_up(report: Callable[[Event], None], patience_s: float) -> None:
    """Report that this process is stuck, log where, and end it: the next one may have more luck."""
    logger.error("no progress for %.0f seconds", patience_s)
    for number, frame in sys._current_frames().items():  # noqa: SLF001 - as documented, for debugging
        logger.error("stack of thread %d:\n%s", number, "".join(traceback.format_stack(frame)))
    report(
        Failed(
            IndexerFailed.__name__,
            f"Indexing is stuck: no progress for {patience_s:.0f} seconds.",
            "Check that the disks of the folder and of its index respond. Indexing is retried soon.",
        )
    )
    _end_at_once()


def _end_at_once() -> None:
    # With its group: a worker that is still importing does not notice yet that its parent is gone.
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _take_command(line: bytes, inbox: Inbox) -> None:
    try:
        message = decode(line)
    except IndexerFailed:  # a parent that is killed may leave half a line
        logger.warning("an unreadable command was skipped")
        return
    if isinstance(message, Command):
        inbox.put(message)
