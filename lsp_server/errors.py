r"""Every error this project raises on purpose, as one tree, with each one's exit code on the command line.

SemanticSymbolsError
├── InvalidParams          3   a parameter, filter or argument has the wrong type or value
├── InvalidSettings        4   a settings file or value can't be used
├── WorkspaceNotFound      5   the folder does not exist, or is not one the server has open
├── IndexBusy              6   another process writes this index and did not finish in time
├── IndexDamaged           7   the index is damaged or inconsistent; `doctor --repair` rebuilds it
├── IndexStorageFailed     8   the disk is full or read-only, or the index can't be read or written
├── ModelUnavailable       9   the configured model can't be loaded here
└── IndexerFailed         10   the indexer process keeps ending unexpectedly

A message says what happened; `suggestion` says what to do about it. Both reach the user, as
``message + "\nSuggestion: " + suggestion``.
"""

from typing import Any, ClassVar


class SemanticSymbolsError(Exception):
    """The root of the tree.

    Args:
        message: What happened, one sentence.
        suggestion: What the user can do, one sentence.
        **details: Machine-readable facts, sent to clients in `data` along with the kind.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, suggestion: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.details = details

    @property
    def kind(self) -> str:
        """The error's name in `data.kind` and in the README's table of exit codes."""
        return type(self).__name__

    def __str__(self) -> str:
        return f"{self.message}\nSuggestion: {self.suggestion}" if self.suggestion else self.message


class InvalidParams(SemanticSymbolsError):
    """A parameter has the wrong type or value; `details["key"]` names it."""

    exit_code = 3


class InvalidSettings(SemanticSymbolsError):
    """A settings file can't be read, or a value is out of range."""

    exit_code = 4


class WorkspaceNotFound(SemanticSymbolsError):
    """The folder does not exist, or the server has no such folder open."""

    exit_code = 5


class IndexBusy(SemanticSymbolsError):
    """Another process holds the writer lease."""

    exit_code = 6


class IndexDamaged(SemanticSymbolsError):
    """A file of the index is missing, cut short or fails its checksum."""

    exit_code = 7

    def __init__(
        self,
        message: str,
        suggestion: str = "Run `semantic-symbols doctor --repair`, which rebuilds it from the source files.",
        **details: Any,
    ) -> None:
        super().__init__(message, suggestion, **details)


class IndexStorageFailed(SemanticSymbolsError):
    """The index can't be read or written: the disk is full, read-only or failing, or rights are missing."""

    exit_code = 8


class ModelUnavailable(SemanticSymbolsError):
    """The configured embedding model can't be loaded on this machine."""

    exit_code = 9


class IndexerFailed(SemanticSymbolsError):
    """The indexer process died repeatedly."""

    exit_code = 10
