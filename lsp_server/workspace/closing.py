"""Runs slow actions, such as closing services, at the same time."""

import threading
from collections.abc import Callable, Iterable


def all_at_once(actions: Iterable[Callable[[], None]]) -> None:
    """Run actions and wait for all: each in a thread of its own, or here where no thread can be started."""
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
