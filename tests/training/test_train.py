"""One command goes from repositories to a model that finds things, the same one every time."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_corpus import commit, write_folder

from lsp_server.cli import main
from lsp_server.embedding import ModelChoice, load_embedder
from lsp_server.embedding.offsets import Offsets
from lsp_server.embedding.static_model import StaticModel
from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.indexing.workers.analyzer import symbol_texts
from lsp_server.parsing import ParsedFile, ParseLimits, parse_file
from lsp_server.text import split_file
from lsp_server.training.contender import Contender
from lsp_server.training.corpus import read_part, thinned
from lsp_server.training.export import export
from lsp_server.training.held_out import is_held_out, without_held_out
from lsp_server.training.network import Parameters
from lsp_server.training.sources import open_repository
from lsp_server.training.vocabulary import damped_counts, train_vocabulary

OPTIONS = ["--batch", "32", "--epochs", "6", "--vocabulary", "400", "--runs", "1"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("sources")
    made = [write_folder(folder / name) for name in ("paint", "mail", "shop")]
    commit(made[1])
    return made


@pytest.fixture(scope="module")
def model_folder(sources: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "mine"
    assert main(["model", "train", *map(str, sources), "--out", str(out), *OPTIONS]) == 0
    return out


def test_the_trained_model_finds_by_meaning(model_folder: Path) -> None:
    model = load_embedder(ModelChoice(path=model_folder))
    source = b"def open_socket(peer):\n    connect()\n\n\ndef draw_circle(canvas):\n    arc()\n"
    parsed = parse_file("a.py", source, ParseLimits(), {})
    assert isinstance(parsed, ParsedFile)
    vectors = model.place(model.content_vectors(symbol_texts(parsed, split_file(source))), "a.py")
    socket, circle = vectors[1:].astype(np.float32) @ model.query_vector("connection to the other machine")
    assert socket > circle


def test_the_report_tells_what_it_was_made_of(model_folder: Path, sources: list[Path]) -> None:
    report = json.loads((model_folder / "training.json").read_bytes())
    assert [one["name"] for one in report["repositories"]] == [source.name for source in sources]
    assert {one["licence"] for one in report["repositories"]} == {"MIT"}
    assert report["pairs"] > 0
    assert report["left_out"] == {}


def test_the_same_command_gives_the_same_model(
    model_folder: Path, sources: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "mine"
    assert main(["model", "train", *map(str, sources), "--out", str(out), *OPTIONS]) == 0
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (out / name).read_bytes() == (model_folder / name).read_bytes()


def test_another_seed_gives_another(model_folder: Path, sources: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "mine"
    arguments = ["model", "train", *map(str, sources), "--out", str(out), *OPTIONS, "--seed", "1"]
    assert main(arguments) == 0
    assert (out / "model.safetensors").read_bytes() != (model_folder / "model.safetensors").read_bytes()


def test_one_repository_is_enough_for_its_words(sources: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "mine"
    assert main(["model", "train", str(sources[0]), "--out", str(out), *OPTIONS]) == 0
    vocabulary = json.loads((out / "tokenizer.json").read_bytes())["model"]["vocab"]
    assert {"socket", "circle", "connection"} <= set(vocabulary)


def test_several_runs_are_averaged(model_folder: Path, sources: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "mine"
    arguments = ["model", "train", *map(str, sources), "--out", str(out), *OPTIONS, "--runs", "2"]
    assert main(arguments) == 0
    assert (out / "model.safetensors").read_bytes() != (model_folder / "model.safetensors").read_bytes()
    model = load_embedder(ModelChoice(path=out))
    near, far = model.query_vector("connection to the other machine"), model.query_vector("round shape")
    socket = model.query_vector("socket")
    assert socket @ near > socket @ far


def test_reserved_and_unlicensed_repositories_are_left_out(
    sources: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unlicensed = write_folder(tmp_path / "secret", licence="All rights reserved.")
    listed = tmp_path / "list.txt"
    listed.write_text(f"# ours\nacme/secret\t{unlicensed}\nacme/mail\t{sources[1]}\n{sources[0]}\n", "utf-8")
    reserved = tmp_path / "reserved.txt"
    reserved.write_text("Acme/Mail\n", "utf-8")
    out = tmp_path / "model"
    arguments = ["model", "train", "--list", str(listed), "--reserve", str(reserved), "--permissive-only"]
    assert main([*arguments, "--out", str(out), *OPTIONS, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in report["repositories"]] == ["paint"]
    assert report["left_out"] == {
        "acme/mail": "reserved for evaluation",
        "acme/secret": "no licence was recognised",
    }


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ([], "InvalidParams"),
        (["nowhere"], "WorkspaceNotFound"),
        (["--list", "nowhere.txt"], "WorkspaceNotFound"),
        ([".", "--start", "nowhere"], "ModelUnavailable"),
    ],
)
def test_what_cannot_be_trained_on_is_named(
    arguments: list[str],
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["model", "train", *arguments, "--out", str(tmp_path / "out"), "--json"]) > 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == kind
    assert error["suggestion"]


def test_too_little_code_is_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_folder(tmp_path / "paint")
    assert main(["model", "train", str(folder), "--out", str(tmp_path / "out"), "--json"]) == 3
    assert "pairs" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert not (tmp_path / "out" / "model.safetensors").exists()


def test_a_folder_with_something_else_is_not_overwritten(sources: list[Path], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear", "utf-8")
    assert main(["model", "train", str(sources[0]), "--out", str(tmp_path), *OPTIONS]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_training_and_indexing_see_the_same_text(sources: list[Path], tmp_path: Path) -> None:
    part = read_part(open_repository(sources[0]))
    counts = dict.fromkeys(damped_counts([part]), 1.0)
    vocabulary = train_vocabulary(counts, 400)
    n_rows = len(vocabulary)
    parameters = Parameters(
        np.random.default_rng(0).standard_normal((n_rows, 384)).astype(np.float32),
        np.zeros(n_rows, np.float32),
        np.zeros(n_rows, np.float32),
    )
    weights = {"name": 0.75, "path": 1.0, "body": 0.9, "documentation": 1.3}
    contender = Contender(parameters, WordPiece(vocabulary), weights)
    curves = StaticModel.read(Path(load_embedder.__code__.co_filename).parent / "data").curves
    export(
        tmp_path / "model",
        "same",
        parameters=parameters,
        vocabulary=vocabulary,
        field_weights=weights,
        offsets=Offsets(),
        curves=curves,
    )
    model = load_embedder(ModelChoice(path=tmp_path / "model"))
    trained = contender.symbols(part)
    turned = Contender.of_exported(tmp_path / "model").symbols(part)
    for number, path in enumerate(part.file_names):
        raw = (sources[0] / path).read_bytes()
        parsed = parse_file(path, raw, ParseLimits(), {})
        assert isinstance(parsed, ParsedFile)
        indexed = model.place(model.content_vectors(symbol_texts(parsed, split_file(raw))), path)
        np.testing.assert_allclose(turned[part.files == number], indexed, atol=2e-3)
    # Rounding and the free axes cost little; a field that is read differently would cost much.
    np.testing.assert_allclose(trained @ trained.T, turned @ turned.T, atol=0.2)
    question = "opens the connection to the other machine"
    read_back = Contender.of_exported(tmp_path / "model").queries([question])[0]
    np.testing.assert_allclose(read_back, model.query_vector(question), atol=2e-3)


def test_questions_that_are_held_out_are_not_in_the_pairs(sources: list[Path]) -> None:
    part = read_part(open_repository(sources[0]))
    held_out = is_held_out(part)
    taught = without_held_out(part)
    assert len(taught) == len(part)
    lengths = taught.questions.lengths
    assert not lengths[held_out].any()
    np.testing.assert_array_equal(lengths[~held_out], part.questions.lengths[~held_out])


def test_thinning_drops_repetitions_and_most_tests(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "paint")
    (folder / "copy.py").write_bytes((folder / "files.py").read_bytes())
    (folder / "tests").mkdir()
    for number in range(20):
        (folder / "tests" / f"test_{number}.py").write_text(
            f"def test_{number}():\n    assert value_{number} == {number}, 'wrong number'\n", "utf-8"
        )
    part = read_part(open_repository(folder))
    kept = thinned(part, 10_000)
    names = [part.file_names[file] for file in kept.files]
    assert len(names) < len(part)
    assert sum("test_" in name for name in names) <= 0.2 * len(names)
    n_functions = len((folder / "files.py").read_text("utf-8").split("def ")) - 1
    assert sum(name in ("copy.py", "files.py") for name in names) <= n_functions + 2
    assert len(thinned(part, 7)) == 7
