"""The server as a client with typed messages sees it: whatever does not fit LSP's types would not arrive."""

import os
import sys
from pathlib import Path

import pytest
import pytest_lsp
from conversation import FAKE_WORKSPACE, example_project
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

import lsp_server

# pygls asks asyncio for what Python 3.14 wants to be asked of inspect.
OUTDATED = "ignore:'asyncio.iscoroutinefunction':DeprecationWarning"
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings(OUTDATED)]

SOURCE = Path(lsp_server.__file__).parent.parent


@pytest_lsp.fixture(  # type: ignore[untyped-decorator]
    config=ClientServerConfig(
        server_command=[sys.executable, "-P", str(FAKE_WORKSPACE)],
        server_env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
)
async def editor(lsp_client: LanguageClient, tmp_path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201
    folder = example_project(tmp_path)
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda _: None)
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities("visual_studio_code"),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
        )
    )
    yield
    await lsp_client.shutdown_session()


async def test_symbols_and_hovers_fit_the_types_of_lsp(editor: LanguageClient, tmp_path: Path) -> None:
    found = await editor.workspace_symbol_async(types.WorkspaceSymbolParams("box"))
    assert found is not None
    (symbol,) = found
    assert isinstance(symbol, types.WorkspaceSymbol)
    assert symbol.kind is types.SymbolKind.Function
    resolved = await editor.workspace_symbol_resolve_async(symbol)
    assert resolved.container_name == "Box"
    assert resolved.data["signature"] == "def box_size():"  # type: ignore[index]

    document = types.TextDocumentIdentifier((tmp_path / "my project" / "net.py").as_uri())
    hover = await editor.text_document_hover_async(types.HoverParams(document, types.Position(1, 4)))
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.kind is types.MarkupKind.Markdown


async def test_our_own_requests_answer_a_typed_client(editor: LanguageClient) -> None:
    ask = editor.protocol.send_request_async
    answer = await ask("semanticSearch", {"query": "retry"})  # type: ignore[no-untyped-call]
    assert [result.name for result in answer.results] == ["retry_request"]
