"""The composition root: the only module that names concrete adapters and puts the program together."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.disk import with_home
from lsp_server.embedding import Embedder, ModelChoice, load_embedder, load_reranker
from lsp_server.indexing.messages import Event
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.workers.analyzer import ANALYSIS_RECIPE, FileAnalyzer
from lsp_server.indexing.workers.capacity import (
    fitting_workers,
    is_on_battery,
    suggested_workers,
    usable_cores,
)
from lsp_server.indexing.workers.worker import ParseWorker
from lsp_server.logs import log_folder, start_logging
from lsp_server.parsing import ParseLimits
from lsp_server.parsing.languages import canonical_language, language_names
from lsp_server.processes.pool import WorkerPool
from lsp_server.processes.worker_process import Worker
from lsp_server.settings import (
    LoadedSettings,
    Settings,
    load_settings,
    settings_from_mapping,
    settings_to_mapping,
)
from lsp_server.storage.analysis_cache import AnalysisCache
from lsp_server.storage.folders import IndexRoot

if TYPE_CHECKING:  # imported lazily where used: child processes, which start by the dozen, need none of it
    from lsp_server.workspace.service import FolderParts
    from lsp_server.workspace.visit import VisitParts

INDEXER_COMMAND = "_indexer"
WORKER_COMMAND = "_worker"
BUFFER_WORKER_COMMAND = "_buffer_worker"
"""Hidden commands of the CLI that child processes are started with."""

WORKER_MEMORY_BYTES = 1_000_000_000
"""A parse worker that has ever held more than this is replaced."""

WORKER_MEMORY_LIMIT_BYTES = 2_000_000_000
"""A file for which a parse worker holds more than this is quarantined."""

STUCK_S = 120.0
"""Indexing that makes no progress for this long, on top of the time allowed for one file, counts as stuck."""

BUFFER_TIMEOUT_S = 5.0
"""An open buffer is given up sooner than a file: its next edit may come at any moment."""


def unknown_languages(extra_suffixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield a (problem, suggestion) pair for each unknown language in `indexing.extraSuffixes`."""
    known = [name for language, aliases in language_names() for name in (language, *aliases)]
    for suffix, language in extra_suffixes.items():
        if canonical_language(language) is None:
            close = get_close_matches(language.lower(), known, 1)
            yield (
                f"gives {suffix!r} the language {language!r}, which is not known",
                f"Did you mean {close[0]}?" if close else "Name a language such as python or markdown.",
            )


def embedder_of(settings: Settings) -> Embedder:
    """Load the model that the settings name.

    Raises:
        ModelUnavailable: It can't be loaded here.
    """
    model = settings.model
    return load_embedder(
        ModelChoice(
            name=model.name,
            path=with_home(model.path) if model.path else None,
            query_prefix=model.query_prefix or None,
            passage_prefix=model.passage_prefix or None,
        )
    )


def index_root(settings: Settings) -> IndexRoot:
    """Return the folder that holds all indexes."""
    return IndexRoot.at(settings.storage.index_dir)


def ignore_rules(folder: Path, settings: Settings) -> IgnoreRules:
    """Return the rules that decide which files of a folder are indexed."""
    own_paths = (*index_root(settings).own_paths, log_folder())
    return IgnoreRules(folder, settings.indexing.include, settings.indexing.exclude, own_paths)


def indexer_parts(folder: Path, settings: Settings, embedder: Embedder | None = None) -> IndexerParts:
    """Assemble the collaborators of one folder's indexer.

    Raises:
        ModelUnavailable: The model can't be loaded here.
    """
    root = index_root(settings).create()
    index = root.folder_of(folder)
    pool: WorkerPool[str] = WorkerPool(
        worker_command(settings),
        worker_count(settings),
        settings.indexing.file_timeout_seconds,
        env=child_env(),
    )
    if not index.versions():
        pool.warm_up()  # Everything has to be read: the workers start while the model is loaded here.
    try:
        embedder = embedder_of(settings) if embedder is None else embedder
    except BaseException:
        pool.close()
        raise
    return IndexerParts(
        folder=folder,
        index=index,
        embedder=embedder,
        rules=ignore_rules(folder, settings),
        limits=parse_limits(settings),
        pool=pool,
        cache=AnalysisCache(root.analysis_cache, settings.indexing.cache_bytes),
        cache_recipe=analysis_recipe(settings, embedder),
        recall_target=settings.search.recall_target,
        patience_s=STUCK_S + settings.indexing.file_timeout_seconds,
    )


def visit_parts(folder: Path, settings: Settings) -> "VisitParts":
    """Assemble what a command needs to index and search one folder.

    Raises:
        ModelUnavailable: The model can't be loaded here.
    """
    from lsp_server.workspace.visit import VisitParts  # noqa: PLC0415 - see above

    embedder = embedder_of(settings)
    return VisitParts(
        folder=folder,
        index=index_root(settings).folder_of(folder),
        rules=ignore_rules(folder, settings),
        embedder=embedder,
        make_indexer=lambda: indexer_parts(folder, settings, embedder),
    )


def parse_worker(settings: Settings) -> Callable[[bytes], bytes]:
    """Return a parse worker's job handler: request bytes in, reply bytes out."""
    embedder = embedder_of(settings)
    analyzer = FileAnalyzer(embedder, parse_limits(settings), settings.indexing.extra_suffixes)
    cache = AnalysisCache(index_root(settings).analysis_cache, settings.indexing.cache_bytes)
    return ParseWorker(analyzer, cache, analysis_recipe(settings, embedder))


