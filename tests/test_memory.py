import platform
import subprocess
import sys

import pytest


def test_what_exists_is_left_alone_and_the_rest_is_looked_at_rarely() -> None:
    program = (
        "import gc\n"
        "from lsp_server.memory import IN_SERVER, collect_rarely\n"
        "collect_rarely(IN_SERVER)\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 1000, gc.get_threshold()[0] == IN_SERVER)\n"
        "class Ring: pass\n"
        "import weakref\n"
        "ring = Ring(); ring.ring = ring; seen = weakref.ref(ring); del ring\n"
        "kept = [[] for _ in range(2 * IN_SERVER)]\n"
        "print(seen() is None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 4


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives each thread a heap")
@pytest.mark.parametrize(("call", "has_one"), [("share_one_heap()", True), ("", False)])
def test_all_threads_share_one_heap(call: str, *, has_one: bool) -> None:
    program = f"""
import ctypes, threading
from lsp_server.memory import share_one_heap
{call}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
all_at_once = threading.Barrier(4)
def allocate():
    all_at_once.wait()
    assert libc.malloc(1000)
    all_at_once.wait()
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout.count("<heap nr=") == 1) is has_one


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries return memory by themselves")
def test_freed_memory_is_returned() -> None:
    program = """
import ctypes, psutil
from lsp_server.memory import trim_memory
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
blocks = [libc.malloc(1000) for _ in range(50_000)]
for block in blocks:
    ctypes.memset(ctypes.c_void_p(block), 1, 1000)
for block in blocks[:-1]:  # the last one keeps the heap from being cut short
    libc.free(ctypes.c_void_p(block))
before = psutil.Process().memory_info().rss
trim_memory()
print(before - psutil.Process().memory_info().rss)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000
