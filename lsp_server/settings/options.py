"""Every setting: name, type, default, range, description and who may set it. The single source of truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from lsp_server.model import camel_case

OptionValue = bool | int | float | str | tuple[str, ...] | Mapping[str, str]
"""A setting's value; its type is that of the default."""

ENVIRONMENT_PREFIX: Final = "SEMANTIC_SYMBOLS_"
_RULE: Final = "rule"
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OptionRule:
    """What is allowed for one setting.

    Attributes:
        description: One or two sentences for the user.
        minimum: Smallest number allowed; None for no limit.
        maximum: Largest number allowed; None for no limit.
        choices: The only values allowed; empty for any.
        in_workspace: Whether the workspace's settings file may set it. False for settings that name a path
            outside the workspace, run or load something, or apply to the whole machine.
        is_ceiling: Whether the workspace's settings file may only lower it, as it decides how much memory and
            time a file may take.
    """

    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    in_workspace: bool = True
    is_ceiling: bool = False


def option(
    default: OptionValue,
    description: str,
    *,
    limits: tuple[float, float] | None = None,
    choices: Sequence[str] = (),
    in_workspace: bool = True,
    is_ceiling: bool = False,
) -> Any:
    """Return the dataclass field of one setting."""
    minimum, maximum = limits if limits is not None else (None, None)
    rule = OptionRule(description, minimum, maximum, tuple(choices), in_workspace, is_ceiling)
    if isinstance(default, Mapping):
        return field(default_factory=dict, metadata={_RULE: rule})
    return field(default=default, metadata={_RULE: rule})


@dataclass(frozen=True, slots=True)
class IndexingSettings:
    """How files get into the index."""

    workers: int = option(
        0,
        "How many processes parse files; 0 decides by cores, memory and battery.",
        limits=(0, 64),
        in_workspace=False,
    )
    max_file_bytes: int = option(
        2_000_000,
        "Files larger than this, in bytes, are skipped; notebooks have a limit of 20 MB instead.",
        limits=(1_000, 100_000_000),
        is_ceiling=True,
    )
    extra_suffixes: Mapping[str, str] = option(
        {}, 'Additional file suffixes and their languages, such as {".mdx": "markdown"}.'
    )
    include: tuple[str, ...] = option(
        (),
        "gitignore patterns of files to index even if `.gitignore`, `.ignore` or a default leaves them out.",
    )
    exclude: tuple[str, ...] = option(
        (), "gitignore patterns of files to leave out, besides those that are ignored anyway."
    )
    watch: bool = option(True, "Follow changes on disk while the server runs.")
    file_timeout_seconds: float = option(
        20.0,
        "A file that takes more than this many seconds to parse is left out until it changes.",
        limits=(1, 600),
        is_ceiling=True,
    )
    cache_bytes: int = option(
        512 * _MIB,
        "The maximum size on disk, in bytes, of the cache of parsed and embedded files, which all workspaces "
        "share; 0 turns it off.",
        limits=(0, 1 << 40),
        in_workspace=False,
    )


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How searches answer."""

    default_limit: int = option(20, "How many results a search returns if it sets no limit.", limits=(1, 200))
    recall_target: float = option(
        0.98,
        "The share of the exact ten nearest vectors that an approximate search must find (recall@10), as "
        "measured on the index; 1 searches every cluster.",
        limits=(0.5, 1.0),
    )
    rerank_model: str = option(
        "",
        "A cross-encoder that reads the best results together with the query and reorders them: a name that "
        "fastembed knows, which is downloaded once, or the absolute path of a folder with an ONNX model; "
        "empty for none.",
        in_workspace=False,
    )
    rerank_depth: int = option(
        20, "How many of the best results the cross-encoder reads.", limits=(1, 200), in_workspace=False
    )


@dataclass(frozen=True, slots=True)
class PaletteSettings:
    """What `workspace/symbol` answers."""

    meaning: bool = option(True, "After the names that match, also list symbols that match by meaning.")


@dataclass(frozen=True, slots=True)
class HoverSettings:
    """What a hover shows."""

    enabled: bool = option(True, "Show related code on hover.")
    limit: int = option(5, "How many related symbols a hover shows.", limits=(1, 20))


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which embedding model turns code and queries into vectors."""

    name: str = option("bundled", 'The model: "bundled", or a name that fastembed knows.', in_workspace=False)
    path: str = option(
        "",
        "A folder with the model's files, from which it is loaded instead of being downloaded.",
        in_workspace=False,
    )
    query_prefix: str = option(
        "",
        "Text put before every query for a fastembed model; empty for the model's own prefix, if known.",
        in_workspace=False,
    )
    passage_prefix: str = option(
        "",
        "Text put before every symbol for a fastembed model; empty for the model's own prefix, if known.",
        in_workspace=False,
    )


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where things are kept."""

    index_dir: str = option(
        "",
        "The folder that holds all indexes; empty for the platform's user cache folder.",
        in_workspace=False,
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written to the log file."""

    level: str = option(
        "info", "How much is logged.", choices=("error", "warning", "info", "debug"), in_workspace=False
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by section."""

    indexing: IndexingSettings = field(default_factory=IndexingSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    palette: PaletteSettings = field(default_factory=PaletteSettings)
    hover: HoverSettings = field(default_factory=HoverSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    log: LogSettings = field(default_factory=LogSettings)


@dataclass(frozen=True, slots=True)
class Option:
    """One setting, for documentation, manifests and the loader.

    Attributes:
        key: As LSP clients and JSON spell it: "indexing.maxFileBytes".
        section: The attribute of `Settings`.
        name: The attribute of the section.
        default: Its type is the setting's type.
        rule: What is allowed.
    """

    key: str
    section: str
    name: str
    default: OptionValue
    rule: OptionRule

    @property
    def environment(self) -> str:
        """The environment variable that sets it."""
        return f"{ENVIRONMENT_PREFIX}{self.section}_{self.name}".upper()

    @property
    def type_name(self) -> str:
        """The JSON Schema type: boolean, integer, number, string, array (of strings), object (of strings)."""
        match self.default:
            case bool():
                return "boolean"
            case int():
                return "integer"
            case float():
                return "number"
            case str():
                return "string"
            case tuple():
                return "array"
            case _:
                return "object"


def describe() -> tuple[Option, ...]:
    """Return every setting, section by section, for documentation and the editors' manifests."""
    defaults = Settings()
    return tuple(
        Option(
            key=f"{section.name}.{camel_case(item.name)}",
            section=section.name,
            name=item.name,
            default=getattr(getattr(defaults, section.name), item.name),
            rule=item.metadata[_RULE],
        )
        for section in fields(defaults)
        for item in fields(getattr(defaults, section.name))
    )
