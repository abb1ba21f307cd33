"""Cross-encoders: a local folder works without a network, and what can't work says what to do instead."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_onnx import pair_network, write_cross_encoder, write_embedding_model

from lsp_server.embedding import CrossEncoder, load_reranker
from lsp_server.errors import ModelUnavailable

MEANINGS = {"retry": [2, 0], "again": [1, 0], "resend": [3, 0], "cake": [0, 1], "oven": [0, 4]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-reranker", MEANINGS)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> CrossEncoder:
    return load_reranker(str(folder))


def test_a_local_folder_judges_pairs_without_a_network(encoder: CrossEncoder) -> None:
    texts = ["cake", "resend once again", "", "oven cake cake cake", "retry"]
    np.testing.assert_allclose(encoder.judge("retry again", texts), [0, 12, 0, 0, 6])
    np.testing.assert_allclose(encoder.judge("cake", texts), [1, 0, 0, 7, 0])
    assert encoder.judge("cake", []).tolist() == []


def test_judgements_come_in_the_order_of_the_texts_however_many(encoder: CrossEncoder) -> None:
    texts = [" ".join(["again"] * (number * 7 % 40)) for number in range(100)]
    np.testing.assert_allclose(encoder.judge("again", texts), [text.count("again") for text in texts])


def test_loading_twice_is_no_trouble_and_other_files_are_another_model(folder: Path, tmp_path: Path) -> None:
    assert load_reranker(str(folder)).name == load_reranker(str(folder)).name
    other = write_cross_encoder(tmp_path / folder.name, {**MEANINGS, "cake": [5, 5]})
    assert load_reranker(str(other)).name != load_reranker(str(folder)).name
    assert load_reranker(str(other)).judge("cake", ["cake"])[0] == 50


def test_a_folder_may_lie_in_the_users_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    assert load_reranker(f"~/{folder.name}").judge("cake", ["oven"]) == [4]


def test_a_folder_needs_no_cache(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path / "file" / "models"))
    assert load_reranker(str(folder)).judge("cake", ["oven"]) == [4]


def test_a_name_never_leads_into_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    with pytest.raises(ModelUnavailable, match=r"(?s)no reranking model named.*Suggestion: "):
        load_reranker(folder.name)


@pytest.mark.parametrize("name", ["nobody/nothing", "~nobody-at-all/model"])
def test_an_unknown_name_is_unavailable(name: str) -> None:
    with pytest.raises(ModelUnavailable, match=rf"(?s){name}.*Suggestion: .*list_supported_models"):
        load_reranker(name)


def test_a_model_that_is_not_here_and_can_t_be_fetched_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path))
    with pytest.raises(ModelUnavailable, match=r"(?s)can't be loaded.*Suggestion: Check the network"):
        load_reranker("Xenova/ms-marco-MiniLM-L-6-v2")


@pytest.mark.parametrize("files", [[], ["model.onnx"], ["tokenizer.json"]])
def test_a_folder_without_a_whole_model_is_unavailable(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ModelUnavailable, match=r"(?s)Suggestion: .*tokenizer_config\.json"):
        load_reranker(str(tmp_path))


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"(?s)nowhere holds no reranking model.*Suggestion: "):
        load_reranker(str(tmp_path / "nowhere"))


def test_a_model_that_embeds_is_found_out_when_it_is_loaded(tmp_path: Path) -> None:
    words = ["[PAD]", "[UNK]", "read", "file"]
    folder = write_embedding_model(tmp_path / "embeds", words, np.eye(4))
    with pytest.raises(ModelUnavailable, match=r"(?s)can't be run.*Suggestion: .*one output"):
        load_reranker(str(folder))


def test_what_is_no_number_is_no_judgement(tmp_path: Path) -> None:
    broken = write_cross_encoder(tmp_path / "broken", MEANINGS)
    (broken / "model.onnx").write_bytes(pair_network(np.full((len(MEANINGS) + 2, 2), np.nan)))
    with pytest.raises(ModelUnavailable, match="not a number"):
        load_reranker(str(broken))


WITHOUT_FASTEMBED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"fastembed", "onnxruntime", "tokenizers", "huggingface_hub"}:
            raise ImportError("No module named " + name)
sys.meta_path.insert(0, Blocker())
from lsp_server.embedding import load_reranker
from lsp_server.errors import ModelUnavailable
try:
    load_reranker("Xenova/ms-marco-MiniLM-L-6-v2")
except ModelUnavailable as error:
    print(error)
"""


def test_without_fastembed_it_says_how_to_get_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FASTEMBED], capture_output=True, text=True, check=True, timeout=60
    )
    assert "needs the package fastembed" in done.stdout
    assert "pip install fastembed" in done.stdout
