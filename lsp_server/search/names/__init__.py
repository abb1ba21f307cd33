"""Which of many names match what is typed, vectorised over columns; knows nothing of folders and ranking."""
