"""A folder of small source files in several languages, and its symbols as a brute-force search sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lsp_server.fulltext import UnsavedDocument
from lsp_server.model import Symbol
from lsp_server.search.folder.view import FolderView

FILES = {
    "src/session.py": '''\
"""Keeps users logged in."""


class SessionStore:
    """Holds the sessions of all users."""

    def load_session(self, key):
        """Read one session back from disk."""
        return self.storage.read(key)

    def save_session(self, key, session):
        self.storage.write(key, session)


def refresh_token(token, clock):
    """Renew an access token before it expires."""
    return token.renew(clock.now())
''',
    "src/net/retry.py": '''\
MAX_ATTEMPTS = 5


def retry_request(send, request):
    """Send a request again, waiting longer each time, until it succeeds."""
    for attempt in range(MAX_ATTEMPTS):
        if send(request):
            return attempt
    raise TimeoutError
''',
    "src/net/client.ts": """\
export interface Transport { send(request: string): Promise<string>; }

export class HttpClient {
  constructor(private transport: Transport) {}
  async fetchUser(id: string) { return this.transport.send("/users/" + id); }
}

export function parseHeader(line: string) { return line.split(":"); }
""",
    "core/parser.go": """\
package core

// Parser turns tokens into a tree.
type Parser struct { tokens []string }

// ParseHeader reads the header of a file.
func (p *Parser) ParseHeader() string { return p.tokens[0] }

func drawCircle(radius int) int { return radius * 3 }
""",
    "tests/test_session.py": """\
def test_load_session_reads_the_storage():
    assert SessionStore().load_session("key")
""",
    "docs/guide.md": """\
# Guide

## Sessions

How a session is refreshed.

## Retrying

Requests are sent again.
""",
    "日本/エラー.py": '''\
def エラー処理(原因):
    """原因を調べる"""
    return 原因
''',
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Known:
    """One symbol of the folder and what a search knows of it."""

    id: int
    path: str
    symbol: Symbol
    document: UnsavedDocument
    vector: NDArray[np.float16]

    @property
    def terms(self) -> frozenset[str]:
        """The stems in any of its fields."""
        return frozenset(term for terms in self.document.terms.values() for term in terms)


def everything(view: FolderView) -> list[Known]:
    """Return every symbol of a view that has all its files open as buffers."""
    return [
        Known(int(file.ids[row]), file.path, symbol, file.documents[row], file.vectors[row])
        for file in view.unsaved.values()
        for row, symbol in enumerate(file.symbols)
    ]


def many_functions(n_files: int, n_functions: int) -> Mapping[str, str]:
    """Return files of functions about one thing, more of them than a retriever is asked for."""
    verbs = ("open", "close", "read", "write", "flush", "seek", "lock", "copy", "move", "hash")
    return {
        f"{'lib' if file % 2 else 'app'}/part{file}.py": "\n\n".join(
            f"def {verbs[number % 10]}_socket_{file}_{number}(socket):\n"
            f"    return socket.{verbs[number // 10]}()"
            for number in range(n_functions)
        )
        for file in range(n_files)
    }
