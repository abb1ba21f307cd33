"""When two spellings name the same folder: links resolved, letter case ignored where the disk ignores it."""

import os
import unicodedata
from hashlib import blake2b
from pathlib import Path


def folder_hash(folder: Path) -> str:
    """Return 16 hexadecimal digits that are equal for all spellings of one folder."""
    real = Path(os.path.realpath(folder))
    identity = str(real)
    if ignores_case(real):
        identity = folded(identity)
    return blake2b(os.fsencode(identity), digest_size=8).hexdigest()


def folded(name: str) -> str:
    """Return what equals for all names of a file where letter case and the form of accents are ignored."""
    return unicodedata.normalize("NFC", name).casefold()


def ignores_case(folder: Path) -> bool:
    """Tell it by the nearest existing folder with a letter in its name: is it found with its case swapped?"""
    for place in (folder, *folder.parents):
        swapped = place.with_name(place.name.swapcase()) if place.name else place
        if swapped.name == place.name:
            continue
        try:
            # lstat, or a link from "SRC" to "src" would pass for the same name.
            status = place.lstat()
        except OSError:
            continue
        try:
            return os.path.samestat(status, swapped.lstat())
        except OSError:
            return False
    return False
