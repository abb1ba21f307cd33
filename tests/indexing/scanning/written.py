"""Trees of files, written in one go."""

from pathlib import Path


def write(root: Path, files: dict[str, str]) -> None:
    """Write files, by their paths below a root."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
