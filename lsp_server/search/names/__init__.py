"""Which of many names match what is typed, column by column; knows nothing of folders and ranking."""
