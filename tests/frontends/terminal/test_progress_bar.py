import io

import pytest

from lsp_server.frontends.terminal.console import Console
from lsp_server.frontends.terminal.progress_bar import ProgressBar, line
from lsp_server.indexing.messages import Progress, Settled, Waiting

HALF = Progress(done=1200, total=2400, files_per_second=310.4, symbols_per_second=9000, embedded_symbols=0)


def test_a_line_tells_share_count_and_speed() -> None:
    assert line(HALF, 200) == f"Indexing [{'#' * 20}{'.' * 20}]  50%  1,200 of 2,400 files  310/s"


@pytest.mark.parametrize("n_columns", [1, 10, 40, 60, 80])
def test_a_line_fits_the_terminal(n_columns: int) -> None:
    assert len(line(HALF, n_columns)) <= max(n_columns - 1, 1)


def test_a_bar_is_drawn_over_and_taken_away() -> None:
    stream = io.StringIO()
    bar = ProgressBar(stream, is_watched=True)
    bar.take(HALF)
    bar.clear()
    assert "1,200 of 2,400" in stream.getvalue()
    assert on_screen(stream) == [""]


def test_the_bar_goes_before_anything_is_said() -> None:
    errors = io.StringIO()
    console = Console(io.StringIO(), errors, as_json=False)
    bar = ProgressBar(errors, is_watched=True)
    console.before_writing(bar.clear)
    bar.take(HALF)
    bar.take(Settled(1))
    console.note("Done.")
    assert on_screen(errors) == ["Done.", ""]


def test_a_shorter_line_leaves_nothing_of_a_longer_one() -> None:
    stream = io.StringIO()
    bar = ProgressBar(stream, is_watched=True)
    bar.take(HALF)
    bar.take(Settled(1))
    assert on_screen(stream) == ["Finishing the index"]


def test_the_bar_goes_before_a_document() -> None:
    output = io.StringIO()
    console = Console(output, output, as_json=True)
    bar = ProgressBar(output, is_watched=True)
    console.before_writing(bar.clear)
    bar.take(HALF)
    console.document({})
    assert on_screen(output) == ["{}", ""]


def test_nobody_watching_means_no_bar_but_waiting_is_told() -> None:
    stream = io.StringIO()
    bar = ProgressBar(stream, is_watched=False)
    bar.take(HALF)
    bar.take(Waiting("process 12"))
    bar.clear()
    assert stream.getvalue() == "Waiting: process 12 is writing the index.\n"


def test_an_empty_job_draws_nothing() -> None:
    stream = io.StringIO()
    ProgressBar(stream, is_watched=True).take(Progress(0, 0, 0, 0, 0))
    assert not stream.getvalue()


def on_screen(stream: io.StringIO) -> list[str]:
    """Return the lines of a console that knows no escape sequences, as Windows' own does not."""
    lines = []
    for written in stream.getvalue().split("\n"):
        line = ""
        for part in written.split("\r"):
            line = part + line[len(part) :]
        lines.append(line.rstrip())
    return lines
