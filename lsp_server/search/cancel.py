"""A cancellation token: a front end sets it, and a search checks it between its stages."""

from threading import Event


class Cancelled(Exception):
    """The search was called off; nothing is wrong."""


class Cancel:
    """One search's cancellation token; thread-safe."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = Event()

    def cancel(self) -> None:
        """Ask the search to stop at its next stage."""
        self._event.set()

    def raise_if_cancelled(self) -> None:
        """Return quietly, or raise.

        Raises:
            Cancelled: `cancel` has been called.
        """
        if self._event.is_set():
            raise Cancelled
