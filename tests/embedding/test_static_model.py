"""The bundled model: related things lie close, and vectors are exactly what the recipe says."""

import json
import math
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lsp_server.embedding import BUNDLED_FOLDER, ModelChoice, SymbolTexts, load_embedder
from lsp_server.embedding.nibbles import unpacked
from lsp_server.embedding.offsets import axis_of_tests, is_test_or_example, own_directions
from lsp_server.embedding.safetensors import read_tensors
from lsp_server.embedding.static_model import StaticModel, revision_of
from lsp_server.errors import ModelUnavailable
from lsp_server.text import split_file

MODEL = StaticModel.read(BUNDLED_FOLDER)
TOKENIZER = Tokenizer.from_file(str(BUNDLED_FOLDER / "tokenizer.json"))
TENSORS = read_tensors(BUNDLED_FOLDER / "model.safetensors")
OFFSETS = json.loads((BUNDLED_FOLDER / "config.json").read_bytes())["quiet"]
TABLE = unpacked(TENSORS["table"])

SOURCE = '''
class Uploader:
    """Sends files to the server."""

    def resend_after_error(self, upload, attempts=3):
        """Try a failed upload again."""
        for _ in range(attempts):
            try:
                return self.session.put(upload.url, upload.content)
            except ConnectionError:
                self.wait()

    def parse_json(self, text):
        return json.loads(text)


def draw_circle(canvas, radius):
    canvas.arc(0, 0, radius)
'''


def symbol_texts(source: str, *symbols: tuple[str, str, str, str]) -> SymbolTexts:
    """Describe symbols by name, container, beginning of their code (which ends at the next), doc."""
    raw = source.encode()
    starts = [raw.index(head.encode()) for _, _, head, _ in symbols]
    documentation = []
    for start, (_, _, _, doc) in zip(starts, symbols, strict=True):
        at = raw.index(doc.encode(), start) if doc else 0
        documentation.append((at, at + len(doc.encode())) if doc else None)
    return SymbolTexts(
        words=split_file(raw),
        names=[name for name, _, _, _ in symbols],
        containers=[container for _, container, _, _ in symbols],
        code=list(zip(starts, [*starts[1:], len(raw)], strict=True)),
        documentation=documentation,
        source=raw,
    )


UPLOADER = symbol_texts(
    SOURCE,
    ("", "", "\nclass", ""),
    ("Uploader", "", "class Uploader", '"""Sends files to the server."""'),
    ("resend_after_error", "Uploader", "def resend", '"""Try a failed upload again."""'),
    ("parse_json", "Uploader", "def parse", ""),
    ("draw_circle", "", "def draw", ""),
)


def naive_field(text: str, scale: str) -> np.ndarray:
    """One field, token by token, as the README of the model says."""
    vector = np.zeros(MODEL.info.dimensions)
    for token, count in Counter(TOKENIZER.encode(text, add_special_tokens=False).ids).items():
        if token != TOKENIZER.token_to_id("[UNK]"):
            row = TABLE[token].astype(np.float64)
            vector += (1 + math.log(count)) * float(TENSORS[scale][token]) * row
    length = np.linalg.norm(vector)
    unit: np.ndarray = vector / length if length else vector
    return unit


def naive_symbol(fields: Sequence[tuple[float, str]]) -> np.ndarray:
    vector: np.ndarray = np.sum(
        [weight * naive_field(text, "symbol_scale") for weight, text in fields], axis=0
    )
    return vector


def turned_away(said: np.ndarray, body: str, code: bytes) -> np.ndarray:
    """What keeps a symbol with a short body from answering everything."""
    unknown = TOKENIZER.token_to_id("[UNK]")
    n_body = sum(token != unknown for token in TOKENIZER.encode(body, add_special_tokens=False).ids)
    turned = OFFSETS["short"] * max(0.0, 1 - n_body / OFFSETS["enough"]) if said.any() else 0.0
    direction: np.ndarray = turned * own_directions(MODEL.info.dimensions, [code])[0]
    return direction


@given(
    name=st.text(alphabet="abXY_é9", max_size=12),
    container=st.text(alphabet="abXY.", max_size=12),
    body=st.text(alphabet="getUser, é認 \n0x", max_size=200),
    documentation=st.text(alphabet="the file is read. ", max_size=80),
)
@settings(deadline=None)
def test_vectors_are_what_the_recipe_says(name: str, container: str, body: str, documentation: str) -> None:
    # Documentation in the middle of the code, as in Python, counts once: as documentation.
    head, tail = f"def {name}(): ", f" ; {body}"
    raw = (head + documentation + tail).encode()
    start = len(head.encode())
    end = start + len(documentation.encode())
    texts = SymbolTexts(
        words=split_file(raw),
        names=[name],
        containers=[container],
        code=[(0, len(raw))],
        documentation=[(start, end) if documentation else None],
        source=raw,
    )
    content = MODEL.content_vectors(texts)
    weights = json.loads((BUNDLED_FOLDER / "config.json").read_bytes())["field_weights"]
    inside = documentation.strip()  # words glued to the borders of the range lie not wholly inside it
    expected = naive_symbol(
        [
            (weights["name"], f"{name} {name} {container}"),
            (weights["body"], head + tail),
            (weights["documentation"], inside),
        ]
    )
    expected += turned_away(expected, f"{head} {tail}", raw)
    np.testing.assert_allclose(content[0].astype(np.float32), expected, atol=2e-3)
    expected += weights["path"] * naive_field("b/c/d.py", "symbol_scale")
    expected /= np.linalg.norm(expected)
    placed = MODEL.place(content, "a/b/c/d.py")
    np.testing.assert_allclose(placed[0].astype(np.float32), expected, atol=1e-3)


