"""Does several things at once that take their time, as closing does."""

import threading
from collections.abc import Callable, Iterable


def all_at_once(actions: Iterable[Callable[[], None]]) -> None:
    """Do all of this, and return when it is done: each in a thread, or here where there can't be more."""
    threads: list[threading.Thread] = []
    for action in actions:
        thread = threading.Thread(target=action, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            action()
        else:
            threads.append(thread)
    for thread in threads:
        thread.join()
