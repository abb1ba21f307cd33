import subprocess
import sys


def test_what_exists_is_left_alone_and_the_rest_is_looked_at_rarely() -> None:
    program = (
        "import gc\n"
        "from lsp_server.garbage import IN_SERVER, collect_rarely\n"
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
