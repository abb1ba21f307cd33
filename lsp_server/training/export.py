"""From trained parameters to the three files of a model that `embedding.static_model` reads."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from lsp_server.embedding.nibbles import packed
from lsp_server.embedding.offsets import RESERVED_AXES, Offsets
from lsp_server.embedding.rotation import rotation
from lsp_server.embedding.scores import ScoreCurves
from lsp_server.embedding.static_model import CONFIG_FILE, TABLE_FILE, TENSORS, TOKENIZER_FILE, revision_of
from lsp_server.training.network import Parameters
from lsp_server.training.vocabulary import UNKNOWN, tokenizer_file


def export(
    folder: Path,
    name: str,
    *,
    parameters: Parameters,
    vocabulary: Mapping[str, int],
    field_weights: Mapping[str, float],
    offsets: Offsets,
    curves: ScoreCurves,
) -> None:
    """Write a model.

    Args:
        folder: The folder to write to; created when missing.
        name: What the model is called.
        parameters: The trained parameters.
        vocabulary: Sub-word → row.
        field_weights: How much each field's unit vector counts.
        offsets: The offsets of short symbols, tests and examples.
        curves: What similarities mean.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bytes_, scale = packed(with_free_axes(parameters) @ rotation(parameters.table.shape[1]))
    symbol_scale, query_scale = (
        (scale * np.exp(weight)).astype(np.float32)
        for weight in (parameters.symbol_weights, parameters.query_weights)
    )
    # The unknown sub-word weighs nothing; it can only take up room in a query.
    symbol_scale[vocabulary[UNKNOWN]] = query_scale[vocabulary[UNKNOWN]] = 0
    tensors = dict(zip(TENSORS, (bytes_, symbol_scale, query_scale), strict=True))
    (folder / TABLE_FILE).write_bytes(_safetensors(tensors))
    _write(folder / TOKENIZER_FILE, tokenizer_file(vocabulary), indent=None)
    config = {
        "name": name,
        "field_weights": dict(field_weights),
        "quiet": asdict(offsets),
        "score_curves": asdict(curves),
    }
    _write(folder / CONFIG_FILE, config, indent=1)
    _write(folder / CONFIG_FILE, config | {"revision": revision_of(folder)}, indent=1)


def with_free_axes(parameters: Parameters) -> np.ndarray:
    """Return the table in its principal axes by falling weight, the last ones zeroed, float32[v, d].

    The least important directions carry little; `embedding.offsets` says what they are reserved for.
    """
    weight = np.exp(parameters.symbol_weights)[:, None]
    weighted = parameters.table * weight
    _, axes = np.linalg.eigh((weighted.T @ weighted).astype(np.float64))
    turned: np.ndarray = (parameters.table @ axes[:, ::-1]).astype(np.float32)
    turned[:, -RESERVED_AXES:] = 0
    return turned


def _write(path: Path, content: Mapping[str, Any], indent: int | None) -> None:
    separators = None if indent else (",", ":")
    path.write_text(json.dumps(content, indent=indent, separators=separators) + "\n", "utf-8")


_NAMES = {"uint8": "U8", "float32": "F32"}


def _safetensors(tensors: Mapping[str, np.ndarray]) -> bytes:
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    end = 0
    for name, tensor in tensors.items():
        parts.append(np.ascontiguousarray(tensor).tobytes())
        start, end = end, end + len(parts[-1])
        header[name] = {
            "dtype": _NAMES[tensor.dtype.name],
            "shape": list(tensor.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin aligned, as the format asks
    return b"".join((len(text).to_bytes(8, "little"), text, *parts))
