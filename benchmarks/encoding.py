"""How fast words are split and symbols embedded, beside a plain tokenizer on the same text in one run.

    python benchmarks/encoding.py [FOLDER] [--limit-mb 20] [--json]

FOLDER defaults to the standard library of the running Python. One thread; the best of three rounds.
"""

import argparse
import json
import os
import re
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tokenizers import Tokenizer

from lsp_server.embedding import BUNDLED_FOLDER, ModelChoice, SymbolTexts, load_embedder
from lsp_server.model import SymbolKind
from lsp_server.parsing import ParsedFile, ParseLimits, parse_file
from lsp_server.text import split_file

ROUNDS = 3
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
QUERIES = (
    "how are routes registered",
    "retry failed upload",
    "HTTPServer",
    "where is the configuration file read",
)
PLAIN_SHARE = 10
"""The plain tokenizer reads every tenth file: it is slow, and its rate is what counts."""


def best_seconds(action: Callable[[], object]) -> float:
    """Return the shortest of some runs."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def parsed_files(folder: Path, limit_bytes: int) -> list[ParsedFile]:
    """Parse the files of a folder until there are enough bytes."""
    files = []
    for path in sorted(folder.rglob("*")):
        if limit_bytes <= 0:
            break
        if "__pycache__" in path.parts or ".git" in path.parts or not path.is_file():
            continue
        parsed = parse_file(path.relative_to(folder).as_posix(), path.read_bytes(), ParseLimits(), {})
        if isinstance(parsed, ParsedFile) and parsed.language != "plaintext":
            files.append(parsed)
            limit_bytes -= len(parsed.source)
    return files


def texts_of(file: ParsedFile) -> SymbolTexts:
    """Say about a file's symbols what the indexer says."""
    return SymbolTexts(
        words=split_file(file.source),
        names=["" if one.symbol.kind is SymbolKind.FILE else one.symbol.name for one in file.symbols],
        containers=[one.symbol.container_name for one in file.symbols],
        code=[one.code for one in file.symbols],
        documentation=[one.documentation for one in file.symbols],
        source=file.source,
    )


def regular_expression_words(source: bytes) -> list[str]:
    """Split as one would without NumPy."""
    return [word.lower() for word in WORD.findall(source.decode("utf-8", "replace"))]


def measure(files: Sequence[ParsedFile]) -> dict[str, float]:
    """Return the figures by name."""
    size_mb = sum(len(file.source) for file in files) / 1e6
    texts = [texts_of(file) for file in files]
    n_symbols = sum(len(one.names) for one in texts)
    model = load_embedder(ModelChoice())
    began = time.perf_counter()
    load_embedder(ModelChoice())
    load_s = time.perf_counter() - began
    contents = [model.content_vectors(one) for one in texts]
    plain = files[::PLAIN_SHARE]
    plain_mb = sum(len(file.source) for file in plain) / 1e6
    tokenizer = Tokenizer.from_file(str(BUNDLED_FOLDER / "tokenizer.json"))

    split_s = best_seconds(lambda: [split_file(file.source) for file in files])
    words_s = best_seconds(lambda: [regular_expression_words(file.source) for file in plain])
    plain_s = best_seconds(
        lambda: [tokenizer.encode(file.source.decode("utf-8", "replace")) for file in plain]
    )
    embed_s = best_seconds(lambda: [model.content_vectors(one) for one in texts])
    place_s = best_seconds(lambda: [model.place(content, "src/package/file.py") for content in contents])
    query_s = best_seconds(lambda: [model.query_vector(query) for query in QUERIES for _ in range(100)])
    split_rate, plain_rate = size_mb / split_s, plain_mb / plain_s
    return {
        "files": len(files),
        "symbols": n_symbols,
        "megabytes": size_mb,
        "split_mb_s": split_rate,
        "regular_expression_mb_s": plain_mb / words_s,
        "plain_tokenizer_mb_s": plain_rate,
        "split_times_plain_tokenizer": split_rate / plain_rate,
        "embedded_symbols_s": n_symbols / embed_s,
        "embedded_mb_s": size_mb / embed_s,
        "split_and_embed_mb_s": size_mb / (split_s + embed_s),
        "split_and_embed_times_plain_tokenizer": size_mb / (split_s + embed_s) / plain_rate,
        "place_us_per_file": place_s / len(files) * 1e6,
        "query_us": query_s / len(QUERIES) / 100 * 1e6,
        "model_load_ms": load_s * 1e3,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--limit-mb", type=float, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    files = parsed_files(arguments.folder, int(arguments.limit_mb * 1e6))
    if not files:
        sys.exit(f"no source files in {arguments.folder}")
    figures = measure(files)
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:40} {value:12,.1f}")


if __name__ == "__main__":
    main()
