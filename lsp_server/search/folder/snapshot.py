"""One generation of one folder's index, opened for reading: immutable, shared until the next one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from lsp_server.fulltext import TextReader
from lsp_server.model import ClusterId, Symbol, SymbolKind
from lsp_server.search.folder.masks import Masks
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.index_meta import IndexMeta
from lsp_server.storage.records import CatalogSnapshot
from lsp_server.storage.symbol_record import unpack_symbol
from lsp_server.vectors.arrays import I64
from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.segment import Segment


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Vectors, words and paths of one generation.

    Attributes:
        catalog: The generation, read in one transaction.
        meta: Its facts: centroids, calibration, languages.
        vectors: Its live symbols.
        text: The text index as committed with the generation or later; hits that `vectors` does not know
            are dropped.
        entries: int64[largest file id + 1], the ordinal of each file's own entry, -1 where there is none.
        masks: Caches the filter masks of the last searches.
    """

    catalog: CatalogSnapshot
    meta: IndexMeta
    vectors: VectorIndex
    text: TextReader
    entries: I64
    masks: Masks

    @classmethod
    def open(cls, folder: IndexVersion, catalog: Catalog, before: "Snapshot | None" = None) -> Self:
        """Open the newest generation, sharing with `before` whatever did not change.

        Args:
            folder: The index version.
            catalog: Open for reading.
            before: An older snapshot of the same catalog.

        Raises:
            IndexDamaged: A file of the index is missing, cut short or fails its checksum.
        """
        text = TextReader.open(folder.text) if before is None else before.text.reloaded()
        state = catalog.snapshot(None if before is None else before.catalog)
        meta = IndexMeta.decode(state.meta, folder.catalog)
        mapped = {} if before is None else {s.path.name: s for s in before.vectors.segments}
        segments = [
            mapped.get(entry.name) or _opened(folder.segments / entry.name) for entry in state.segments
        ]
        alive = [segment.alive(state.tombstones.get(segment.path.name)) for segment in segments]
        vectors = VectorIndex(segments, alive, meta.centroids)
        return cls(state, meta, vectors, text, _entries(vectors, len(state.paths)), Masks())

    @property
    def generation(self) -> int:
        """The number of the commit that this is a snapshot of."""
        return self.catalog.generation

    @property
    def probes(self) -> int:
        """How many clusters a search visits."""
        return self.meta.probes or self.vectors.n_clusters

    def path_of(self, file: int) -> str:
        """Return the path of a file of this generation."""
        return self.catalog.paths[file]

    def symbol_of(self, ordinal: int) -> Symbol:
        """Return the symbol of a row, unpacked."""
        segment, row = self.vectors.row_of(ordinal)
        return unpack_symbol(segment.record(row), segment.path)

    def cluster_of(self, ordinal: int) -> ClusterId:
        """Return the cluster of a row."""
        return ClusterId(int(self.vectors.cluster_of(np.array([ordinal]))[0]))

    def names_of(self, ordinals: I64) -> list[str]:
        """Return the names of many rows, as written, ten times as fast as one by one."""
        names = [""] * len(ordinals)
        for segment, indices, rows in self.vectors.by_segment(ordinals):
            numbers = range(len(ordinals)) if isinstance(indices, slice) else indices.tolist()
            blob = segment.names.data
            starts, ends = segment.name_starts[rows].tolist(), segment.name_starts[rows + 1].tolist()
            for number, start, end in zip(numbers, starts, ends, strict=True):
                names[number] = str(blob[start:end], "utf-8", "replace")
        return names


def _opened(path: Path) -> Segment:
    segment = Segment.open(path)
    segment.prefetch()  # after a reboot, the first search waits less for the disk
    return segment


def _entries(vectors: VectorIndex, n_files: int) -> I64:
    ordinals = np.flatnonzero(vectors.living_where("kinds", lambda kinds: kinds == SymbolKind.FILE))
    entries = np.full(n_files, -1, np.int64)
    entries[vectors.files(ordinals)] = ordinals
    return entries
