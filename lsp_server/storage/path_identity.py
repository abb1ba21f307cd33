"""When two spellings name the same folder: links are resolved, and case ignored where the disk ignores it."""

import os
import unicodedata
from hashlib import blake2b
from pathlib import Path


def folder_hash(folder: Path) -> str:
    """Return 16 hex digits that are the same for all spellings of one folder."""
    real = Path(os.path.realpath(folder))
    identity = str(real)
    if ignores_case(real):
        identity = folded(identity)
    return blake2b(os.fsencode(identity), digest_size=8).hexdigest()


def folded(name: str) -> str:
    """Return a name with letter case and the form of accents folded away, to compare names by."""
    return unicodedata.normalize("NFC", name).casefold()


def ignores_case(folder: Path) -> bool:
    """Tell whether a folder's disk ignores letter case.

    Tried with the nearest existing folder, itself or above, that has a letter in its name, with swapped case.
    """
    for ancestor in (folder, *folder.parents):
        swapped = ancestor.with_name(ancestor.name.swapcase()) if ancestor.name else ancestor
        if swapped.name == ancestor.name:
            continue
        try:
            # lstat, or a link from "SRC" to "src" would pass for the same name.
            status = ancestor.lstat()
        except OSError:
            continue
        try:
            return os.path.samestat(status, swapped.lstat())
        except OSError:
            return False
    return False
