"""Loads cross-encoders through fastembed: any that it knows by name, or one from a local folder.

As with embedding models, the libraries are imported only when such a model is configured, and nothing is
downloaded unless the user named a model to download.
"""

from pathlib import Path
from typing import Any

from lsp_server.disk import with_home
from lsp_server.embedding.cross_encoder import CrossEncoder
from lsp_server.embedding.fastembed_model import cache_dir, description_of, disable_telemetry
from lsp_server.embedding.onnx_folder import NEEDED_FILES, network_in, revision_of
from lsp_server.errors import ModelUnavailable

_TRIAL = ("read a file", "def read_file(path)")


def load_cross_encoder(wanted: str) -> CrossEncoder:
    """Load a cross-encoder; a named one is downloaded the first time, which can take minutes.

    Args:
        wanted: A name that fastembed knows, or the absolute path of a folder, which may begin with "~". A
            relative path is taken for a name: the current folder may be any repository, which a model's name
            must not lead into.

    Raises:
        ModelUnavailable: fastembed is not installed, doesn't know the model, or can't download or load it, or
            the model is not a cross-encoder.
    """
    disable_telemetry()
    try:
        from fastembed.rerank.cross_encoder import TextCrossEncoder  # noqa: PLC0415 - few users need it
    except ImportError as error:
        raise ModelUnavailable(
            f"The reranking model {wanted} needs the package fastembed, which can't be imported: {error}.",
            "Install it with `pip install fastembed`, or leave search.rerankModel empty.",
        ) from error
    folder = _folder(wanted)
    name = wanted if folder is None else _register(TextCrossEncoder, folder)
    if description_of(TextCrossEncoder, name) is None:
        raise ModelUnavailable(
            f"fastembed knows no reranking model named {name}.",
            "Set search.rerankModel to a name from `TextCrossEncoder.list_supported_models()`, or to the "
            "absolute path of a folder, or leave it empty.",
        )
    try:
        model = TextCrossEncoder(
            name,
            # fastembed creates the cache folder even if nothing is to be cached.
            cache_dir=str(folder or cache_dir()),
            specific_model_path=None if folder is None else str(folder),
        )
    except Exception as error:  # whatever the library raises, the model can't be used
        raise ModelUnavailable(
            f"The reranking model {wanted} can't be loaded: {error}",
            "Check the network for the first download, set search.rerankModel to a folder with "
            f"{NEEDED_FILES}, or leave it empty.",
        ) from error
    encoder = CrossEncoder(name, model)
    query, text = _TRIAL
    encoder.judge(query, [text])  # if it is not a cross-encoder, this fails now rather than in a search
    return encoder


def _folder(wanted: str) -> Path | None:
    path = with_home(wanted)
    return path if path.is_absolute() else None


def _register(library: Any, folder: Path) -> str:
    """Register a model in a folder with fastembed, and return its name there."""
    from fastembed.common.model_description import ModelSource  # noqa: PLC0415

    network = network_in(folder)
    if network is None:
        raise ModelUnavailable(
            f"The folder {folder} holds no reranking model: no *.onnx.",
            f"Set search.rerankModel to a folder with {NEEDED_FILES}, or leave it empty.",
        )
    name = f"local/{folder.resolve().name}-{revision_of(folder, network)}"
    if description_of(library, name) is None:
        library.add_custom_model(
            model=name,
            sources=ModelSource(hf=name),  # required, but never used, as the folder exists
            model_file=network.relative_to(folder).as_posix(),
        )
    return name
