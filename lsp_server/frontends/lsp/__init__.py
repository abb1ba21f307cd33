"""The language server: LSP in, workspace calls out. The only package that knows pygls and lsprotocol."""
