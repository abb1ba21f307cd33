"""`model info|use`: shows or chooses the embedding model."""

from argparse import Namespace
from dataclasses import replace

from lsp_server.disk import with_home
from lsp_server.embedding import BUNDLED, ModelInfo
from lsp_server.errors import ModelUnavailable
from lsp_server.frontends.terminal.console import Console
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import settings_of
from lsp_server.frontends.terminal.user_settings import write_settings
from lsp_server.settings import Settings, user_settings_file


def run_info(_: Namespace, tools: Tools, console: Console) -> int:
    """Run `model info`."""
    settings = settings_of(None, tools, console)
    _show(tools.embedder(settings).info, settings, console)
    return 0


def run_use(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `model use NAME_OR_PATH`: only a model that loads here is written to the settings.

    Raises:
        ModelUnavailable: It can't be loaded.
    """
    settings = settings_of(None, tools, console)
    folder = with_home(arguments.model).absolute()
    is_folder = arguments.model != BUNDLED and folder.is_dir()
    if not is_folder and arguments.model.startswith(("/", "~", ".", "\\")):
        raise ModelUnavailable(f"There is no folder {folder}.", "Check the spelling of the model's path.")
    name, path = (folder.name, str(folder)) if is_folder else (arguments.model, "")
    chosen = replace(settings, model=replace(settings.model, name=name, path=path))
    info = tools.embedder(chosen).info
    write_settings(user_settings_file(), {"model.name": name, "model.path": path})
    _show(info, chosen, console)
    console.say(
        f"Written to {user_settings_file()}. Each folder is indexed again when it is next opened or searched."
    )
    return 0


def _show(info: ModelInfo, settings: Settings, console: Console) -> None:
    facts = {
        "name": info.name,
        "revision": info.revision,
        "dimensions": info.dimensions,
        "recipe": info.recipe,
        "fingerprint": info.fingerprint,
        "path": settings.model.path or None,
    }
    console.document(facts)
    for key, value in facts.items():
        if value is not None:
            console.say(f"{key:12} {value}")
