"""The server with the patience of a test: what it answers is tried, on whatever machine, and not how soon."""

import sys

from lsp_server import app
from lsp_server.cli import main
from lsp_server.workspace import overlay, service

PATIENCE_S = 60.0

if __name__ == "__main__":
    service.OPEN_S = service.HANDOVER_S = overlay.SETTLE_S = app.BUFFER_TIMEOUT_S = PATIENCE_S
    sys.exit(main(["serve"]))
