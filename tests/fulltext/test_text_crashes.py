import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lsp_server.fulltext import TextDocument, TextFilter, TextIndex, TextQuery, TextReader, damaged_files

COMMIT_FOR_EVER = """
import itertools, sys, pathlib
from lsp_server.fulltext import TextDocument, TextIndex
index = TextIndex.open(pathlib.Path(sys.argv[1]))
for generation in itertools.count(int(sys.argv[2])):
    def document(n):
        return TextDocument(n, n % 20, generation, "go", "late", f"n{n}", body="word " * 50)
    index.replace(range(20), map(document, range(400)))
    index.commit()
    print(generation, flush=True)
"""


def of_kind(kind: int) -> TextFilter:
    return TextFilter(kinds=frozenset({kind}))


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
        reader = TextReader.open(tmp_path)
        assert sorted(reader.contents().ids.tolist()) == list(range(400))
        # What was told is there, and nothing of another generation beside it; one more may have been made.
        counts = [reader.count(of_kind(generation + further)) for further in range(2)]
        assert sorted(counts) == [0, 400]
        generation += counts.index(400)


def test_readers_go_on_while_documents_are_replaced(tmp_path: Path) -> None:
    def documents(kind: int) -> list[TextDocument]:
        return [TextDocument(n, n, kind, "go", "late", f"n{n}", body="word") for n in range(50)]

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
        for kind in range(1, 5):
            index.replace(range(50), documents(kind))
            index.commit()
        done.set()
        for thread in threads:
            thread.join()
    assert set(counts) == {50}
    assert reader.reloaded().count(of_kind(4)) == 50
    assert reader.count(of_kind(0)) == 50
