"""Which of many names match what is typed, vectorised over columns; independent of folders and ranking."""
