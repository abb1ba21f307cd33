"""What a query says: its syntax, words, quotations, and the places and paths that it names."""
