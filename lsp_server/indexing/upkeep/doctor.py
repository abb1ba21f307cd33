"""Checks that the catalog, vectors and words of an index agree; it only reports and changes nothing.

Call it under the writer lease, or commits may come in between.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lsp_server.disk import read_ordinary
from lsp_server.errors import IndexDamaged, SemanticSymbolsError
from lsp_server.fulltext import TextReader, damaged_files
from lsp_server.indexing.scanning.scanner import RACY_NS
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.model import SymbolKind
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.index_meta import IndexMeta
from lsp_server.storage.records import BatchIntent, CatalogSnapshot, FileStatus
from lsp_server.vectors.segment import Segment

logger = logging.getLogger(__name__)

_ROW = np.dtype([("id", np.uint64), ("file", np.int64)])
"""One live symbol, as both vectors and words have it."""

_EXAMPLES = 3

Store = Literal["catalog", "vectors", "words", "files"]


class Severity(StrEnum):
    """What a finding means for the index."""

    WARNING = "warning"
    """It answers as it should; the next indexing run fixes this by itself."""
    DAMAGE = "damage"
    """It may lose or invent results, and has to be rebuilt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        where: The store that it is about.
        message: What is wrong, one sentence without the full stop.
        severity: See `Severity`.
    """

    where: Store
    message: str
    severity: Severity = Severity.DAMAGE


def examine(version: IndexVersion) -> list[Finding]:
    """Check every invariant between the stores of one version.

    Raises:
        IndexBusy: The catalog is locked.
        IndexStorageFailed: A store can't be read now, which says nothing about its content.
    """
    if not version.catalog.is_file():
        is_odd = version.is_ready or any(version.path.glob("segments/*"))
        return [Finding("catalog", "it is missing", Severity.DAMAGE if is_odd else Severity.WARNING)]
    return list(_guarded("catalog", _examine(version)))


def stale_files(version: IndexVersion, folder: Path) -> list[Finding]:
    """Read every file and compare it with what was indexed; a file that has changed since is a warning."""
    return list(_guarded("files", _stale_files(version, folder)))


def _guarded(where: Store, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The boundary: an error in a check is a finding, too, unless it says nothing about the index."""
    try:
        yield from findings
    except IndexDamaged as error:
        yield Finding(where, error.message.rstrip("."))
    except SemanticSymbolsError:
        raise
    except Exception as error:
        logger.exception("a check of the %s failed", where)
        yield Finding(where, f"can't be checked: {type(error).__name__}: {error}")


def _examine(version: IndexVersion) -> Iterator[Finding]:
    with Catalog.open_reader(version.catalog) as catalog:
        yield from (Finding("catalog", problem) for problem in catalog.problems())
        state = catalog.snapshot()
        intent = catalog.leftover_intent()
        recorded = _recorded_rows(catalog)
        yield from _leftovers(catalog, version, intent)
    meta = IndexMeta.decode(state.meta, version.catalog)
    segments: dict[str, Segment] = {}
    try:
        yield from _guarded("vectors", _open_segments(version, state, segments))
        if len(segments) == len(state.segments):
            yield from _guarded("vectors", _columns(state, meta, segments))
            living = _living_rows(state, segments)
            yield from _compare_with_catalog(recorded, living)
            yield from _guarded("words", _words(version, intent, living))
    finally:
        for segment in segments.values():
            segment.close()


def _leftovers(catalog: Catalog, version: IndexVersion, intent: BatchIntent | None) -> Iterator[Finding]:
    if intent is not None:
        n_files = len(intent.changed) + len(intent.removed)
        message = f"an unfinished batch of {n_files} files, which the next indexing run completes"
        yield Finding("catalog", message, Severity.WARNING)
    for path in catalog.unlisted_segments(version.segments) if version.segments.is_dir() else ():
        message = f"{path.name} is in no commit; the next indexing run deletes it"
        yield Finding("vectors", message, Severity.WARNING)


# Vectors


def _open_segments(
    version: IndexVersion, state: CatalogSnapshot, segments: dict[str, Segment]
) -> Iterator[Finding]:
    for entry in state.segments:
        try:
            segment = Segment.open(version.segments / entry.name)
        except IndexDamaged as error:
            yield Finding("vectors", error.message.rstrip("."))
            continue
        segments[entry.name] = segment
        yield from (Finding("vectors", f"{entry.name}: {problem}") for problem in segment.verify())
        info = segment.info
        if (info.rows, info.size_bytes, info.checksum) != (entry.n_rows, entry.size_bytes, entry.checksum):
            yield Finding("vectors", f"{entry.name} is not the file that was committed")


def _columns(state: CatalogSnapshot, meta: IndexMeta, segments: Mapping[str, Segment]) -> Iterator[Finding]:
    n_clusters, dimensions = meta.centroids.shape
    kinds = np.array([int(kind) for kind in SymbolKind])
    for name, segment in segments.items():
        if segment.n_rows and (segment.n_clusters, segment.dimensions) != (n_clusters, dimensions):
            yield Finding("vectors", f"{name} was written for other centroids")
        if segment.n_rows and int(segment.languages.max()) >= len(meta.languages):
            yield Finding("vectors", f"{name} names languages that the catalog does not know")
        if not np.isin(segment.kinds, kinds).all():
            yield Finding("vectors", f"{name} has unknown kinds of symbols")
        dead = state.tombstones.get(name)
        if dead is not None and len(dead) and int(dead.max()) >= segment.n_rows:
            yield Finding("vectors", f"tombstones of {name} are beyond its end")
    if not np.isfinite(meta.centroids).all():
        yield Finding("vectors", "the centroids are not all numbers")


