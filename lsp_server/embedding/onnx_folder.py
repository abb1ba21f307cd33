"""Reads from a local folder what must be known about a transformer before it can be loaded."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from lsp_server.errors import ModelUnavailable

NEEDED_FILES = "model.onnx, tokenizer.json, tokenizer_config.json, special_tokens_map.json and config.json"
"""The files that a folder must have, for messages."""

_SAMPLE_BYTES = 1 << 16
_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class OnnxFolder:
    """A folder with a model, laid out as by sentence-transformers.

    Attributes:
        path: The folder.
        model_file: The network, relative to the folder, with forward slashes.
        dimensions: Length of its vectors.
        pooling: "MEAN", "CLS" or "LAST_TOKEN": how a text's token vectors become one.
        revision: Digest of the files.
    """

    path: Path
    model_file: str
    dimensions: int
    pooling: str
    revision: str

    @classmethod
    def read(cls, path: Path) -> "OnnxFolder":
        """Read the facts about the model in a folder.

        Raises:
            ModelUnavailable: A file is missing, or none says how long the vectors are.
        """
        network = network_in(path)
        if network is None:
            raise ModelUnavailable(
                f"The folder {path} holds no model: no *.onnx and no model.safetensors like the bundled one.",
                f'Set the model\'s path to a folder with {NEEDED_FILES}, or set the model to "bundled".',
            )
        pooling = _json(path / "1_Pooling" / "config.json")
        dimensions = pooling.get("word_embedding_dimension") or _json(path / "config.json").get("hidden_size")
        if not isinstance(dimensions, int):
            raise ModelUnavailable(
                f"Nothing in {path} gives the dimension of the model's vectors.",
                "Add the model's config.json, with its hidden_size, to the folder.",
            )
        kind = "MEAN"
        if pooling.get("pooling_mode_cls_token"):
            kind = "CLS"
        elif pooling.get("pooling_mode_lasttoken"):
            kind = "LAST_TOKEN"
        return cls(path, network.relative_to(path).as_posix(), dimensions, kind, revision_of(path, network))


def network_in(folder: Path) -> Path | None:
    """Return the network in a folder, the one with the usual name if there are several; None without any."""
    networks = sorted(folder.rglob("*.onnx"), key=lambda file: (_preference(file), file.as_posix()))
    return networks[0] if networks else None


def _preference(file: Path) -> int:
    """Rank the usual names first: some folders hold the same network in several precisions."""
    names = ("model.onnx", "model_optimized.onnx", "model_quantized.onnx")
    return names.index(file.name) if file.name in names else len(names)


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def revision_of(folder: Path, network: Path) -> str:
    """Return a digest of a model's files."""
    digest = blake2b(digest_size=8)
    for file in sorted({network, *folder.glob("*.json"), *folder.glob("1_Pooling/*.json")}):
        digest.update(file.relative_to(folder).as_posix().encode())
        for sample in _samples(file):
            digest.update(sample)
    return digest.hexdigest()


def _samples(file: Path) -> Iterator[bytes]:
    """Yield a file's size and samples of it: a network of gigabytes must not be read whole at each start."""
    size = file.stat().st_size
    yield size.to_bytes(8, "little")
    with file.open("rb") as stream:
        for offset in range(0, size, max(_SAMPLE_BYTES, size // _SAMPLES)):
            stream.seek(offset)
            yield stream.read(_SAMPLE_BYTES)
