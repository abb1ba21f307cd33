"""Runs part of a search concurrently with the rest, where a processor is free."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")


def concurrently(work: Callable[[], T], *, is_busy: bool = False) -> Callable[[], T]:
    """Start a piece of work in another thread, and return a function that waits for its result.

    A caller that asks for the result before a thread has started on the work does it itself, so many
    simultaneous searches are no slower than without threads.

    Args:
        work: What another thread may do meanwhile; ideally something that releases the GIL.
        is_busy: Whether the processors are busy anyway. Then the work is done when its result is asked
            for: threads that wait for each other and for a processor took twice as long in the worst case.

    Returns:
        A function to be called once. It returns or raises what the work does.
    """
    threads = None if is_busy else _threads()
    if threads is None:
        return work
    try:
        begun = threads.submit(work)
    except RuntimeError:  # the program is about to end
        return work
    return lambda: work() if begun.cancel() else begun.result()


@cache
def _threads() -> ThreadPoolExecutor | None:
    n_others = min(4, (os.cpu_count() or 1) - 1)
    return ThreadPoolExecutor(n_others, "concurrent-search") if n_others else None
