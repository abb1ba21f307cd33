"""What is true of a whole generation comes back from the catalog, or is called damaged."""

from pathlib import Path

import numpy as np
import pytest

from lsp_server.errors import IndexDamaged
from lsp_server.storage.index_meta import IndexMeta
from lsp_server.storage.records import MetaValue

CATALOG = Path("index", "catalog.sqlite3")


def test_facts_come_back() -> None:
    meta = IndexMeta(
        centroids=np.eye(3, dtype=np.float32),
        trained_rows=7,
        languages=("go", "python"),
        recall_at_10=0.97,
        recall_curve=((4, 500, 0.97, 0.9),),
        model_name="one",
        seen_ns=10**18,
    )
    read = IndexMeta.decode(meta.encode(), CATALOG)
    assert read.encode() == meta.encode()
    assert np.array_equal(read.centroids, meta.centroids)


def test_absent_facts_have_their_defaults() -> None:
    assert IndexMeta.decode({}, CATALOG).encode() == IndexMeta().encode()


@pytest.mark.parametrize(
    "facts",
    [
        {"facts": '{"lang'},
        {"facts": "[]"},
        {"facts": b"\xff"},
        {"facts": '{"languages": 5}'},
        {"facts": '{"probes": "many"}'},
        {"facts": '{"seen_ns": null}'},
        {"facts": '{"trained_rows": Infinity}'},
        {"facts": '{"recall_at_10": "high"}'},
        {"facts": '{"recall_curve": [[1, 2]]}'},
        {"centroids": b"\0" * 8},
        {"centroids": b"\0" * 8, "dimensions": 3},
        {"centroids": b"\0" * 7, "dimensions": 4},
        {"centroids": "text", "dimensions": 4},
    ],
)
def test_garbled_facts_are_damage(facts: dict[str, MetaValue]) -> None:
    with pytest.raises(IndexDamaged, match="invalid metadata") as raised:
        IndexMeta.decode(facts, CATALOG)
    assert "doctor --repair" in raised.value.suggestion
    assert raised.value.details["path"] == str(CATALOG)
