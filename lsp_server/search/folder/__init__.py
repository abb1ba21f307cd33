"""What a search reads of one folder: an index generation, the open buffers that override it, its filters."""
