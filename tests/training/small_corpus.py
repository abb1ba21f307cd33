"""Folders of made-up code, small enough to train on in a second and regular enough to learn from."""

import subprocess
from pathlib import Path

VERBS = {
    "open": "Opens",
    "close": "Closes",
    "send": "Sends",
    "parse": "Parses",
    "draw": "Draws",
    "store": "Keeps",
}
THINGS = {
    "socket": "connection to the other machine",
    "file": "document on the disk",
    "circle": "round shape on the screen",
    "password": "secret word of the user",
    "route": "way of a request to its handler",
    "colour": "shade that the brush has",
    "queue": "line of jobs that wait",
    "token": "smallest piece of the text",
}
MIT = """MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in it.
The above copyright notice shall be included in all copies or substantial portions of the Software.
"""


def write_folder(folder: Path, *, licence: str = MIT) -> Path:
    """Write one module for each thing, with a documented function for each verb."""
    folder.mkdir(parents=True)
    for thing, meaning in THINGS.items():
        functions = [
            f"def {verb}_{thing}_{folder.name}(self, {thing}, options):\n"
            f'    """{says} the {meaning} for {folder.name}."""\n'
            f"    return self.{thing}s.{verb}({thing}, options)\n"
            for verb, says in VERBS.items()
        ]
        (folder / f"{thing}s.py").write_text("\n\n".join(functions), "utf-8")
    if licence:
        (folder / "LICENSE").write_text(licence, "utf-8")
    return folder


def commit(folder: Path) -> Path:
    """Make a git repository of a folder, and return its git directory."""
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder / ".git"
