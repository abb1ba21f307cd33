"""The language server: LSP in, calls of the workspace out; alone in knowing pygls and lsprotocol."""
