"""Which files of a folder are indexed and which have changed: ignore rules, git's metadata, the walk."""
