import random
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from lsp_server.documents import TextDocument, TextIndex, TextQuery, TextReader, damaged_files

COMMIT_FOR_EVER = """
import itertools, sys, pathlib
from lsp_server.documents import TextDocument, TextIndex
index = TextIndex.open(pathlib.Path(sys.argv[1]))
for generation in itertools.count(int(sys.argv[2])):
    def document(n):
        return TextDocument(n, n % 20, generation, 12, "go", "late", f"n{n}", body="word " * 50)
    index.replace(range(20), map(document, range(400)))
    index.commit()
    print(generation, flush=True)
"""


@pytest.mark.long
def test_a_writer_killed_at_any_moment_leaves_a_whole_commit(tmp_path: Path) -> None:
    TextIndex.create(tmp_path).close()
    moments = random.Random(3)
    generation = 0
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", COMMIT_FOR_EVER, str(tmp_path), str(generation + 1)],
            stdout=subprocess.PIPE,
        ) as child:
            assert child.stdout is not None
            generation = int(child.stdout.readline())
            killer = threading.Timer(moments.uniform(0, 0.1), child.kill)
            killer.start()
            for line in child.stdout:
                generation = int(line) if line.endswith(b"\n") else generation
            killer.join()
        assert damaged_files(tmp_path) == []
        contents = TextReader.open(tmp_path).contents()
        assert sorted(contents.ids.tolist()) == list(range(400))
        (committed,) = set(contents.clusters.tolist())
        assert committed >= generation
        generation = committed


def test_readers_go_on_while_documents_are_replaced(tmp_path: Path) -> None:
    def documents(cluster: int) -> list[TextDocument]:
        return [TextDocument(n, n, cluster, 12, "go", "late", f"n{n}", body="word") for n in range(50)]

    counts: list[int] = []
    with TextIndex.create(tmp_path) as index:
        index.replace([], documents(0))
        index.commit()
        reader = TextReader.open(tmp_path)
        done = threading.Event()

        def read() -> None:
            own = reader
            while not done.is_set():
                counts.append(len(own.search(TextQuery(("words",)), 99)))
                own = own.reloaded()

        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for cluster in range(1, 5):
            index.replace(range(50), documents(cluster))
            index.commit()
            index.collect_garbage()
        done.set()
        for thread in threads:
            thread.join()
    assert set(counts) == {50}
    assert np.array_equal(np.unique(reader.reloaded().contents().clusters), [4])
    assert np.array_equal(np.unique(reader.contents().clusters), [0])
