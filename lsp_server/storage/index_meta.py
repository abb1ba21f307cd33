"""The metadata of a whole index version, stored in the catalog's `meta` table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lsp_server.errors import IndexDamaged
from lsp_server.storage.records import MetaValue


def _no_centroids() -> NDArray[np.float32]:
    return np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class IndexMeta:
    """What holds for one generation besides its files and segments.

    Attributes:
        centroids: float32[k, d], exactly representable as float16; k is 0 before the first clustering.
        trained_rows: Symbols in the index when the centroids were trained; 0 while a single
            placeholder is used.
        languages: Language ids; a segment's language column has indices into this list.
        probes: Clusters that a search scans; 0 for all.
        rerank: Candidates that a search compares exactly.
        recall_at_10: Measured after the last clustering, on queries like people's; None before.
        related_recall_at_10: The same for symbols' own vectors.
        recall_curve: (probes, rerank, recall, related recall) points of that measurement.
        calibrated_rows: Rows in the index at that measurement.
        imbalance: `vectors.compaction.imbalance` of the clusters after the training.
        model_name: Name of the embedding model, for display.
        seen_ns: When the last scan whose result was committed began, in ns since the epoch.
        recipe: Key for everything besides content and language that analyses depended on.
    """

    centroids: NDArray[np.float32] = field(default_factory=_no_centroids)
    trained_rows: int = 0
    languages: tuple[str, ...] = ()
    probes: int = 0
    rerank: int = 500
    recall_at_10: float | None = None
    related_recall_at_10: float | None = None
    recall_curve: tuple[tuple[int, int, float, float], ...] = ()
    calibrated_rows: int = 0
    imbalance: float = 1.0
    model_name: str = ""
    seen_ns: int = 0
    recipe: str = ""

    @classmethod
    def decode(cls, facts: Mapping[str, MetaValue], catalog: Path) -> Self:
        """Return the metadata in the catalog's facts; absent ones have their defaults.

        Args:
            facts: The catalog's `meta` table.
            catalog: The catalog's file, for errors.

        Raises:
            IndexDamaged: A value is invalid.
        """
        try:
            return cls._decoded(facts)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
            raise IndexDamaged(
                f"The catalog at {catalog} has invalid metadata: {error}.", path=str(catalog)
            ) from error

    @classmethod
    def _decoded(cls, facts: Mapping[str, MetaValue]) -> Self:
        centroids = _no_centroids()
        if facts.get("centroids"):
            halves = np.frombuffer(bytes(facts["centroids"]), "<f2")  # type: ignore[arg-type]
            centroids = halves.reshape(-1, int(facts["dimensions"])).astype(np.float32)
        known = json.loads(str(facts.get("facts", "{}")))
        return cls(
            centroids=centroids,
            trained_rows=int(known.get("trained_rows", 0)),
            languages=tuple(known.get("languages", ())),
            probes=int(known.get("probes", 0)),
            rerank=int(known.get("rerank", 500)),
            recall_at_10=_measured(known.get("recall_at_10")),
            related_recall_at_10=_measured(known.get("related_recall_at_10")),
            recall_curve=tuple(
                (int(probes), int(rerank), float(recall), float(related))
                for probes, rerank, recall, related in known.get("recall_curve", ())
            ),
            calibrated_rows=int(known.get("calibrated_rows", 0)),
            imbalance=float(known.get("imbalance", 1.0)),
            model_name=str(known.get("model_name", "")),
            seen_ns=int(known.get("seen_ns", 0)),
            recipe=str(known.get("recipe", "")),
        )

    def encode(self) -> dict[str, MetaValue]:
        """Return the metadata as the catalog stores it."""
        known = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "centroids"}
        facts: dict[str, MetaValue] = {"facts": json.dumps(known)}
        if len(self.centroids):
            facts["dimensions"] = self.centroids.shape[1]
            facts["centroids"] = self.centroids.astype("<f2").tobytes()
        return facts


def storable(centroids: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return centroids rounded to float16, as they are read back from the catalog."""
    rounded: NDArray[np.float32] = centroids.astype("<f2").astype(np.float32)
    return rounded


def _measured(share: float | None) -> float | None:
    return None if share is None else float(share)
