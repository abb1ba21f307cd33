"""Which files of a folder count and which of them have changed: ignore rules, git's knowledge, the walk."""
