"""The command line."""

import sys


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[0] == "_worker":
        from lsp_server.app import run_worker

        run_worker(*arguments[1:])
        return 0
    if arguments[0] == "_indexer":
        from lsp_server.app import run_indexer

        run_indexer(*arguments[1:])
        return 0
    if arguments[0] in ("serve", "--stdio"):
        from lsp_server.app import Composition
        from lsp_server.frontends.lsp.server import run_server
        from lsp_server.frontends.lsp.transport import Stdio
        from lsp_server.workspace.workspace import Workspace

        composition = Composition()
        return run_server(lambda on_status: Workspace(composition, on_status), Stdio())
    return 2
