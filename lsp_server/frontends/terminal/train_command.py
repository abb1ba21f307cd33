"""`model train`: trains a model on code, with a progress bar per stage."""

import os
import shutil
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from lsp_server.disk import with_home
from lsp_server.errors import InvalidParams, ModelUnavailable, WorkspaceNotFound
from lsp_server.frontends.terminal.console import Console
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.progress_bar import DrawnLine, cells

if TYPE_CHECKING:
    from lsp_server.training.gather import Source
    from lsp_server.training.run import Plan, Progress, Report


def run_train(arguments: Namespace, _: Tools, console: Console) -> int:
    """Run `model train SOURCE... --out FOLDER`.

    Raises:
        ModelUnavailable: Libraries of the extra are not installed, or there is no such model to start from.
        InvalidParams: There is nothing to learn from, or the folder for the model has something else in it.
        WorkspaceNotFound: A source does not exist.
    """
    try:
        from lsp_server.training.run import train  # noqa: PLC0415 - its libraries are those of an extra
    except ImportError as error:
        raise ModelUnavailable(
            f"Training needs a library that is not installed: {error.name}.",
            "Install it: pip install 'semantic-symbols[train]'.",
        ) from error
    plan = _plan(arguments)
    line = DrawnLine(console.errors)
    console.before_writing(line.clear)

    def show(progress: "Progress") -> None:
        if console.shows_progress and progress.total:
            line.draw(_stage(progress))

    try:
        report = train(plan, show)
    finally:
        line.clear()
    _show(report, plan, console)
    return 0


def _plan(arguments: Namespace) -> "Plan":
    from lsp_server.training.fit import Recipe  # noqa: PLC0415 - as above
    from lsp_server.training.pairs import BatchShape  # noqa: PLC0415 - as above
    from lsp_server.training.run import Plan  # noqa: PLC0415 - as above
    from lsp_server.training.teacher import Lesson  # noqa: PLC0415 - as above

    out = with_home(arguments.out).absolute()
    if out.is_dir() and any(out.iterdir()) and not (out / "config.json").is_file():
        raise InvalidParams(
            f"{out} has something in it that is not a model.", "Name a new or an empty folder.", key="out"
        )
    start = with_home(arguments.start) if arguments.start else None
    if start is not None and not (start / "model.safetensors").is_file():
        raise ModelUnavailable(
            f"There is no model.safetensors in {start}.",
            "Give the folder of all-MiniLM-L6-v2, or leave --start out to start from the bundled model.",
        )
    return Plan(
        sources=_sources(arguments),
        out=out,
        corpus=with_home(arguments.corpus) if arguments.corpus else out / "corpus",
        name=arguments.name or out.name,
        reserved=frozenset(line.lower() for line in _lines(arguments.reserve)),
        permissive_only=arguments.permissive_only,
        start=start,
        vocabulary_size=arguments.vocabulary,
        lesson=Lesson(sentences=arguments.sentences),
        recipe=Recipe(epochs=arguments.epochs, shape=BatchShape(pairs=arguments.batch), seed=arguments.seed),
        runs=arguments.runs,
        n_processes=os.cpu_count() or 1,
    )


def _sources(arguments: Namespace) -> "list[Source]":
    from lsp_server.training.gather import Source  # noqa: PLC0415 - as above

    sources = [Source(with_home(path), "") for path in arguments.sources]
    for line in _lines(arguments.list):
        name, tab, path = line.partition("\t")
        sources.append(Source(with_home(path if tab else name), name if tab else ""))
    if not sources:
        raise InvalidParams(
            "There is nothing to learn from.",
            "Name folders or git repositories, or a file that lists them with --list FILE.",
            key="sources",
        )
    for source in sources:
        if not source.path.is_dir():
            raise WorkspaceNotFound(
                f"There is no folder {source.path}.",
                "Name folders or git repositories.",
                path=str(source.path),
            )
    return [source if source.name else Source(source.path, source.path.resolve().name) for source in sources]


def _lines(path: str | None) -> Iterable[str]:
    if path is None:
        return []
    file = with_home(path)
    if not file.is_file():
        raise WorkspaceNotFound(f"There is no file {file}.", "Check the name of the list.", path=str(file))
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _show(report: "Report", plan: "Plan", console: Console) -> None:
    console.document({**asdict(report), "path": str(plan.out)})
    for name, why in report.left_out.items():
        console.say(f"Left out: {name} ({why})")
    console.say(
        f"Learned from {len(report.repositories):,} repositories: {report.pairs:,} pairs, "
        f"{report.vocabulary:,} sub-words, in {sum(report.seconds.values()):.0f} s."
    )
    if report.mrr is not None:
        console.say(
            f"Mean reciprocal rank of {report.held_out:,} symbols, found by documentation that it never saw: "
            f"{report.mrr:.3f}."
        )
    console.say(f"Use it with: semantic-symbols model use {plan.out}")


def _stage(progress: "Progress") -> str:
    share = min(progress.done / progress.total, 1.0)
    bar = cells(share, shutil.get_terminal_size().columns - 40)
    return f"{progress.stage:9} {bar} {share:4.0%}  {progress.done:,} of {progress.total:,}"
