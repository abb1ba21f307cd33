"""Builds the language server around a workspace and runs it until its client leaves."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

from lsprotocol import types

from lsp_server import __version__
from lsp_server.frontends.lsp.documents import Documents
from lsp_server.frontends.lsp.lifecycle_features import LifecycleFeatures, on_first_use
from lsp_server.frontends.lsp.rpc import Handler, RpcServer
from lsp_server.frontends.lsp.search_features import SearchFeatures
from lsp_server.frontends.lsp.session import MakeWorkspace, Session
from lsp_server.frontends.lsp.status_features import StatusFeatures
from lsp_server.frontends.lsp.transport import Channel, MessageWriter, Transport, read_messages

SERVER_NAME = "semantic-symbols"

_CLOSE_S = 1.3
_FLUSH_S = 0.2
_END_S = 1.7
"""docs/protocol.md: `exit`, or the end of stdin, ends the server within 2 s, even if something hangs."""
_UNHANDLED_LIMIT = 1000
"""How many messages are read ahead of the event loop, as backpressure for a client that floods it. Requests
that wait for a search are not counted."""


def run_server(make_workspace: MakeWorkspace, transport: Transport) -> int:
    """Serve one client until it leaves.

    Args:
        make_workspace: Called once, in a thread, after `initialize` was answered, with a callback for
            statuses that may be called from any thread.
        transport: `Stdio()`, or `Tcp(port)`, which serves the first client that connects.

    Returns:
        The exit code: 0 after `shutdown`, else 1. The process ends within two seconds after the client left,
        even if the workspace hangs: then this function ends the process and does not return.
    """
    # pygls quotes messages in its logs, and messages have queries and source text in them.
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    return asyncio.run(_serve(make_workspace, transport.connect()))


async def _serve(make_workspace: MakeWorkspace, channel: Channel) -> int:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def end() -> None:
        with suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(ended.set)

    writer = MessageWriter(channel.writer, on_broken=end)
    server = RpcServer(SERVER_NAME, __version__)
    server.protocol.send = writer.send
    session = build(server, make_workspace, loop, end)
    reader = threading.Thread(
        target=_read, args=(channel, server.protocol.receive, loop, end), name="lsp-reader", daemon=True
    )
    reader.start()
    with suppress(ValueError):  # raised outside the main thread
        signal.signal(signal.SIGTERM, lambda *_: end())
        signal.signal(signal.SIGINT, lambda *_: end())
    await ended.wait()

    exit_code = 0 if server.protocol.is_shut_down else 1
    last_resort = threading.Timer(_END_S, os._exit, [exit_code])
    last_resort.daemon = True
    last_resort.start()
    session.close(_CLOSE_S)
    writer.finish(_FLUSH_S)
    return exit_code


def build(
    server: RpcServer,
    make_workspace: MakeWorkspace,
    loop: asyncio.AbstractEventLoop,
    on_exit: Callable[[], None],
) -> Session:
    """Register every handler.

    Returns:
        The session that they share.
    """
    session = Session(make_workspace)
    lifecycle = LifecycleFeatures(server, session, loop, on_exit)
    searches = SearchFeatures(session, server.protocol)
    statuses = StatusFeatures(session)
    documents = Documents(session)
    for method, handler in _conversation(lifecycle).items():
        server.protocol.handle(method, handler)
    for method, handler in {**_work(lifecycle, documents), **_questions(searches, statuses)}.items():
        server.protocol.handle(method, on_first_use(session, lifecycle.start, handler))
    return session


def _conversation(lifecycle: LifecycleFeatures) -> dict[str, Handler]:
    return {
        types.INITIALIZE: lifecycle.initialize,
        types.INITIALIZED: lifecycle.initialized,
        types.SHUTDOWN: lifecycle.shutdown,
        types.EXIT: lifecycle.exit,
        types.WINDOW_WORK_DONE_PROGRESS_CANCEL: lifecycle.cancel_progress,
    }


def _work(lifecycle: LifecycleFeatures, documents: Documents) -> dict[str, Handler]:
    return {
        types.TEXT_DOCUMENT_DID_OPEN: documents.did_open,
        types.TEXT_DOCUMENT_DID_CHANGE: documents.did_change,
        types.TEXT_DOCUMENT_DID_SAVE: documents.did_save,
        types.TEXT_DOCUMENT_DID_CLOSE: documents.did_close,
        types.WORKSPACE_DID_CHANGE_CONFIGURATION: lifecycle.did_change_configuration,
        types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: lifecycle.did_change_workspace_folders,
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES: lifecycle.did_change_watched_files,
        types.WORKSPACE_DID_CREATE_FILES: lifecycle.did_touch_files,
        types.WORKSPACE_DID_DELETE_FILES: lifecycle.did_touch_files,
        types.WORKSPACE_DID_RENAME_FILES: lifecycle.did_rename_files,
    }


def _questions(searches: SearchFeatures, statuses: StatusFeatures) -> dict[str, Handler]:
    return {
        types.WORKSPACE_SYMBOL: searches.workspace_symbol,
        types.WORKSPACE_SYMBOL_RESOLVE: searches.resolve,
        types.TEXT_DOCUMENT_HOVER: searches.hover,
        "semanticSearch": searches.search,
        "semanticSearch/related": searches.related,
        "semanticSearch/filters": searches.filters,
        "semanticSearch/status": statuses.status,
        "semanticSearch/pause": statuses.pause,
        "semanticSearch/resume": statuses.resume,
        "semanticSearch/rebuild": statuses.rebuild,
        "semanticSearch/explainPath": statuses.explain_path,
    }


def _read(
    channel: Channel,
    receive: Callable[[bytes], None],
    loop: asyncio.AbstractEventLoop,
    end: Callable[[], None],
) -> None:
    unhandled = threading.Semaphore(_UNHANDLED_LIMIT)

    def handle(body: bytes) -> None:
        try:
            receive(body)
        finally:
            unhandled.release()

    try:
        with suppress(RuntimeError):  # the loop has ended
            for body in read_messages(channel.reader):
                unhandled.acquire()
                loop.call_soon_threadsafe(handle, body)
    finally:
        end()
