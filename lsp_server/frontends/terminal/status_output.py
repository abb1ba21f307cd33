"""A folder's status as text and as JSON."""

from typing import Any

from lsp_server.frontends.answers.convert import Converter
from lsp_server.frontends.answers.uris import ClientUris
from lsp_server.frontends.terminal.console import Console, Styled, size
from lsp_server.workspace.status import WorkspaceStatus


def status_object(status: WorkspaceStatus) -> dict[str, Any]:
    """Return the result of `semanticSearch/status`."""
    return Converter(ClientUris(), "utf16").status(status)


def show_status(status: WorkspaceStatus, console: Console) -> None:
    """Print the status of one folder."""
    folder = status.folders[0]
    console.say(Styled("bold", str(folder.folder)), folder.state.value, between="  ")
    if status.message:
        console.say(f"  {status.message}")
    covered = status.coverage
    console.say(
        f"  {covered.indexed_files:,} of {covered.files:,} files, {covered.skipped_files:,} skipped, "
        f"{covered.symbols:,} symbols"
    )
    index = folder.index
    if index is None:
        return
    console.say(f"  model {index.model_name}, {index.dimensions} dimensions ({index.fingerprint})")
    recall = "not measured" if index.recall_at_10 is None else f"{index.recall_at_10:.3f}"
    console.say(f"  {index.clusters:,} clusters, {index.probes:,} probed, recall@10 {recall}")
    console.say(f"  {index.path}  {size(index.size_bytes)}, generation {index.generation}")
