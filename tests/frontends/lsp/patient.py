"""The server with the patience of a test: what it answers is tried, on whatever machine, and not how soon."""

import os
import sys

from lsp_server import app
from lsp_server.cli import main
from lsp_server.workspace import overlay, service
from lsp_server.workspace.watching import watcher

PATIENCE_S = 60.0
NEVER_S = 3600.0

if __name__ == "__main__":
    service.OPEN_S = service.HANDOVER_S = overlay.PARSE_WAIT_S = app.BUFFER_TIMEOUT_S = PATIENCE_S
    if "TEST_WITHOUT_POLLING" in os.environ:
        assert watcher.UNWATCHED_S < NEVER_S > watcher.MIN_POLL_S  # both are there to be set
        watcher.UNWATCHED_S = watcher.MIN_POLL_S = NEVER_S
    sys.exit(main(["serve"]))