def _living_rows(state: CatalogSnapshot, segments: Mapping[str, Segment]) -> NDArray[np.void]:
    """Return every symbol that no tombstone covers, `_ROW`[n], sorted."""
    parts = []
    for name, segment in segments.items():
        alive = np.ones(segment.n_rows, np.bool_)
        dead = state.tombstones.get(name, np.zeros(0, np.uint32))
        alive[dead[dead < segment.n_rows]] = False
        parts.append(_rows(segment.ids[alive], segment.files[alive]))
    return np.sort(np.concatenate([np.zeros(0, _ROW), *parts]))


def _recorded_rows(catalog: Catalog) -> NDArray[np.void]:
    """Return the catalog's symbols of every file, `_ROW`[n], sorted."""
    parts = [_rows(ids, np.full(len(ids), file)) for file, ids in catalog.symbol_ids().items()]
    return np.sort(np.concatenate([np.zeros(0, _ROW), *parts]))


def _compare_with_catalog(recorded: NDArray[np.void], living: NDArray[np.void]) -> Iterator[Finding]:
    ids, counts = np.unique(living["id"], return_counts=True)
    if (counts > 1).any():
        yield Finding("vectors", _several("symbols live more than once", ids[counts > 1]))
    if len(missing := np.setdiff1d(recorded, living)):
        yield Finding("vectors", _several("symbols of the catalog have no vector", missing["id"]))
    if len(surplus := np.setdiff1d(living, recorded)):
        yield Finding("vectors", _several("vectors belong to no symbol of the catalog", surplus["id"]))


# Words


def _words(version: IndexVersion, intent: BatchIntent | None, living: NDArray[np.void]) -> Iterator[Finding]:
    if not (version.text / "meta.json").is_file():
        if len(living):
            yield Finding("words", "they are missing")
        return
    damaged = damaged_files(version.text)
    yield from (Finding("words", problem) for problem in damaged)
    if damaged:
        return
    contents = TextReader.open(version.text).contents()
    documents = np.sort(_rows(contents.ids, contents.files))
    # Words are committed before the catalog, so an interrupted batch may leave them ahead.
    unsettled = [] if intent is None else [*intent.changed.values(), *intent.removed.values()]
    living, documents = _without(living, unsettled), _without(documents, unsettled)
    if len(np.unique(documents["id"])) != len(documents):
        yield Finding("words", "some symbols have more than one document")
    if len(missing := np.setdiff1d(living, documents)):
        yield Finding("words", _several("symbols have no document, or one of another file", missing["id"]))
    if len(surplus := np.setdiff1d(documents, living)):
        yield Finding("words", _several("documents belong to no symbol", surplus["id"]))


def _without(rows: NDArray[np.void], files: Sequence[int]) -> NDArray[np.void]:
    return rows[~np.isin(rows["file"], files)] if files else rows


# Files


def _stale_files(version: IndexVersion, folder: Path) -> Iterator[Finding]:
    with Catalog.open_reader(version.catalog) as catalog:
        files = catalog.files()
        racy_from_ns = IndexMeta.decode(catalog.snapshot().meta, catalog.path).seen_ns - RACY_NS
    for path, known in sorted(files.items(), key=itemgetter(0)):
        if known.status is FileStatus.PENDING or not known.digest:
            continue
        file = folder / path
        try:
            raw, stat = read_ordinary(file)
        except (FileNotFoundError, NotADirectoryError):
            yield Finding("files", f"{path} is gone", Severity.WARNING)
            continue
        except OSError as error:
            yield Finding("files", f"{path} can't be read: {error.strerror}", Severity.WARNING)
            continue
        if content_digest(raw) == known.digest:
            continue
        # The next scan reads a file as young as the last scan anyway, whatever its time says.
        looks_same = max(stat.st_mtime_ns, stat.st_ctime_ns) < racy_from_ns and (
            (stat.st_size, stat.st_mtime_ns) == (known.size_bytes, known.mtime_ns)
        )
        what = (
            "differs from what was indexed, though its size and time do not" if looks_same else "has changed"
        )
        severity = Severity.DAMAGE if looks_same else Severity.WARNING
        yield Finding("files", f"{path} {what}", severity)


def _rows(ids: NDArray[np.uint64], files: NDArray[np.generic]) -> NDArray[np.void]:
    rows = np.zeros(len(ids), _ROW)
    rows["id"], rows["file"] = ids, files
    return rows


def _several(what: str, ids: NDArray[np.uint64]) -> str:
    examples = ", ".join(f"{int(one):016x}" for one in ids[:_EXAMPLES])
    return f"{len(ids):,} {what} ({examples}{', ...' if len(ids) > _EXAMPLES else ''})"
