"""From analyses to a commit: files are placed, gathered in a batch, and written in a crash-safe order."""
