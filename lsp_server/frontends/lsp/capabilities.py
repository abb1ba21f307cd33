"""The capabilities that the server announces in `initialize`, and those that it registers afterwards."""

from typing import Any

from lsprotocol import types

from lsp_server.frontends.lsp.client import Client
from lsp_server.settings import CLIENT_SECTION


def server_capabilities(client: Client) -> types.ServerCapabilities:
    """Return the capabilities to announce to this client."""
    everything = types.FileOperationRegistrationOptions(
        [types.FileOperationFilter(types.FileOperationPattern("**"), scheme="file")]
    )
    return types.ServerCapabilities(
        position_encoding=client.encoding_name,
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=types.SaveOptions(include_text=False),
        ),
        hover_provider=True,
        workspace_symbol_provider=types.WorkspaceSymbolOptions(
            resolve_provider=True, work_done_progress=True
        ),
        workspace=types.WorkspaceOptions(
            workspace_folders=types.WorkspaceFoldersServerCapabilities(
                supported=True, change_notifications=True
            ),
            file_operations=types.FileOperationOptions(
                did_create=everything, did_rename=everything, did_delete=everything
            ),
        ),
    )


def registrations(client: Client) -> list[dict[str, Any]]:
    """Return the dynamic registrations that this client supports."""
    wanted: list[dict[str, Any]] = []
    if client.registers_watchers:
        wanted.append(
            {
                "id": "semantic-symbols/files",
                "method": types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                "registerOptions": {"watchers": [{"globPattern": "**/*"}]},
            }
        )
    if client.registers_configuration:
        wanted.append(
            {
                "id": "semantic-symbols/settings",
                "method": types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                "registerOptions": {"section": CLIENT_SECTION},
            }
        )
    return wanted
