"""A folder's background indexing with a scripted child in place of the indexer."""

import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

from lsp_server.storage.folders import IndexRoot
from lsp_server.workspace.background import BackgroundIndexing
from lsp_server.workspace.indexer_client import IndexerClient
from lsp_server.workspace.metrics import Percentiles
from lsp_server.workspace.status import IndexState
from lsp_server.workspace.turns import Turns

PATIENCE_S = 60.0

CHILD = """
import json, os, sys

def say(what, **fields):
    print(json.dumps({"is": what, **fields}), flush=True)

with open(sys.argv[1], "a") as log:
    log.write("start\\n")
    log.flush()
    for line in sys.stdin:
        command = json.loads(line)
        log.write(command["is"] + "\\n")
        log.flush()
        %s
"""

SETTLES = 'if "ticket" in command: say("Settled", ticket=command["ticket"])'
SETTLES_AND_TIDIES = SETTLES + '; say("Tidied")'
DIES = "os._exit(3)"
FAILS = 'say("Failed", kind="IndexStorageFailed", message="The disk is full.", suggestion="Make room.")'
FAILS_THEN_DIES = f"if os.path.exists('failed'): os._exit(3)\n        open('failed', 'w').close(); {FAILS}"
FAILS_THEN_WORKS = (
    "seen = globals().setdefault('seen', []); seen.append(command)\n        "
    f"if len(seen) == 1: {FAILS}\n        "
    "else: say('Progress', done=1, total=9, files_per_second=1, symbols_per_second=1, embedded_symbols=1)"
)
COUNTS_THEN_SETTLES = (
    "seen = globals().setdefault('seen', []); seen.append(command)\n        "
    "if len(seen) == 1: "
    "say('Progress', done=1, total=9, files_per_second=1, symbols_per_second=1, embedded_symbols=1)\n        "
    f"else: {SETTLES.partition(': ')[2]}"
)
NEVER_SETTLES = (
    'say("Progress", done=1, total=9, files_per_second=1, symbols_per_second=1, embedded_symbols=1)'
)
WAITS = 'say("Waiting", holder="another process")'
SETTLES_THEN_WAITS = (
    "seen = globals().setdefault('seen', []); seen.append(command)\n        "
    f"if len(seen) == 1: {SETTLES.partition(': ')[2]}\n        else: {WAITS}"
)
FAILS_AND_ENDS = FAILS + "; sys.exit()"


class Stage:
    """One background and all that it was told and told others."""

    def __init__(self, home: Path, behaviour: str, turns: Turns) -> None:
        self.log = home / "log"
        self.index = IndexRoot(home).create().folder_of(home)
        self.updates = Percentiles()
        self.publishes = True
        self._changed = threading.Condition()
        self._script = home / "child.py"
        self.behave(behaviour)
        self.background = BackgroundIndexing(
            self.index, self._client, self._publish, self._change, self.updates, turns=turns
        )

    def behave(self, behaviour: str) -> None:
        self._script.write_text(textwrap.dedent(CHILD) % behaviour)

    def commands(self) -> list[str]:
        return self.log.read_text().split() if self.log.exists() else []

    @property
    def is_resting(self) -> bool:
        return self.client.pid is None

    def comes_to(self, state: IndexState) -> None:
        self.wait_for(lambda: self.background.state is state)

    def wait_for(self, holds: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(holds, PATIENCE_S), (self.background.state, self.commands())

    def let_time_pass(self) -> None:
        """Do now what is to be done after a while."""
        with self.background._lock:
            timer = self.background._timer
        assert timer is not None
        timer.function()

    def _client(self, on_event: Callable[..., None], on_end: Callable[[], None]) -> IndexerClient:
        self.client = IndexerClient([sys.executable, str(self._script), str(self.log)], {}, on_event, on_end)
        return self.client

    def _publish(self) -> bool:
        return self.publishes

    def _change(self) -> None:
        with self._changed:
            self._changed.notify_all()


MakeStage = Callable[..., Stage]
