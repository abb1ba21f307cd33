"""One model, and one pool of real workers, for all indexers of these tests."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk

from lsp_server import app
from lsp_server.embedding import Embedder
from lsp_server.processes.pool import WorkerPool
from lsp_server.settings import Settings, settings_from_mapping, settings_to_mapping
from lsp_server.storage.folders import IndexRoot

FRAGILE_WORKER = """
import json, os, sys, time
from lsp_server import app
from lsp_server.indexing.workers.jobs import ParseJob
from lsp_server.processes.worker_loop import serve
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.settings import settings_from_mapping

work = app.parse_worker(settings_from_mapping(json.loads(sys.argv[1])))

def fragile(packed):
    job = ParseJob.unpack(packed)
    is_readable = os.path.isfile(job.absolute) and os.access(job.absolute, os.R_OK)
    raw = open(job.absolute, "rb").read() if is_readable else b""
    is_new = content_digest(raw) != job.known_digest
    if is_new and b"KILL THE WORKER" in raw:
        os._exit(9)
    if is_new and b"STALL THE WORKER" in raw:
        time.sleep(60)
    return work(packed)

serve(fragile)
"""
"""A worker that some content kills or stalls, as a bug in a grammar would."""

JOB_TIMEOUT_S = 60.0
STALL_TIMEOUT_S = 6.0
"""Where a stall is what is waited for: short, and yet longer than a busy machine takes for some lines."""


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    index_dir = tmp_path_factory.mktemp("indexes")
    return settings_from_mapping({"storage.indexDir": str(index_dir), "indexing.workers": 1})


@pytest.fixture(scope="session")
def embedder(settings: Settings) -> Embedder:
    return app.embedder_of(settings)


def fragile_pool(settings: Settings, job_timeout_s: float) -> WorkerPool[str]:
    command = [sys.executable, "-c", FRAGILE_WORKER, json.dumps(settings_to_mapping(settings))]
    root = str(Path(app.__file__).parent.parent)
    return WorkerPool(command, 1, job_timeout_s, env={**app.child_env(), "PYTHONPATH": root})


@pytest.fixture(scope="session")
def pool(settings: Settings) -> Iterator[WorkerPool[str]]:
    workers = fragile_pool(settings, JOB_TIMEOUT_S)
    yield workers
    workers.close()


@pytest.fixture
def impatient_pool(settings: Settings) -> Iterator[WorkerPool[str]]:
    workers = fragile_pool(settings, STALL_TIMEOUT_S)
    yield workers
    workers.close()


@pytest.fixture
def root(settings: Settings) -> IndexRoot:
    return app.index_root(settings).create()


@pytest.fixture
def desk(
    tmp_path: Path, root: IndexRoot, pool: WorkerPool[str], embedder: Embedder, settings: Settings
) -> Iterator[Desk]:
    made = Desk(tmp_path, root, pool, embedder, app.analysis_recipe(settings, embedder))
    yield made
    made.close()
