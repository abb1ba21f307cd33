"""What a query says: its syntax, words, quotations, and the lines and paths that it names."""
