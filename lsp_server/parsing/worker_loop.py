"""The child's side of a pool: frames from standard input to a handler, answers to standard output.

Only one thing ends the loop well: the parent closes the pipe, or dies, which closes it too.
"""

import contextlib
import faulthandler
import os
import queue
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO

from lsp_server.memory import IN_BULK, collect_rarely

HEADER = struct.Struct("<IB")
"""Of a frame, both ways: length of the payload and a mark; little-endian."""

ANSWERED = 0
RAISED = 1
LEAVING = 2
"""Bits of an answer's mark: the payload tells of an exception; this answer is the last one."""


def serve(
    handler: Callable[[bytes], bytes], *, max_memory_bytes: int = 0, stall_limit_s: float = 600.0
) -> None:
    """Answer every frame with what the handler makes of it, until the parent closes the pipe.

    Args:
        handler: An exception it raises is reported to the parent; the loop goes on.
        max_memory_bytes: Leave politely once more was resident, and be replaced; 0 for no limit.
        stall_limit_s: End this process when one job takes longer, even inside of C code whose parent is gone.
    """
    answers = take_stdout()
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A thread of its own reads, so that the parent can always write and its end is noticed during a job.
    threading.Thread(target=_read_jobs, args=(take_stdin(), jobs), daemon=True).start()
    collect_rarely(IN_BULK)
    write_frame(answers, b"", ANSWERED)  # Ready: whatever is slow to import is imported.
    while True:
        payload = jobs.get()
        faulthandler.dump_traceback_later(stall_limit_s, exit=True)
        try:
            answer, mark = handler(payload), ANSWERED
        except Exception as error:  # noqa: BLE001 - the boundary: the parent logs what is sent here
            answer, mark = _whereabouts(error).encode("utf-8", "replace"), RAISED
        faulthandler.cancel_dump_traceback_later()
        is_full = 0 < max_memory_bytes < resident_peak_bytes()
        try:
            write_frame(answers, answer, mark | (LEAVING if is_full else 0))
        except OSError:
            return  # The parent is gone.
        if is_full:
            return


def _whereabouts(error: BaseException) -> str:
    """Return what an exception is and where it was raised; what it says may quote the file."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"


def lower_priority() -> None:
    """Let everything else on the machine go first."""
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415 - only here

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)


def resident_peak_bytes() -> int:
    """Return the most memory this process ever had resident, in bytes.

    Linux hands `ru_maxrss` on to child processes: what the parent holds, all mapped indexes included, would
    count as the child's. So its own figure is read there.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415 - only here

        peak = int(psutil.Process().memory_info().peak_wset)
    else:
        import resource  # noqa: PLC0415 - absent on Windows

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if sys.platform != "darwin":
            peak *= 1024
    return peak


def write_frame(stream: IO[bytes], payload: bytes, mark: int) -> None:
    """Write one frame and flush it."""
    stream.write(HEADER.pack(len(payload), mark))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[bytes, int] | None:
    """Return the next frame's payload and mark, or None at the end of the stream."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    n_bytes, mark = HEADER.unpack(header)
    payload = stream.read(n_bytes)
    return (payload, mark) if len(payload) == n_bytes else None


def take_stdout() -> IO[bytes]:
    """Keep standard output for frames and let everything that prints write to standard error."""
    sys.stdout.flush()
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return frames


def take_stdin() -> BinaryIO:
    """Return standard input for a thread of its own.

    Not Python's own stream: that is closed when Python ends, which is a fatal error while a thread reads it.
    """
    return os.fdopen(os.dup(0), "rb")


def _read_jobs(stream: IO[bytes], jobs: "queue.SimpleQueue[bytes]") -> None:
    while True:
        try:
            frame = read_frame(stream)
        except (OSError, ValueError):
            frame = None
        if frame is None:
            os._exit(0)  # Nobody is left to answer; a job in progress is of no use.
        jobs.put(frame[0])