@given(
    st.text(alphabet=st.characters(max_codepoint=127), max_size=60)
    | st.sampled_from(["how are files read", "HTTPServer 42", "認証", "naïve Café", "größe", "Жизнь api"])
)
@settings(deadline=None)
def test_query_vectors_are_what_the_recipe_says(query: str) -> None:
    expected = naive_field(query, "query_scale")
    if is_test_or_example(query) and expected.any():
        turned = expected + OFFSETS["query"] * axis_of_tests(MODEL.info.dimensions)
        expected = turned / np.linalg.norm(turned)
    np.testing.assert_allclose(MODEL.query_vector(query), expected, atol=1e-3)


def test_a_file_of_many_symbols_gives_each_what_it_gets_alone() -> None:
    n = 150  # more than share one matrix product
    functions = [f"def method_{index}(self, value):\n    return value + {index}\n" for index in range(n)]
    source = "".join(functions)
    symbols = [(f"method_{index}", "Klass", functions[index], "") for index in range(n)]
    together = MODEL.content_vectors(symbol_texts(source, *symbols))
    alone = MODEL.content_vectors(symbol_texts(functions[-1], symbols[-1]))
    np.testing.assert_allclose(together[-1].astype(np.float32), alone[0].astype(np.float32), atol=2e-3)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("retry failed upload", "resend_after_error"),
        ("read a json document", "parse_json"),
        ("paint a round shape", "draw_circle"),
    ],
)
def test_a_question_finds_the_symbol_that_answers_it(query: str, best: str) -> None:
    vectors = MODEL.place(MODEL.content_vectors(UPLOADER), "src/network/uploader.py")
    similarities = vectors[2:].astype(np.float32) @ MODEL.query_vector(query)
    assert UPLOADER.names[2:][int(similarities.argmax())] == best


def test_placed_vectors_have_unit_length_and_follow_the_path() -> None:
    content = MODEL.content_vectors(UPLOADER)
    here, there = (
        MODEL.place(content, "network/http/client.py"),
        MODEL.place(content, "drawing/svg/shapes.py"),
    )
    np.testing.assert_allclose(np.linalg.norm(here.astype(np.float32), axis=1), 1, atol=2e-3)
    query = MODEL.query_vector("drawing of shapes in svg")
    assert np.all(there.astype(np.float32) @ query > here.astype(np.float32) @ query)


def test_placing_depends_on_the_stored_content_alone() -> None:
    content = MODEL.content_vectors(UPLOADER)
    stored = np.frombuffer(content.tobytes(), np.float16).reshape(content.shape)
    assert MODEL.place(stored, "a/b.py").tobytes() == MODEL.place(content, "a/b.py").tobytes()
    assert content.tobytes() == MODEL.content_vectors(UPLOADER).tobytes()


@pytest.mark.parametrize("query", ["", "   ", "認証", "+-*/"])
def test_a_query_without_known_words_is_the_zero_vector(query: str) -> None:
    assert not MODEL.query_vector(query).any()


def test_a_symbol_without_known_words_is_the_zero_vector() -> None:
    texts = symbol_texts("認証 = 証", ("認証", "", "認証", ""))
    assert not MODEL.place(MODEL.content_vectors(texts), "認証/証").any()


def test_a_file_without_symbols_has_no_vectors() -> None:
    empty = SymbolTexts(split_file(b""), [], [], [], [], b"")
    assert MODEL.content_vectors(empty).shape == (0, 384)
    assert MODEL.place(MODEL.content_vectors(empty), "a.py").shape == (0, 384)


def test_a_long_body_is_looked_at_from_its_beginning() -> None:
    head = "def open_socket(address): connect()\n"
    long, longer = head + "x = draw\n" * 1000, head + "x = draw\n" * 2000
    vectors = [MODEL.content_vectors(symbol_texts(text, ("f", "", "def", ""))) for text in (long, longer)]
    assert vectors[0].tobytes() == vectors[1].tobytes()


def test_the_revision_in_the_configuration_is_that_of_the_files() -> None:
    assert MODEL.info.revision == revision_of(BUNDLED_FOLDER)


@pytest.mark.parametrize("damage", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_model_is_unavailable_and_says_so(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED_FOLDER, folder)
    file = folder / damage
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(ModelUnavailable, match=r"(?s)can't be .*Suggestion: "):
        load_embedder(ModelChoice(path=folder))


def test_a_local_copy_with_other_weights_is_another_model(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(BUNDLED_FOLDER, folder)
    config = json.loads((folder / "config.json").read_bytes())
    config["field_weights"]["name"] = 0.5
    del config["revision"]
    (folder / "config.json").write_text(json.dumps(config))
    mine = load_embedder(ModelChoice(path=folder))
    assert mine.info.fingerprint != MODEL.info.fingerprint
    assert len(mine.info.fingerprint) == 16
