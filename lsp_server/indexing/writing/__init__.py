"""From yields to a commit: files put in their place, gathered in a batch, written in a crash-safe order."""
