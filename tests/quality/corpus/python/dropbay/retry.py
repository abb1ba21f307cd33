"""Doing it again: calls to other services that may fail for a moment."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)

TRANSIENT = (ConnectionError, TimeoutError)


def with_retries(action: Callable[[], T], attempts: int = 5, base_s: float = 0.2) -> T:
    """Call an action until it works, waiting longer after each failure.

    Only errors that may go away are worth another attempt; the others are raised
    at once. The last error is raised when no attempt is left.
    """
    for attempt in range(attempts):
        try:
            return action()
        except TRANSIENT as error:
            if attempt == attempts - 1:
                raise
            pause = _pause(attempt, base_s)
            log.warning("attempt %d failed (%s), next in %.1f s", attempt + 1, error, pause)
            time.sleep(pause)
    raise AssertionError("unreachable")


def _pause(attempt: int, base_s: float) -> float:
    # Full jitter, so that clients that failed together do not come back together.
    return random.uniform(0, base_s * 2**attempt)
