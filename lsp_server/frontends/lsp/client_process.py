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
        return next((one for one in psutil.Process().parents() if one.pid == pid), None)
    return None


async def until_gone(process: psutil.Process) -> None:
    """Wait for the end of a process; one that has its id later doesn't count."""
    with suppress(psutil.NoSuchProcess):
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110 - it sends no event
            await asyncio.sleep(_LOOK_EVERY_S)
