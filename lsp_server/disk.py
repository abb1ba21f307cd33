"""What has to be asked of the disk in another way because Windows shares files unlike other systems."""

import os
import time
from collections.abc import Callable
from typing import Final, TypeVar

Answer = TypeVar("Answer")

_IS_SHARED_BY_CONSENT: Final = os.name == "nt"
PATIENCE_S: Final = 1.0
_FIRST_REST_S: Final = 0.005


def patiently(action: Callable[[], Answer], patience_s: float = PATIENCE_S) -> Answer:
    """Do something with a file that another program may have open for a moment.

    On Windows nobody can rename, replace or delete a file, nor open some, while a virus scanner, a search
    service or a reader has it open. Elsewhere a refusal is final.

    Args:
        action: What to do.
        patience_s: For how long a refusal is not believed.

    Raises:
        PermissionError: It was refused all the time.
    """
    deadline_s = time.monotonic() + patience_s
    rest_s = _FIRST_REST_S
    while True:
        try:
            return action()
        except PermissionError:
            if not _IS_SHARED_BY_CONSENT or time.monotonic() > deadline_s:
                raise
        time.sleep(rest_s)
        rest_s *= 2
