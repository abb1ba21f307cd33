"""Which code is for an operating system other than this one, or set aside: names of folders and files tell.

Code that is written once per system comes in parallel folders (`unix/`, `win/`) or files (`poll_windows.go`,
`darwin-proctitle.c`). Somebody who works on one system rarely means another's version, nor one in `legacy/`.
"""

from collections.abc import Iterable, Sequence
from typing import Final

_WINDOWS: Final = frozenset({"windows", "win32", "win64", "win", "msvc", "mingw"})
_APPLE: Final = frozenset({"darwin", "macos", "osx", "ios", "tvos", "watchos", "cocoa", "fsevents"})
_BSD: Final = frozenset({"bsd", "freebsd", "openbsd", "netbsd", "dragonfly", "kqueue"})
_LINUX: Final = frozenset({"linux", "epoll", "inotify"})
_OTHER: Final = frozenset(
    {"aix", "cygwin", "haiku", "hurd", "ibmi", "os390", "qnx", "solaris", "sunos", "zos"}
)
_UNIX: Final = frozenset({"unix", "posix"})

PLATFORM_WORDS: Final = _WINDOWS | _APPLE | _BSD | _LINUX | _OTHER | _UNIX
"""Words that, in a query, ask for a particular system."""

OUTDATED_WORDS: Final = frozenset({"legacy", "deprecated", "obsolete"})
"""Names of folders and files with code that other code has replaced."""

_AT_HOME: Final = {
    "win32": _WINDOWS,
    "darwin": _APPLE | _BSD | _UNIX,
    "linux": _LINUX | _UNIX,
}


def foreign_words(platform: str) -> frozenset[str]:
    """Return the words that name systems other than the given one.

    Args:
        platform: As in `sys.platform`.
    """
    at_home = next(
        (words for system, words in _AT_HOME.items() if platform.startswith(system)), _OTHER | _BSD | _UNIX
    )
    return PLATFORM_WORDS - at_home


def is_foreign(folders: Iterable[str], stem: Sequence[str], foreign: frozenset[str]) -> bool:
    """Tell whether a file is for a system that `foreign` names, or set aside.

    Args:
        folders: The names of its folders, in lower case; only a whole name counts.
        stem: The words of its own name; only the first and the last count.
        foreign: From `foreign_words` and `OUTDATED_WORDS`.
    """
    if not foreign.isdisjoint(folders):
        return True
    return bool(stem) and (stem[0] in foreign or stem[-1] in foreign)
