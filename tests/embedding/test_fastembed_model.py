"""Transformers: a local folder works without a network, and what can't work says what to do instead."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from tiny_onnx import DIMENSIONS, embedding_network, write_embedding_model

from lsp_server.embedding import ModelChoice, ModelInfo, SymbolTexts, load_embedder
from lsp_server.embedding.prefixes import prefixes_of
from lsp_server.embedding.transformer import TransformerModel
from lsp_server.errors import ModelUnavailable
from lsp_server.text import split_file

WORDS = ["[PAD]", "[UNK]", "upload", "retry", "parse", "json", "draw", "def", "return", "resend", "file"]

SOURCE = b"def upload(): retry resend\ndef parse(): json\n"
TEXTS = SymbolTexts(
    split_file(SOURCE),
    ["upload", "parse"],
    ["", "Reader"],
    [(0, 26), (27, len(SOURCE))],
    [None, None],
    SOURCE,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = np.random.default_rng(5).standard_normal((len(WORDS), DIMENSIONS))
    table[WORDS.index("resend")] = table[WORDS.index("retry")]
    return write_embedding_model(tmp_path_factory.mktemp("tiny-model"), WORDS, table)


def test_a_local_folder_embeds_without_a_network(folder: Path) -> None:
    model = load_embedder(ModelChoice(name="tiny", path=folder))
    assert model.info.dimensions == DIMENSIONS
    content = model.content_vectors(TEXTS)
    assert (content.dtype, content.shape) == (np.dtype(np.float16), (2, DIMENSIONS))
    placed = model.place(content, "src/a.py")
    np.testing.assert_allclose(np.linalg.norm(placed.astype(np.float32), axis=1), 1, atol=2e-3)
    similarities = placed.astype(np.float32) @ model.query_vector("retry resend")
    assert similarities[0] > similarities[1]
    assert not model.query_vector("  ").any()


def test_libraries_collect_nothing_about_their_user(folder: Path, tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\n"
        "from lsp_server.embedding import ModelChoice, load_embedder\n"
        f"load_embedder(ModelChoice(name='tiny', path=Path({str(folder)!r}))).query_vector('retry')\n"
    )
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA")}
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, **homes})
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_local_folder_needs_no_cache(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path / "file" / "models"))
    assert load_embedder(ModelChoice(name="tiny", path=folder)).query_vector("retry").any()


def test_loading_twice_gives_the_same_model_and_other_files_another(folder: Path, tmp_path: Path) -> None:
    first, again = (load_embedder(ModelChoice(name="tiny", path=folder)) for _ in range(2))
    assert first.info == again.info
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.onnx").write_bytes(embedding_network(np.eye(len(WORDS), DIMENSIONS)))
    assert load_embedder(ModelChoice(name="tiny", path=tmp_path)).info.fingerprint != first.info.fingerprint


class RecordingModel:
    """Stands where fastembed's models stand; remembers what it was given to read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def query_embed(self, query: str) -> Iterable[np.ndarray]:
        return self.passage_embed([query], batch_size=1)

    def passage_embed(self, texts: Iterable[str], *, batch_size: int) -> Iterable[np.ndarray]:
        assert batch_size > 0
        texts = list(texts)
        self.read += texts
        return [np.full(DIMENSIONS, len(text), np.float32) for text in texts]


def test_texts_hold_name_documentation_and_code_behind_the_prefix() -> None:
    source = b'class Reader:\n  def parse(self):\n    """Reads JSON."""\n    return json.loads(self.text)\n'
    start, doc = source.index(b"def"), source.index(b'"""')
    texts = SymbolTexts(
        split_file(source), ["parse"], ["Reader"], [(start, len(source))], [(doc, doc + 17)], source
    )
    recording = RecordingModel()
    model = TransformerModel(ModelInfo("m", "1", DIMENSIONS, "r"), recording, "query: ", "passage: ")
    model.content_vectors(texts)
    model.query_vector("read json")
    assert recording.read == [
        'passage: Reader.parse\n"""Reads JSON."""\ndef parse(self):\n    return json.loads(self.text)',
        "query: read json",
    ]


def test_vectors_come_in_the_order_of_the_symbols() -> None:
    source = b"long long long long\nx\n\n"
    texts = SymbolTexts(
        split_file(source), ["a", "b", ""], ["", "", ""], [(0, 19), (20, 21), (22, 22)], [None] * 3, source
    )

    class LengthModel(RecordingModel):
        def passage_embed(self, texts: Iterable[str], *, batch_size: int) -> Iterable[np.ndarray]:
            assert batch_size > 0
            return [np.eye(2, DIMENSIONS)[int(len(text) > 5)] for text in texts]

    model = TransformerModel(ModelInfo("m", "1", DIMENSIONS, "r"), LengthModel(), "", "")
    content = model.content_vectors(texts).astype(np.float32)
    assert content[0] @ model.query_vector("a long one") > 0.9
    assert content[1] @ model.query_vector("b") > 0.9
    assert not content[2].any()


def test_scores_fit_the_model_s_own_scale(folder: Path) -> None:
    curves = load_embedder(ModelChoice(name="tiny", path=folder)).curves
    assert -1 < curves.query.midpoint < 1
    assert curves.query.steepness > 0
    assert curves.related.midpoint >= curves.query.midpoint


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-large", "query: ", "passage: "),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("BAAI/bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("sentence-transformers/all-MiniLM-L6-v2", "", ""),
    ],
)
def test_well_known_models_get_the_prefixes_of_their_cards(name: str, query: str, passage: str) -> None:
    assert prefixes_of(name) == (query, passage)


def test_an_unknown_name_is_unavailable() -> None:
    with pytest.raises(ModelUnavailable, match=r'(?s)nobody/nothing.*Suggestion: .*"bundled"'):
        load_embedder(ModelChoice(name="nobody/nothing"))


def test_a_model_that_is_not_here_and_can_t_be_fetched_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path))
    with pytest.raises(ModelUnavailable, match=r"(?s)can't be loaded.*Suggestion: "):
        load_embedder(ModelChoice(name="sentence-transformers/all-MiniLM-L6-v2"))


@pytest.mark.parametrize("files", [[], ["model.onnx"]])
def test_a_folder_without_a_whole_model_is_unavailable(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ModelUnavailable, match="Suggestion: "):
        load_embedder(ModelChoice(name="mine", path=tmp_path))


WITHOUT_FASTEMBED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"fastembed", "onnxruntime", "tokenizers", "huggingface_hub"}:
            raise ImportError("No module named " + name)
sys.meta_path.insert(0, Blocker())
from lsp_server.embedding import ModelChoice, load_embedder
from lsp_server.errors import ModelUnavailable
assert load_embedder(ModelChoice()).query_vector("read a file").any()
try:
    load_embedder(ModelChoice(name="BAAI/bge-small-en-v1.5"))
except ModelUnavailable as error:
    print(error)
"""


def test_the_bundled_model_needs_none_of_the_transformer_libraries() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FASTEMBED], capture_output=True, text=True, check=True, timeout=60
    )
    assert "needs the package fastembed" in done.stdout
    assert "pip install fastembed" in done.stdout
