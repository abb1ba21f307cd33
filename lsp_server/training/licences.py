"""Which licence a repository's own file grants, so that nothing is learned from code that may not be used."""

import re
from collections.abc import Mapping

PERMISSIVE = frozenset(
    {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "BSL-1.0", "Zlib", "PostgreSQL", "Unlicense"}
    | {"MIT-0", "0BSD", "HPND", "PSF-2.0", "Public domain"}
)
"""SPDX names of licences that allow use in a model, given attribution."""

_FILE_NAME = re.compile(r"(?:[^/]+/)?(?:[\w-]*licen[cs]e|copying|copyright)(?:[-._][^/]*)?", re.IGNORECASE)
_SPACE = re.compile(r"[\s*#>/\"'`_=-]+")

# Phrases of the licences' own texts. Of the licences whose phrases all occur, the one whose first phrase
# comes earliest counts: later ones are of bundled parts, or merely mentioned.
_TEXTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("AGPL-3.0", ("gnu affero general public license",)),
    ("LGPL", ("gnu lesser general public license",)),
    ("MPL-2.0", ("mozilla public license",)),
    ("EPL", ("eclipse public license",)),
    ("Elastic-2.0", ("elastic license",)),
    ("BUSL-1.1", ("business source license",)),
    ("SSPL", ("server side public license",)),
    ("BSL-1.0", ("boost software license",)),
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("PSF-2.0", ("python software foundation license",)),
    (
        "PostgreSQL",
        (
            "permission to use, copy, modify, and distribute this software and its documentation",
            "for any purpose, without fee",
        ),
    ),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("MIT-0", ("permission is hereby granted, free of charge", "mit no attribution")),
    ("MIT", ("permission is hereby granted, free of charge", "substantial portions of the software")),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "endorse or promote")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    (
        "ISC",
        (
            "permission to use, copy, modify, and",
            "for any purpose with or without fee is hereby granted",
            "copyright notice and this permission notice appear in all copies",
        ),
    ),
    (
        "0BSD",
        ("permission to use, copy, modify, and", "for any purpose with or without fee is hereby granted"),
    ),
    (
        "HPND",
        (
            "permission to use, copy, modify",
            "its documentation for any purpose",
            "without fee is hereby granted",
        ),
    ),
    ("Zlib", ("altered source versions must be plainly marked",)),
    ("Public domain", ("the author disclaims copyright to this source code",)),
    ("GPL", ("gnu general public license",)),
)


def is_licence_file(path: str) -> bool:
    """Return whether a file may hold the licence: by its name, at the root or one folder down."""
    return _FILE_NAME.fullmatch(path) is not None


def licence_of(texts: Mapping[str, str]) -> str | None:
    """Return the SPDX name of the licence of a repository, or None when none is recognised.

    Files at the root come before those one folder down. Of several the first permissive one counts, as in
    "MIT OR Apache-2.0"; a copyleft text next to it, as in "GPL-2.0 OR BSD", does not change that.

    Args:
        texts: Licence files, by path.
    """
    ordered = sorted(texts.items(), key=lambda item: ("/" in item[0], item[0]))
    at_root = [text for path, text in ordered if "/" not in path]
    found = [
        name for text in at_root or [text for _, text in ordered] if (name := _recognised(text)) is not None
    ]
    return next((name for name in found if name in PERMISSIVE), found[0] if found else None)


def _recognised(text: str) -> str | None:
    folded = _SPACE.sub(" ", text.lower())
    starts: dict[str, int] = {}
    for name, phrases in _TEXTS:
        found = [folded.find(_SPACE.sub(" ", phrase)) for phrase in phrases]
        if min(found) >= 0:
            starts.setdefault(name, found[0])
    return min(starts, key=starts.__getitem__, default=None)
