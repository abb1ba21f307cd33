"""Runs a part of a search beside the rest of it, where a processor is free to."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")


def beside(work: Callable[[], T], *, is_crowded: bool = False) -> Callable[[], T]:
    """Begin a piece of work in another thread, and return what waits for its result.

    Whoever asks for the result before a thread has taken the work up does it himself, so that a crowd of
    searches is no slower than without threads.

    Args:
        work: What another thread may do meanwhile; best something that lets go of the interpreter's lock.
        is_crowded: Whether the processors are busy anyway: then it is done when its result is asked for, as
            threads that wait for each other and for a processor took twice as long in the worst case.

    Returns:
        A function to be called once. It returns or raises what the work does.
    """
    threads = None if is_crowded else _threads()
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
    return ThreadPoolExecutor(n_others, "beside-search") if n_others else None
