"""How a process manages memory: how often cyclic garbage is collected, how many heaps there are, trimming."""

import contextlib
import gc
import sys
from typing import Final

IN_BULK: Final = 100_000
"""For short-lived processes that create records by the million."""

IN_SERVER: Final = 10_000
"""For the server, which runs for days."""

_M_ARENA_MAX: Final = -8
"""Of glibc's `malloc.h`."""


def collect_rarely(every: int) -> None:
    """Exempt what exists now from garbage collection for good, and collect the rest rarely.

    Call it once everything is imported. At its usual pace the collector takes a twentieth of all time in bulk
    work, and now and then pauses a server that answers with hundreds of symbols for 50 to 80 ms.

    Args:
        every: The youngest generation's threshold, in allocations minus deallocations: `IN_BULK` or
            `IN_SERVER`.
    """
    gc.freeze()
    gc.set_threshold(every, 20, 50)


def share_one_heap() -> None:
    """Make all threads allocate from one malloc arena; call it before any starts.

    glibc makes up to eight arenas per core, and memory that a thread freed in its own serves no other: at a
    million symbols a third of the server's memory, and more with each thread that loads its first generation.
    """
    _c_library("mallopt", _M_ARENA_MAX, 1)


def trim_memory() -> None:
    """Return freed memory to the system, after work that needed more than usual; takes 1 to 10 ms."""
    _c_library("malloc_trim", 0)


def _c_library(function: str, *arguments: int) -> None:
    """Call a glibc function; other C libraries and systems have one heap, which they trim themselves."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here, and NumPy has to import it anyway

        with contextlib.suppress(AttributeError):
            getattr(ctypes.CDLL(None), function)(*arguments)
