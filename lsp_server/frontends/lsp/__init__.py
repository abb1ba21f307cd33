"""The language server: LSP in, calls of the workspace out; the only package that knows pygls and lsprotocol."""