def folder_parts(folder: Path, settings: Settings) -> "FolderParts":
    """Assemble what the server needs to follow one folder."""
    from lsp_server.workspace.indexer_client import IndexerClient  # noqa: PLC0415 - see above
    from lsp_server.workspace.service import FolderParts  # noqa: PLC0415

    def make_client(on_event: Callable[[Event], None], on_end: Callable[[], None]) -> IndexerClient:
        return IndexerClient(indexer_command(folder, settings), child_env(), on_event, on_end)

    return FolderParts(
        folder=folder,
        index=index_root(settings).folder_of(folder),
        rules=ignore_rules(folder, settings),
        load_embedder=lambda: embedder_of(settings),
        make_client=make_client,
        overlay_worker=Worker(
            [*_python(), BUFFER_WORKER_COMMAND, _packed(settings)],
            min(settings.indexing.file_timeout_seconds, BUFFER_TIMEOUT_S),
            env=child_env(),
        ),
        watch=settings.indexing.watch,
    )


def parse_limits(settings: Settings) -> ParseLimits:
    """Return the limits beyond which parsing skips a file."""
    return ParseLimits(max_file_bytes=settings.indexing.max_file_bytes)


def worker_count(settings: Settings) -> int:
    """Return how many parse workers to run: the setting, or else what suits the machine right now."""
    suggested = suggested_workers(usable_cores(), on_battery=is_on_battery())
    return settings.indexing.workers or min(suggested, fitting_workers())


def analysis_recipe(settings: Settings, embedder: Embedder) -> str:
    """Return a cache key for everything besides content and language that a file's analysis depends on."""
    indexing = settings.indexing
    choices = json.dumps([dict(indexing.extra_suffixes), indexing.max_file_bytes], sort_keys=True)
    digest = blake2b(choices.encode(), digest_size=8).hexdigest()
    return f"{ANALYSIS_RECIPE}:{embedder.info.fingerprint}:{digest}"


class Composition:
    """The factory that a workspace and the commands get everything from, under one command line.

    Args:
        command_line: Dotted keys → values of the options given; None where an option was not.
        apply_settings: Applies the settings that hold for the whole process.
    """

    folder_parts = staticmethod(folder_parts)
    visit_parts = staticmethod(visit_parts)
    embedder = staticmethod(embedder_of)
    load_reranker = staticmethod(load_reranker)
    index_root = staticmethod(index_root)

    def __init__(
        self,
        command_line: Mapping[str, Any],
        apply_settings: Callable[[Settings], None] = lambda _: None,
    ) -> None:
        self._command_line = command_line
        self.apply_settings = apply_settings

    def load_settings(self, folder: Path | None, client: Mapping[str, Any]) -> LoadedSettings:
        """Return the settings of a folder (or of none), with the client's on top.

        Raises:
            InvalidSettings: The command line names a setting or value that is not valid.
        """
        checks = {"indexing.extraSuffixes": unknown_languages}
        return load_settings(folder, os.environ, self._command_line, client, checks=checks)

    def expire_indexes(self) -> None:
        """Delete indexes of folders that vanished long ago, in a background thread."""
        root = index_root(self.load_settings(None, {}).settings)
        threading.Thread(target=root.expire, name="expiry", daemon=True).start()


# Child processes


def indexer_command(folder: Path, settings: Settings) -> list[str]:
    """Return the command line of a folder's indexer process."""
    return [*_python(), INDEXER_COMMAND, str(folder), _packed(settings)]


def worker_command(settings: Settings) -> list[str]:
    """Return the command line of a parse worker."""
    return [*_python(), WORKER_COMMAND, _packed(settings)]


def run_indexer(folder: str, packed_settings: str) -> None:
    """Run as the indexer process of one folder until the parent is gone."""
    from lsp_server.indexing.process import run_indexer_process  # noqa: PLC0415 - only in that process

    settings = settings_from_mapping(json.loads(packed_settings))
    start_logging("indexer", settings.log.level)
    run_indexer_process(lambda: indexer_parts(Path(folder), settings))


def run_worker(packed_settings: str) -> None:
    """Run as a parse worker of an indexer until the parent is gone."""
    from lsp_server.processes.worker_loop import lower_priority  # noqa: PLC0415 - only in that process

    lower_priority()
    _serve_parse_jobs(packed_settings)


def run_buffer_worker(packed_settings: str) -> None:
    """Run as the parse worker of open buffers: as urgent as the searches that wait for it."""
    _serve_parse_jobs(packed_settings)


def _serve_parse_jobs(packed_settings: str) -> None:
    from lsp_server.processes.worker_loop import serve  # noqa: PLC0415 - only in that process

    settings = settings_from_mapping(json.loads(packed_settings))
    start_logging("worker", settings.log.level)
    serve(
        parse_worker(settings),
        max_memory_bytes=WORKER_MEMORY_BYTES,
        memory_limit_bytes=WORKER_MEMORY_LIMIT_BYTES,
        stall_limit_s=2 * settings.indexing.file_timeout_seconds,
    )


def child_env() -> Mapping[str, str]:
    """Return the environment of child processes: one thread each, as there is one process a core."""
    # The last is for Apple's Accelerate, which NumPy calculates with on newer macOS.
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return {**os.environ, **dict.fromkeys(names, "1")}


def _python() -> list[str]:
    # -P: no file in the current folder may shadow a module of ours.
    return [sys.executable, "-P", "-m", "lsp_server"]


def _packed(settings: Settings) -> str:
    return json.dumps(settings_to_mapping(settings))
