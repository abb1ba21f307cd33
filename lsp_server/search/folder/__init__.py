"""What a search reads of one folder: an index generation, open buffers before it, what passes a filter."""
