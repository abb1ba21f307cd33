"""How often cyclic garbage is looked for: rarely, as next to nothing here is freed by that."""

import gc
from typing import Final

IN_BULK: Final = 100_000
"""For processes that make records by the million and soon end."""

IN_SERVER: Final = 10_000
"""For one that runs for days."""


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
