"""Notices that the client's process is gone, also where another process still holds the server's streams."""

import asyncio
from contextlib import suppress

import psutil

_LOOK_EVERY_S = 2.0


def client_process(pid: int | None) -> psutil.Process | None:
    """Return the process with this id if it is one that this process descends from.

    Any other may have nothing to do with the client, whose id may be one of another machine or container.
    """
    with suppress(psutil.Error, OSError, RuntimeError):  # the system may not tell
        process: psutil.Process | None = psutil.Process()
        # One by one: those further up may be hidden.
        while process is not None and process.pid != pid:
            process = process.parent()
        return process
    return None


async def until_gone(process: psutil.Process) -> None:
    """Wait for the end of a process; one that has its id later doesn't count."""
    while _is_alive(process):  # noqa: ASYNC110 - it sends no event
        await asyncio.sleep(_LOOK_EVERY_S)


def _is_alive(process: psutil.Process) -> bool:
    """Tell whether a process has not ended; one whose state the system hides has not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OSError):
        return True
