"""Writes whole models of a few bytes that onnxruntime runs like any other (onnx.proto, opset 13)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

FLOAT, INT64 = 1, 7
DIMENSIONS = 24


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | str | bytes) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def value_info(name: str, element_type: int, *dims: str | int) -> bytes:
    shape = b"".join(field(1, field(1, dim) if isinstance(dim, int) else field(2, dim)) for dim in dims)
    return field(1, name) + field(2, field(1, field(1, element_type) + field(2, shape)))


def tensor(name: str, values: np.ndarray) -> bytes:
    kind, raw = (INT64, "<i8") if values.dtype == np.int64 else (FLOAT, "<f4")
    dims = b"".join(field(1, size) for size in values.shape)
    return dims + field(2, kind) + field(8, name) + field(9, values.astype(raw).tobytes())


def node(operation: str, inputs: str, output: str, **integers: int) -> bytes:
    """One step of a network; `inputs` are names with spaces between them."""
    made = b"".join(field(1, name) for name in inputs.split()) + field(2, output) + field(4, operation)
    for name, value in integers.items():
        made += field(5, field(1, name) + field(3, value) + field(20, 2))
    return made


def network(
    nodes: Sequence[bytes], tensors: Sequence[bytes], inputs: Sequence[bytes], output: bytes
) -> bytes:
    graph = b"".join(field(1, one) for one in nodes) + field(2, "tiny")
    graph += b"".join(field(5, one) for one in tensors) + b"".join(field(11, one) for one in inputs)
    return field(1, 8) + field(7, graph + field(12, output)) + field(8, field(1, "") + field(2, 13))


def embedding_network(table: np.ndarray) -> bytes:
    """One look-up: token ids → rows of a table."""
    return network(
        [node("Gather", "table input_ids", "last_hidden_state")],
        [tensor("table", table)],
        [value_info("input_ids", INT64, "batch", "length")],
        value_info("last_hidden_state", FLOAT, "batch", "length", table.shape[1]),
    )


def pair_network(table: np.ndarray) -> bytes:
    """Sums the rows of the query's tokens, and those of the text's; the judgement is their dot product."""
    pair = [value_info(name, INT64, "batch", "length") for name in ("input_ids", "token_type_ids")]
    return network(
        [
            node("Gather", "table input_ids", "tokens"),
            node("Cast", "token_type_ids", "kinds", to=FLOAT),
            node("Unsqueeze", "kinds last_axis", "kind"),
            node("Mul", "tokens kind", "of_text"),
            node("ReduceSum", "tokens axis", "both", keepdims=0),
            node("ReduceSum", "of_text axis", "text", keepdims=0),
            node("Sub", "both text", "query"),
            node("Mul", "query text", "products"),
            node("ReduceSum", "products axis", "logits", keepdims=1),
        ],
        [tensor("table", table), tensor("axis", np.array([1])), tensor("last_axis", np.array([2]))],
        pair,
        value_info("logits", FLOAT, "batch", 1),
    )


def write_tokenizer(folder: Path, words: Sequence[str], config: Mapping[str, int]) -> None:
    """Write what stands beside a network. Whole words are tokens; the first two pad, and stand for others."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(WordLevel({word: row for row, word in enumerate(words)}, unk_token=words[1]))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="$A", pair="$A $B:1", special_tokens=[])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 64, "pad_token": words[0]}))
    (folder / "special_tokens_map.json").write_text(
        json.dumps({"pad_token": words[0], "unk_token": words[1]})
    )
    (folder / "config.json").write_text(json.dumps({**config, "pad_token_id": 0}))


def write_embedding_model(folder: Path, words: Sequence[str], table: np.ndarray) -> Path:
    """Write a model that embeds, float[n words, d]; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(embedding_network(table))
    write_tokenizer(folder, words, {"hidden_size": table.shape[1]})
    return folder


def write_cross_encoder(folder: Path, meanings: Mapping[str, Sequence[float]]) -> Path:
    """Write a cross-encoder that knows these words, each by a vector; return its folder.

    A query and a text are judged by the dot product of the sums of their words' vectors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vectors = np.array(list(meanings.values()), np.float32)
    table = np.vstack([np.zeros((2, vectors.shape[1]), np.float32), vectors])
    (folder / "model.onnx").write_bytes(pair_network(table))
    write_tokenizer(folder, ["[PAD]", "[UNK]", *meanings], {})
    return folder
