"""Loads transformers through fastembed: any text model that it knows by name, or one from a local folder.

fastembed and onnxruntime are imported only when such a model is configured: they are slow to import and have
no wheels on some machines. Nothing is downloaded unless the user named a model to download.
"""

import json
import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

from lsp_server.embedding.contract import ModelChoice, ModelInfo
from lsp_server.embedding.onnx_folder import OnnxFolder
from lsp_server.embedding.prefixes import prefixes_of
from lsp_server.embedding.transformer import RECIPE, TransformerModel
from lsp_server.errors import ModelUnavailable
from lsp_server.own_folders import own_folder

_NO_TELEMETRY = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def load_transformer(choice: ModelChoice) -> TransformerModel:
    """Load the chosen model; a named one is downloaded the first time, which can take minutes.

    Raises:
        ModelUnavailable: fastembed is not installed, doesn't know the model, or can't download or load it.
    """
    disable_telemetry()
    try:
        from fastembed import TextEmbedding  # noqa: PLC0415 - half a second that most users never need
    except ImportError as error:
        raise ModelUnavailable(
            f"The model {choice.name} needs the package fastembed, which can't be imported: {error}.",
            'Install it with `pip install fastembed`, or set the model to "bundled".',
        ) from error
    name = choice.name
    revision = None
    if choice.path is not None:
        folder = OnnxFolder.read(choice.path)
        revision = folder.revision
        if description_of(TextEmbedding, name) is None:
            name = _register(TextEmbedding, folder, choice.name)
    description = description_of(TextEmbedding, name)
    if description is None:
        raise ModelUnavailable(
            f"fastembed knows no text model named {name}.",
            'Set the model to "bundled", to a name from `fastembed.TextEmbedding.list_supported_models()`, '
            "or set its path.",
        )
    try:
        model = TextEmbedding(
            name,
            # fastembed creates the cache folder even if nothing is to be cached.
            cache_dir=str(choice.path or cache_dir()),
            specific_model_path=None if choice.path is None else str(choice.path),
        )
    except Exception as error:  # whatever the library raises, the model can't be used
        raise ModelUnavailable(
            f"The model {name} can't be loaded: {error}",
            "Check the network for the first download, set the path of a local copy, or set the model to "
            '"bundled".',
        ) from error
    known = prefixes_of(choice.name)
    query_prefix = known.query if choice.query_prefix is None else choice.query_prefix
    passage_prefix = known.passage if choice.passage_prefix is None else choice.passage_prefix
    info = ModelInfo(
        name=name,
        revision=revision or _revision(description, type(model.model).__name__),
        dimensions=int(description["dim"]),
        # The passage prefix is part of every vector in the index; the query prefix is not.
        recipe=f"{RECIPE} {passage_prefix}".strip(),
    )
    return TransformerModel(info, model, query_prefix, passage_prefix)


def disable_telemetry() -> None:
    """Turn off usage events: onnxruntime starts collecting them as soon as it is imported."""
    os.environ.update(_NO_TELEMETRY)


def description_of(library: Any, name: str) -> dict[str, Any] | None:
    """Return fastembed's description of a model, by name in any case; None when it does not know it.

    Args:
        library: One of fastembed's classes, such as `TextEmbedding`.
        name: The model's name.
    """
    models: list[dict[str, Any]] = library.list_supported_models()
    return next((model for model in models if model["model"].lower() == name.lower()), None)


def _register(library: Any, folder: OnnxFolder, wanted: str) -> str:
    """Register a model in a folder with fastembed, and return its name there."""
    from fastembed.common.model_description import ModelSource, PoolingType  # noqa: PLC0415

    name = f"local/{folder.path.resolve().name if wanted in {'', 'bundled'} else wanted}-{folder.revision}"
    if description_of(library, name) is None:
        library.add_custom_model(
            model=name,
            pooling=PoolingType(folder.pooling),
            normalization=True,
            sources=ModelSource(hf=name),  # required, but never used, as the folder exists
            dim=folder.dimensions,
            model_file=folder.model_file,
        )
    return name


def _revision(description: dict[str, Any], implementation: str) -> str:
    """Return a digest of where fastembed gets a named model from and how it pools."""
    facts = [description["model"], description["sources"], description["model_file"], implementation]
    return blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=8).hexdigest()


def cache_dir() -> Path:
    """Return the folder for downloaded models; unlike fastembed's own default, it survives a reboot."""
    configured = os.environ.get("FASTEMBED_CACHE_PATH")
    return Path(configured) if configured else own_folder("cache") / "models"
