"""From the core's values to the client's JSON: the only module that knows the shapes (docs/protocol.md).

Plain dicts rather than lsprotocol's types, as the palette builds 500 symbols on every key press.
"""

from collections.abc import Sequence
from typing import Any

from lsp_server.frontends.answers.uris import ClientUris
from lsp_server.model import Encoding, Position, Span
from lsp_server.search.results import Coverage, Explanation, SearchOutcome, SearchResult
from lsp_server.workspace.status import FolderStatus, IndexFacts, Metrics, PathExplanation, WorkspaceStatus

Object = dict[str, Any]


class Converter:
    """Converts for one client.

    Args:
        uris: The URIs that the client uses.
        encoding: The negotiated unit of columns.
    """

    def __init__(self, uris: ClientUris, encoding: Encoding) -> None:
        self.uris = uris
        self.encoding = encoding

    def position(self, position: Position) -> Object:
        """Return LSP's Position."""
        return {"line": position.line, "character": getattr(position, self.encoding)}

    def range(self, span: Span) -> Object:
        """Return LSP's Range."""
        return {"start": self.position(span.start), "end": self.position(span.end)}

    def uri(self, found: SearchResult) -> str:
        """Return the URI of the file that a symbol is in."""
        return self.uris.file(found.folder, found.path)

    def identity(self, found: SearchResult) -> Object:
        """Return a symbol's id and folder, which together identify it: copies in other folders share ids."""
        # The id is a string, as 64 bits don't fit into JavaScript's numbers.
        return {"id": str(found.id), "folder": self.uris.folder(found.folder)}

    def result(self, found: SearchResult) -> Object:
        """Return one entry of `semanticSearch`'s results."""
        symbol = found.symbol
        result: Object = {
            "name": symbol.name,
            "qualifiedName": symbol.qualified_name,
            "kind": int(symbol.kind),
            "language": symbol.language,
            "signature": symbol.signature,
            "location": {"uri": self.uri(found), "range": self.range(symbol.span)},
            "selectionRange": self.range(symbol.selection),
            "score": float(found.score),
        }
        if symbol.containers:
            result["containerName"] = symbol.container_name
        if symbol.documentation:
            result["documentation"] = symbol.documentation
        if found.explanation is not None:
            result["explanation"] = explanation(found.explanation)
        return result

    def results(self, found: Sequence[SearchResult]) -> list[Object]:
        """Return entries of `semanticSearch`'s results."""
        return [self.result(one) for one in found]

    def outcome(self, outcome: SearchOutcome) -> Object:
        """Return the result of `semanticSearch`."""
        result: Object = {
            "results": self.results(outcome.results),
            "isIncomplete": outcome.is_incomplete,
            "coverage": coverage(outcome.coverage),
            "tookMs": round(float(outcome.took_ms), 3),
        }
        if outcome.corrected_query is not None:
            result["correctedQuery"] = outcome.corrected_query
        return result

    def workspace_symbol(self, found: SearchResult) -> Object:
        """Return LSP's WorkspaceSymbol as `workspace/symbol` lists it.

        Its range starts at the name, where an editor jumps to, and ends with the symbol.
        """
        symbol = found.symbol
        start, end = self.position(symbol.selection.start), self.position(symbol.span.end)
        listed: Object = {
            "name": symbol.name,
            "kind": int(symbol.kind),
            "location": {"uri": self.uri(found), "range": {"start": start, "end": end}},
            "data": self.identity(found),
        }
        if symbol.containers:
            # Not left to `resolve`: VS Code matches the second word of a query against it.
            listed["containerName"] = symbol.container_name
        return listed

    def resolved_symbol(self, listed: Object, found: SearchResult) -> Object:
        """Return a listed WorkspaceSymbol with all its details.

        Signature and documentation are next to LSP's own keys and also in `data`, the only place where a
        client with typed messages keeps unknown keys.
        """
        symbol = found.symbol
        details = {"signature": symbol.signature, "documentation": symbol.documentation}
        return {
            **listed,
            "containerName": symbol.container_name,
            **details,
            "data": {**self.identity(found), **details},
        }

    def status(self, status: WorkspaceStatus) -> Object:
        """Return the result of `semanticSearch/status`."""
        converted: Object = {
            "state": status.state.value,
            "coverage": coverage(status.coverage),
            "index": index_facts(status.folders[0].index) if status.folders else None,
            "folders": [self.folder_status(folder) for folder in status.folders],
            "work": None if (work := status.work) is None else {"done": work.done, "total": work.total},
            "metrics": metrics(status.metrics),
        }
        if status.message is not None:
            converted["message"] = status.message
        return converted

    def folder_status(self, status: FolderStatus) -> Object:
        """Return one folder's part of the status."""
        converted: Object = {
            "uri": self.uris.folder(status.folder),
            "state": status.state.value,
            "coverage": coverage(status.coverage),
            "index": index_facts(status.index),
        }
        if status.message is not None:
            converted["message"] = status.message
        return converted


def explanation(explained: Explanation) -> Object:
    """Return why a result is ranked where it is; absent evidence is left out."""
    converted: Object = {"signals": {name: float(value) for name, value in explained.signals.items()}}
    if explained.vector is not None:
        converted["vector"] = float(explained.vector)
    if explained.text is not None:
        converted["text"] = float(explained.text)
    if explained.cluster is not None:
        converted["cluster"] = int(explained.cluster)
    return converted


def coverage(covered: Coverage) -> Object:
    """Return how much has been indexed."""
    return {
        "files": covered.files,
        "indexedFiles": covered.indexed_files,
        "symbols": covered.symbols,
        "skippedFiles": covered.skipped_files,
    }


def index_facts(facts: IndexFacts | None) -> Object | None:
    """Return the facts about one index, or None."""
    if facts is None:
        return None
    return {
        "path": str(facts.path),
        "bytes": facts.size_bytes,
        "formatVersion": facts.format_version,
        "generation": facts.generation,
        "model": {
            "name": facts.model_name,
            "dimensions": facts.dimensions,
            "fingerprint": facts.fingerprint,
        },
        "clusters": facts.clusters,
        "probes": facts.probes,
        "recallAt10": facts.recall_at_10,
    }


def metrics(measured: Metrics) -> Object:
    """Return the metrics; null until known."""
    return {
        "filesPerSecond": measured.files_per_second,
        "symbolsPerSecond": measured.symbols_per_second,
        "embeddedSymbols": measured.embedded_symbols,
        "searchMs": {"p50": measured.search_p50_ms, "p99": measured.search_p99_ms},
        "updateMs": {"p50": measured.update_p50_ms, "p99": measured.update_p99_ms},
        "residentBytes": measured.resident_bytes,
    }


def path_explanation(explained: PathExplanation) -> Object:
    """Return the result of `semanticSearch/explainPath`."""
    converted: Object = {"indexed": explained.indexed, "reason": explained.reason}
    if (rule := explained.rule) is not None:
        converted["rule"] = {"file": rule.file, "line": rule.line, "pattern": rule.pattern}
    return converted
