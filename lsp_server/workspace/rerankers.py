"""The cross-encoders that settings name, each loaded in the background when a search first wants it."""

import logging
import threading
import time
from collections.abc import Callable, Collection

from lsp_server.embedding import CrossEncoder
from lsp_server.errors import SemanticSymbolsError
from lsp_server.search.ranking.reranking import Reranking
from lsp_server.settings import SearchSettings

logger = logging.getLogger(__name__)

RETRY_S = 300.0
"""A model that could not be loaded is tried again this much later: the network may be back by then."""

Load = Callable[[str], CrossEncoder]


class _Loading:
    """One model that is being loaded, has been, or could not be."""

    def __init__(self, wanted: str, load: Load, on_change: Callable[[], None]) -> None:
        self.done = threading.Event()
        self.model: CrossEncoder | None = None
        self.failure: str | None = None
        self._wanted = wanted
        self._load = load
        self._on_change = on_change
        self._began_s = time.monotonic()

    def start(self) -> None:
        threading.Thread(target=self._run, name="reranker", daemon=True).start()

    @property
    def is_given_up(self) -> bool:
        return self.failure is not None and time.monotonic() - self._began_s > RETRY_S

    @property
    def message(self) -> str | None:
        if self.failure is not None:
            return f"Searches are answered without reranking. {self.failure}"
        if self.model is None:
            return (
                f"Searches are answered without reranking until the model {self._wanted} is loaded.\n"
                "Suggestion: Search again in a moment, or in a few minutes if it has to be downloaded first."
            )
        return None

    def _run(self) -> None:
        self._on_change()
        try:
            self.model = self._load(self._wanted)
            logger.info("the reranking model %s is loaded", self._wanted)
        except SemanticSymbolsError as error:
            logger.warning("searches are answered without reranking: %s", error)
            self.failure = str(error)
        except Exception:  # the boundary of a thread: searches go on without
            logger.exception("the reranking model can't be loaded")
            self.failure = "The model can't be loaded.\nSuggestion: See the log file."
        self.done.set()
        self._on_change()


class Rerankers:
    """Gives searches the cross-encoder that their settings name, once it is loaded. Thread-safe.

    Args:
        load: Loads a model; may take minutes.
        on_change: Called, in the loading thread, when `message` may have changed.
    """

    def __init__(self, load: Load, on_change: Callable[[], None] = lambda: None) -> None:
        self._load = load
        self._on_change = on_change
        self._lock = threading.Lock()
        self._loadings: dict[str, _Loading] = {}

    def if_loaded(self, settings: SearchSettings) -> Reranking | None:
        """Return what these settings ask for if it is loaded; else start loading it and return None."""
        loading = self._loading(settings.rerank_model)
        model = None if loading is None else loading.model
        return None if model is None else Reranking(model, settings.rerank_depth)

    def when_loaded(self, settings: SearchSettings) -> Reranking | None:
        """Wait until what these settings ask for is loaded; None where it can't be."""
        loading = self._loading(settings.rerank_model)
        if loading is not None:
            loading.done.wait()
        return self.if_loaded(settings)

    def message(self, settings: SearchSettings) -> str | None:
        """Return why searches under these settings are answered without reranking, if they are."""
        loading = self._loadings.get(settings.rerank_model)
        return None if loading is None else loading.message

    def forget_all_but(self, wanted: Collection[str]) -> None:
        """Drop the models that no settings name any more."""
        with self._lock:
            self._loadings = {name: one for name, one in self._loadings.items() if name in wanted}

    def _loading(self, wanted: str) -> _Loading | None:
        if not wanted:
            return None
        with self._lock:
            loading = self._loadings.get(wanted)
            if loading is None or loading.is_given_up:
                loading = self._loadings[wanted] = _Loading(wanted, self._load, self._on_change)
                loading.start()
        return loading
