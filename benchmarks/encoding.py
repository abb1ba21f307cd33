"""How fast words are split and symbols embedded, beside others on the same text in one run.

    python benchmarks/encoding.py [FOLDER] [--limit-mb 20] [--minilm FOLDER] [--json]

FOLDER defaults to the standard library of the running Python. One thread; the best of three rounds. Beside
ours: the plain tokenizer; model2vec, where it is installed, with our own table and tokenizer, on each
symbol's text; and, where its folder is given, all-MiniLM-L6-v2, on a few of them.
"""

import argparse
import importlib.util
import json
import os
import re
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from tokenizers import Tokenizer

from lsp_server.embedding import BUNDLED_FOLDER, ModelChoice, SymbolTexts, load_embedder
from lsp_server.embedding.fields import MAX_FIELD_BYTES
from lsp_server.embedding.nibbles import unpacked
from lsp_server.embedding.safetensors import read_tensors
from lsp_server.embedding.static_model import TABLE_FILE, TOKENIZER_FILE
from lsp_server.indexing.workers.analyzer import symbol_texts
from lsp_server.parsing import ParsedFile, ParseLimits, parse_file
from lsp_server.text import split_file
from lsp_server.training.minilm import MiniLM

ROUNDS = 3
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
QUERIES = (
    "how are routes registered",
    "retry failed upload",
    "HTTPServer",
    "where is the configuration file read",
)
MINILM_TEXTS = 200
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


def plain_texts(texts: Sequence[SymbolTexts], share: int) -> list[str]:
    """Return every so many symbols' texts as others read them: name and code, cut like ours."""
    made = []
    for one in texts:
        for name, (start, end) in zip(one.names, one.code, strict=True):
            code = one.source[start : min(end, start + MAX_FIELD_BYTES)].decode("utf-8", "ignore")
            made.append(f"{name} {code}")
    return made[::share]


def model2vec_rate(texts: Sequence[str]) -> float | None:
    """Return texts a second of model2vec with our table, or None where it is not installed."""
    if importlib.util.find_spec("model2vec") is None:
        return None
    from model2vec import StaticModel  # noqa: PLC0415 - not everybody has it

    tensors = read_tensors(BUNDLED_FOLDER / TABLE_FILE)
    vectors = unpacked(np.asarray(tensors["table"])) * np.asarray(tensors["symbol_scale"])[:, None]
    model = StaticModel(vectors, Tokenizer.from_file(str(BUNDLED_FOLDER / TOKENIZER_FILE)))
    return len(texts) / best_seconds(lambda: model.encode(list(texts), use_multiprocessing=False))


def regular_expression_words(source: bytes) -> list[str]:
    """Split as one would without NumPy."""
    return [word.lower() for word in WORD.findall(source.decode("utf-8", "replace"))]


def measure(files: Sequence[ParsedFile], minilm: Path | None) -> dict[str, float]:
    """Return the figures by name."""
    size_mb = sum(len(file.source) for file in files) / 1e6
    words = [split_file(file.source) for file in files]
    texts = [symbol_texts(file, one) for file, one in zip(files, words, strict=True)]
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
    symbol_rate = n_symbols / (split_s + embed_s)
    others: dict[str, float] = {}
    model2vec = model2vec_rate(plain_texts(texts, PLAIN_SHARE))
    if model2vec is not None:
        others["model2vec_symbols_s"] = model2vec
        others["times_model2vec"] = symbol_rate / model2vec
    if minilm is not None:
        transformer, few = MiniLM(minilm), plain_texts(texts, max(1, n_symbols // MINILM_TEXTS))
        began = time.perf_counter()
        transformer.encode(few)
        others["minilm_symbols_s"] = len(few) / (time.perf_counter() - began)
        others["times_minilm"] = symbol_rate / others["minilm_symbols_s"]
    return {
        "files": len(files),
        "symbols": n_symbols,
        "megabytes": size_mb,
        "split_mb_s": split_rate,
        "regular_expression_mb_s": plain_mb / words_s,
        "plain_tokenizer_mb_s": plain_rate,
        "split_times_plain_tokenizer": split_rate / plain_rate,
        "embedded_symbols_s": n_symbols / embed_s,
        "split_and_embedded_symbols_s": symbol_rate,
        "embedded_mb_s": size_mb / embed_s,
        "split_and_embed_mb_s": size_mb / (split_s + embed_s),
        "split_and_embed_times_plain_tokenizer": size_mb / (split_s + embed_s) / plain_rate,
        "place_us_per_file": place_s / len(files) * 1e6,
        "query_us": query_s / len(QUERIES) / 100 * 1e6,
        "model_load_ms": load_s * 1e3,
        **others,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--limit-mb", type=float, default=20)
    parser.add_argument("--minilm", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    files = parsed_files(arguments.folder, int(arguments.limit_mb * 1e6))
    if not files:
        sys.exit(f"no source files in {arguments.folder}")
    figures = measure(files, arguments.minilm)
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:40} {value:12,.1f}")


if __name__ == "__main__":
    main()
