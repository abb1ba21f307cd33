"""all-MiniLM-L6-v2 in NumPy: it gives the sub-words' initial vectors, and is the teacher for distillation.

The weights are sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), read from a folder with its
`model.safetensors` and `tokenizer.json`. The network is BERT (Devlin et al. 2019, arXiv:1810.04805) with mean
pooling (Reimers and Gurevych 2019, arXiv:1908.10084). Only training uses it.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.special import erf

from lsp_server.embedding.safetensors import read_tensors

N_LAYERS, N_HEADS, DIMENSIONS = 6, 12, 384
MAX_TOKENS = 128
_EPSILON = 1e-12
_TOKENS_A_BATCH = 2048


class MiniLM:
    """Turns short texts into unit vectors of 384 dimensions."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415 - of the extra `train`

        self._weights = {
            name: np.array(one, np.float32)
            for name, one in read_tensors(folder / "model.safetensors").items()
            if one.dtype == np.float32
        }
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, texts: Sequence[str], on_batch: Callable[[int], None] = lambda _: None) -> np.ndarray:
        """Return unit vectors, float32[n, 384].

        Args:
            texts: Longer ones are cut at 128 tokens.
            on_batch: Called with the number of texts done since the last call.
        """
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        # Texts of the same length form a batch: nothing is padded, nothing masked.
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        start = 0
        while start < len(order):
            length = len(ids[order[start]])
            end = start + 1
            while (
                end < len(order)
                and len(ids[order[end]]) == length
                and (end - start) * length < _TOKENS_A_BATCH
            ):
                end += 1
            chosen = order[start:end]
            vectors[chosen] = self._pooled(np.array([ids[index] for index in chosen]))
            on_batch(end - start)
            start = end
        return vectors

    def _pooled(self, ids: np.ndarray) -> np.ndarray:
        """Return the mean of the last layer's states at unit length, float32[n, d], for int[n, length]."""
        weights = self._weights
        n, length = ids.shape
        states = weights["embeddings.word_embeddings.weight"][ids]
        states = states + weights["embeddings.position_embeddings.weight"][:length]
        states = states + weights["embeddings.token_type_embeddings.weight"][0]
        states = self._normed(states, "embeddings").reshape(n * length, DIMENSIONS)
        for layer in range(N_LAYERS):
            at = f"encoder.layer.{layer}"
            attended = self._attended(states.reshape(n, length, DIMENSIONS), f"{at}.attention.self")
            states = self._normed(
                states + self._dense(attended, f"{at}.attention.output.dense"), f"{at}.attention.output"
            )
            hidden = _gelu(self._dense(states, f"{at}.intermediate.dense"))
            states = self._normed(states + self._dense(hidden, f"{at}.output.dense"), f"{at}.output")
        mean = states.reshape(n, length, DIMENSIONS).mean(axis=1)
        pooled: np.ndarray = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return pooled

    def _attended(self, states: np.ndarray, at: str) -> np.ndarray:
        n, length, _ = states.shape
        per_head = DIMENSIONS // N_HEADS

        def heads(name: str) -> np.ndarray:
            projected = self._dense(states.reshape(n * length, DIMENSIONS), f"{at}.{name}")
            return projected.reshape(n, length, N_HEADS, per_head).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / math.sqrt(per_head)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: np.ndarray = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(n * length, DIMENSIONS)
        return mixed

    def _dense(self, states: np.ndarray, at: str) -> np.ndarray:
        product: np.ndarray = states @ self._weights[f"{at}.weight"].T + self._weights[f"{at}.bias"]
        return product

    def _normed(self, states: np.ndarray, at: str) -> np.ndarray:
        centred = states - states.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        normed: np.ndarray = centred / np.sqrt(variance + _EPSILON) * self._weights[f"{at}.LayerNorm.weight"]
        return normed + self._weights[f"{at}.LayerNorm.bias"]


def _gelu(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = 0.5 * values * (1 + erf(values * np.float32(math.sqrt(0.5))))
    return result
