"""How long semble takes to index a folder, with a stand-in for its model: prints one JSON object.

    python benchmarks/semble_index.py FOLDER [--workers 2]

Run it with a Python that has `semble` (measured with 0.7.0). Its model would have to be downloaded; one of
the same size, with random vectors and this package's tokenizer, takes the same time. Source files and prose
are indexed, and the index is saved, as ours is. Processor time is that of all its processes.
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

TOKENIZER = Path(__file__).parent.parent / "lsp_server" / "embedding" / "data" / "tokenizer.json"
DIMENSIONS = 256
"""Of semble's own model, which has 62,500 rows; ours has 60,000."""


def main() -> None:
    """Index once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="semble-") as base:
        home = Path(base)
        os.environ.update(
            HOME=base,
            XDG_CACHE_HOME=base,
            HF_HUB_OFFLINE="1",
            SEMBLE_INDEX_WORKERS=str(options.workers),
        )
        model = stand_in(home / "model")
        began = time.perf_counter()
        from semble import SembleIndex  # noqa: PLC0415 - its import is part of the time
        from semble.types import ContentType  # noqa: PLC0415

        index = SembleIndex.from_path(
            options.folder, content=[ContentType.CODE, ContentType.DOCS], model_path=str(model)
        )
        built_s = time.perf_counter() - began
        index.save(home / "index")
        wall_s = time.perf_counter() - began
    print(json.dumps({"wall_s": wall_s, "built_s": built_s, "chunks": len(index.chunks), **used()}))


def measured_by(python: Path, folder: Path, n_workers: int, env: Mapping[str, str]) -> Mapping[str, float]:
    """Run this program with a Python that has semble, as politely as an indexer; return its figures."""
    done = subprocess.run(
        ["nice", python, __file__, folder, f"--workers={n_workers}"],
        capture_output=True,
        check=True,
        env=dict(env),
    )
    figures: Mapping[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def stand_in(folder: Path) -> Path:
    """Write a model of the right size."""
    import numpy as np  # noqa: PLC0415 - where semble is
    from model2vec.model import StaticModel  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    random = np.random.default_rng(1)
    vectors = random.standard_normal((tokenizer.get_vocab_size(), DIMENSIONS)).astype(np.float32)
    StaticModel(vectors, tokenizer, normalize=True).save_pretrained(str(folder))
    return folder


def used() -> dict[str, float]:
    """Return processor seconds of this process and its children, and the largest process's peak memory."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "cpu_s": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "peak_mib": max(own.ru_maxrss, children.ru_maxrss) / 1024,
    }


if __name__ == "__main__":
    main()
