"""How a process keeps its memory: when it looks for cyclic garbage, how many heaps it has, what they hold."""

import contextlib
import gc
import sys
from typing import Final

IN_BULK: Final = 100_000
"""For processes that make records by the million and soon end."""

IN_SERVER: Final = 10_000
"""For one that runs for days."""

_M_ARENA_MAX: Final = -8
"""Of glibc's `malloc.h`."""


def collect_rarely(every: int) -> None:
    """Leave alone for good what exists now, and look for cycles rarely among what comes later.

    Call it once everything is imported. At its usual pace the collector takes a twentieth of all time in bulk
    work, and stops a server that answers with hundreds of symbols for 50 to 80 ms now and then.

    Args:
        every: How many more objects have to be made than were freed until the youngest are looked at:
            `IN_BULK` or `IN_SERVER`.
    """
    gc.freeze()
    gc.set_threshold(every, 20, 50)


def share_one_heap() -> None:
    """Let all threads allocate from one heap, not each from its own; call it before any starts.

    glibc makes up to eight heaps a core, and what a thread freed in its own serves no other: at a million
    symbols a third of the server's memory, and more with every thread that loads its first generation.
    """
    _c_library("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Return freed memory to the system, after work that needed more than usual; takes 1 to 10 ms."""
    _c_library("malloc_trim", 0)


def _c_library(function: str, *arguments: int) -> None:
    """Call a function of glibc; other C libraries and systems have one heap, which they trim themselves."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here, and NumPy has to import it anyway

        with contextlib.suppress(AttributeError):
            getattr(ctypes.CDLL(None), function)(*arguments)
