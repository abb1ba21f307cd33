"""Loads cross-encoders through fastembed: any that it knows by name, or one from a local folder.

As with models that embed, the libraries are imported when such a model is configured and only then, and
nothing is fetched unless the user named a model to fetch.
"""

from pathlib import Path
from typing import Any

from lsp_server.disk import with_home
from lsp_server.embedding.cross_encoder import CrossEncoder
from lsp_server.embedding.fastembed_model import cache_dir, description_of
from lsp_server.embedding.libraries import keep_quiet
from lsp_server.embedding.onnx_folder import NEEDED_FILES, network_in, revision_of
from lsp_server.errors import ModelUnavailable

_TRIAL = ("read a file", "def read_file(path)")


def load_cross_encoder(wanted: str) -> CrossEncoder:
    """Load a cross-encoder; a named one is fetched the first time, which can take minutes.

    Args:
        wanted: A name that fastembed knows, or the whole path of a folder, which may begin with "~". A path
            from the current folder is none: that may be any repository's, and a name must not lead into it.

    Raises:
        ModelUnavailable: fastembed is not installed or doesn't know the model, or can't fetch or load it, or
            it is no cross-encoder.
    """
    keep_quiet()
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
            "whole path of a folder, or leave it empty.",
        )
    try:
        model = TextCrossEncoder(
            name,
            # The cache is made even where nothing is to be kept there.
            cache_dir=str(folder or cache_dir()),
            specific_model_path=None if folder is None else str(folder),
        )
    except Exception as error:  # whatever the library raises, the model is not to be had
        raise ModelUnavailable(
            f"The reranking model {wanted} can't be loaded: {error}",
            "Check the network for the first download, set search.rerankModel to a folder with "
            f"{NEEDED_FILES}, or leave it empty.",
        ) from error
    encoder = CrossEncoder(name, model)
    query, text = _TRIAL
    encoder.judge(query, [text])  # a network that is no cross-encoder is found out now, not by a search
    return encoder


def _folder(wanted: str) -> Path | None:
    path = with_home(wanted)
    return path if path.is_absolute() else None


def _register(library: Any, folder: Path) -> str:
    """Tell fastembed of a model in a folder; return the name it goes by."""
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
            sources=ModelSource(hf=name),  # asked for, never used: the folder is there
            model_file=network.relative_to(folder).as_posix(),
        )
    return name
