"""What tree-sitter reads: rules of each grammar, the walk, and repairs of sources that it can't read."""
