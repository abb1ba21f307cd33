"""The child's side of a pool: frames from standard input to a handler, answers to standard output.

The loop ends when the parent closes the pipe, or dies, which closes it, too.
"""

import contextlib
import faulthandler
import os
import queue
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO

from lsp_server.memory import IN_BULK, collect_rarely

HEADER = struct.Struct("<IB")
"""A frame's header, in both directions: the payload's length and a mark, little-endian."""

ANSWERED = 0
RAISED = 1
LEAVING = 2
"""Bits of an answer's mark: the payload describes an exception; this answer is the last one."""

_OOM_SCORE = 500
"""As if half of the memory were its own (proc(5)): it can be started again, unlike its server and others."""

_MEMORY_CHECK_S = 0.1


def serve(
    handler: Callable[[bytes], bytes],
    *,
    max_memory_bytes: int = 0,
    memory_limit_bytes: int = 0,
    stall_limit_s: float = 600.0,
) -> None:
    """Answer every frame with the handler's result, until the parent closes the pipe.

    Args:
        handler: An exception that it raises is reported to the parent, and the loop continues.
        max_memory_bytes: Once more was resident, end after the current answer, to be replaced; 0: no limit.
        memory_limit_bytes: Once so much more is resident than at the start, where a large model is loaded
            already, report the job as failed and end at once; 0: no limit.
        stall_limit_s: End this process when one job takes longer, even in C code and with the parent gone.
    """
    answers = take_stdout()
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    at_work, answering = threading.Event(), threading.Lock()
    at_start_bytes = resident_peak_bytes()

    def watch_memory() -> None:
        while at_work.wait():
            with answering:
                if at_work.is_set() and resident_peak_bytes() - at_start_bytes > memory_limit_bytes:
                    with contextlib.suppress(OSError):
                        write_frame(answers, b"MemoryError", RAISED | LEAVING)
                    os._exit(0)
            time.sleep(_MEMORY_CHECK_S)

    # A thread of its own reads, so that the parent can always write and its end is noticed during a job.
    threading.Thread(target=_read_jobs, args=(take_stdin(), jobs), daemon=True).start()
    if memory_limit_bytes:
        threading.Thread(target=watch_memory, daemon=True).start()
    collect_rarely(IN_BULK)
    with contextlib.suppress(OSError):  # the parent is gone, which the other thread notices
        write_frame(answers, b"", ANSWERED)  # ready: whatever is slow to import has been imported
    while True:
        payload = jobs.get()
        faulthandler.dump_traceback_later(stall_limit_s, exit=True)
        at_work.set()
        try:
            answer, mark = handler(payload), ANSWERED
        except Exception as error:  # noqa: BLE001 - the boundary: the parent logs what is sent here
            answer, mark = _whereabouts(error).encode("utf-8", "replace"), RAISED
        faulthandler.cancel_dump_traceback_later()
        is_full = 0 < max_memory_bytes < resident_peak_bytes()
        try:
            with answering:
                at_work.clear()
                write_frame(answers, answer, mark | (LEAVING if is_full else 0))
        except OSError:
            return  # the parent is gone
        if is_full:
            return


def _whereabouts(error: BaseException) -> str:
    """Return an exception's type and where it was raised, but not its message, which may quote the file."""
    raised_at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(raised_at.filename).name}, line {raised_at.lineno}"


def lower_priority() -> None:
    """Give this process a low priority for CPU and I/O, and let it go first when memory runs out."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, ValueError):
            score = Path("/proc/self/oom_score_adj")
            if int(score.read_text(encoding="ascii")) < _OOM_SCORE:
                score.write_text(str(_OOM_SCORE), encoding="ascii")
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415 - only here

        with contextlib.suppress(psutil.Error):  # it may be denied
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)


def resident_peak_bytes() -> int:
    """Return this process's peak resident memory, in bytes.

    On Linux a child inherits `ru_maxrss`, so the parent's memory, mapped indexes included, would count as the
    child's. So the process's own figure is read there.
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
    """Reserve standard output for frames, and redirect everything that prints to standard error."""
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
            os._exit(0)  # nobody is left to answer; a job in progress is useless
        jobs.put(frame[0])
