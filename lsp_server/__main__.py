"""`python -P -m lsp_server`: the language server on standard input and output; with arguments, the CLI."""

import sys

from lsp_server.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["serve"]))
