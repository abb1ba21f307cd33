"""Caches masks of conditions that are expensive to evaluate, as a refined query usually keeps its filters."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final

from lsp_server.vectors.arrays import Mask

_MAX_KNOWN: Final = 8


class Masks:
    """An LRU cache of one snapshot's masks, by condition. Thread-safe."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Mask] = OrderedDict()
        self._lock = Lock()

    def of(self, condition: Hashable, evaluate: Callable[[], Mask]) -> Mask:
        """Return a condition's mask, read-only; two threads may evaluate the same one at once."""
        with self._lock:
            mask = self._known.get(condition)
            if mask is not None:
                self._known.move_to_end(condition)
                return mask
        mask = evaluate()
        mask.setflags(write=False)
        with self._lock:
            self._known[condition] = mask
            while len(self._known) > _MAX_KNOWN:
                self._known.popitem(last=False)
        return mask
