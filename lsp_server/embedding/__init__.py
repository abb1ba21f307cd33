"""Vectors for symbols and queries: the bundled static model, and optional transformers and rerankers."""

from pathlib import Path

from lsp_server.embedding.contract import Embedder, ModelChoice, ModelInfo, SymbolTexts
from lsp_server.embedding.cross_encoder import CrossEncoder
from lsp_server.embedding.dictionary import NO_WORDS, Dictionary
from lsp_server.embedding.scores import ScoreCurve, ScoreCurves, similarity_to_score
from lsp_server.embedding.static_model import TABLE_FILE, StaticModel

__all__ = [
    "BUNDLED",
    "BUNDLED_FOLDER",
    "NO_WORDS",
    "CrossEncoder",
    "Dictionary",
    "Embedder",
    "ModelChoice",
    "ModelInfo",
    "ScoreCurve",
    "ScoreCurves",
    "SymbolTexts",
    "load_embedder",
    "load_reranker",
    "similarity_to_score",
]

BUNDLED = "bundled"
"""The name, in the settings, of the model that comes with the package."""

BUNDLED_FOLDER = Path(__file__).parent / "data"


def load_embedder(choice: ModelChoice) -> Embedder:
    """Load the model that the settings name.

    The bundled model takes some 50 ms; a transformer takes seconds, or minutes when it has to be downloaded.

    Raises:
        ModelUnavailable: It can't be loaded here; the suggestion says what to do.
    """
    if (
        choice.path is not None
        and (choice.path / TABLE_FILE).is_file()
        and not any(choice.path.rglob("*.onnx"))
    ):
        return StaticModel.read(choice.path)
    if choice.path is None and choice.name == BUNDLED:
        return StaticModel.read(BUNDLED_FOLDER)
    # Imported late: its libraries are missing on some machines and slow to import on all.
    from lsp_server.embedding.fastembed_model import load_transformer  # noqa: PLC0415

    return load_transformer(choice)


def load_reranker(wanted: str) -> CrossEncoder:
    """Load the cross-encoder that the settings name; takes seconds, or minutes when it has to be downloaded.

    Args:
        wanted: A name that fastembed knows, or the absolute path of a folder.

    Raises:
        ModelUnavailable: It can't be loaded here; the suggestion says what to do.
    """
    from lsp_server.embedding.fastembed_reranker import load_cross_encoder  # noqa: PLC0415 - see above

    return load_cross_encoder(wanted)
