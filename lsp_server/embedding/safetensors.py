"""Reads the tensors of a safetensors file in place, memory-mapped so that processes share the pages.

The format (https://huggingface.co/docs/safetensors, "Format"): a little-endian 64-bit length, that many
bytes of JSON (name → dtype, shape, offsets), then the tensors' bytes.
"""

import json
from pathlib import Path

import numpy as np

from lsp_server.errors import ModelUnavailable

_DTYPES = {"I8": "<i1", "U8": "<u1", "F16": "<f2", "F32": "<f4", "I32": "<i4", "I64": "<i8"}


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Return the tensors by name, read-only, backed by the file.

    Raises:
        ModelUnavailable: The file is missing, truncated or not of this format.
    """
    try:
        content = np.memmap(path, np.uint8, "r")
        header_bytes = int.from_bytes(content[:8].tobytes(), "little")
        header = json.loads(content[8 : 8 + header_bytes].tobytes())
        return {
            name: _tensor(content, 8 + header_bytes, entry)
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(
            f"The model file {path} can't be read: {error}.",
            "Reinstall the package, or choose another model in the settings.",
        ) from error


def _tensor(content: np.ndarray, base: int, entry: dict[str, object]) -> np.ndarray:
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not (isinstance(dtype, str) and isinstance(shape, list) and isinstance(offsets, list)):
        raise TypeError("its header is not what the format says")
    start, end = offsets
    # reshape fails when there are fewer bytes than the shape needs, as in a truncated file.
    return content[base + start : base + end].view(_DTYPES[dtype]).reshape(shape)
