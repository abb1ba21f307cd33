"""The least that indexing could cost: read files and parse them with tree-sitter, nothing else.

    echo '[["a.py", "python"]]' | python benchmarks/parse_only.py

Reads [[path, language], ...] from standard input; prints one JSON object. `indexing.py` starts several.
"""

import json
import sys
import time
from pathlib import Path

import tree_sitter

from lsp_server.parsing.languages import LANGUAGES, load_grammar
from lsp_server.processes.worker_loop import lower_priority


def main() -> None:
    """Parse what standard input names; files of languages without a grammar are only read."""
    # The indexer yields to everything else, too: on a busy machine the two must yield alike.
    lower_priority()
    files: list[tuple[str, str]] = json.load(sys.stdin)
    parsers: dict[str, tree_sitter.Parser | None] = {}
    n_bytes = n_parsed = 0
    began = time.perf_counter()
    for path, language in files:
        source = Path(path).read_bytes()
        n_bytes += len(source)
        if language not in parsers:
            known = LANGUAGES.get(language)
            grammar = None if known is None else load_grammar(known)
            parsers[language] = None if grammar is None else tree_sitter.Parser(grammar)
        parser = parsers[language]
        if parser is not None:
            parser.parse(source)
            n_parsed += 1
    wall_s = time.perf_counter() - began
    print(json.dumps({"bytes": n_bytes, "parsed": n_parsed, "wall_s": wall_s, "cpu_s": time.process_time()}))


if __name__ == "__main__":
    main()
