"""Progress on one line of standard error."""

import shutil
import time
from typing import TextIO

from lsp_server.indexing.messages import Event, Progress, Settled, Waiting

REDRAW_S = 0.1


class DrawnLine:
    """A line that is redrawn in place.

    Args:
        stream: The terminal to draw on.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._n_drawn = 0

    def draw(self, text: str) -> None:
        """Show a text in place of the one before."""
        # Written over with spaces: Windows' own console shows the escape sequence that would clear the line.
        self._stream.write(f"\r{text.ljust(self._n_drawn)}")
        self._stream.flush()
        self._n_drawn = len(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._n_drawn:
            self._stream.write(f"\r{' ' * self._n_drawn}\r")
            self._stream.flush()
            self._n_drawn = 0


class ProgressBar(DrawnLine):
    """Shows the events of indexing; without a terminal, only what it is waiting for.

    Args:
        stream: The stream to draw on.
        is_watched: Whether the stream is a terminal.
    """

    def __init__(self, stream: TextIO, *, is_watched: bool) -> None:
        super().__init__(stream)
        self._is_watched = is_watched
        self._drawn_s = 0.0

    def take(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Progress():
                self._show(event)
            case Settled() if self._n_drawn:
                self.draw("Finishing the index")
            case Waiting(holder):
                self.clear()
                print(f"Waiting: {holder} is writing the index.", file=self._stream)

    def _show(self, progress: Progress) -> None:
        now = time.monotonic()
        is_last = progress.done >= progress.total
        if not self._is_watched or not progress.total or (now - self._drawn_s < REDRAW_S and not is_last):
            return
        self._drawn_s = now
        self.draw(line(progress, shutil.get_terminal_size().columns))


def line(progress: Progress, n_columns: int) -> str:
    """Return the bar's text, at most as wide as the terminal."""
    share = min(progress.done / progress.total, 1.0)
    facts = f"{share:4.0%}  {progress.done:,} of {progress.total:,} files  {progress.files_per_second:,.0f}/s"
    return f"Indexing {cells(share, n_columns - len(facts) - 14)} {facts}"[: max(n_columns - 1, 1)]


def cells(share: float, n_columns: int) -> str:
    """Return a bar of at most 40 cells, filled by a share of 0 to 1."""
    n_cells = max(min(n_columns, 40), 0)
    n_full = round(share * n_cells)
    return f"[{'#' * n_full}{'.' * (n_cells - n_full)}]"
