"""What the service of a folder tells, and what it shares with those of other folders."""

from collections.abc import Callable
from dataclasses import dataclass

from lsp_server.workspace.metrics import Percentiles
from lsp_server.workspace.turns import Turns


@dataclass(frozen=True, slots=True, eq=False)
class ServiceListener:
    """Callbacks, called on any thread of the service and without holding a lock, and what folders share.

    Attributes:
        on_status: The status may have changed.
        on_settings: The folder's settings file may have changed.
        updates: Records how long changes took to become searchable.
        turns: Decides which folders are indexed at the same time.
    """

    on_status: Callable[[], None]
    on_settings: Callable[[], None]
    updates: Percentiles
    turns: Turns
