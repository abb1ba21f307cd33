"""The folders a client has open: watching, unsaved buffers, indexer processes, status."""
