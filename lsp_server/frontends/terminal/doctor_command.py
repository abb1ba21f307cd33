"""`doctor [PATH] [--repair]`: checks an index for damage, and repairs it."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from lsp_server.errors import IndexBusy, IndexDamaged, IndexStorageFailed
from lsp_server.frontends.terminal.console import INTERRUPTED_EXIT_CODE, Console, Styled
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import folder_at, settings_of, visiting
from lsp_server.indexing.foreground import Ending
from lsp_server.indexing.upkeep.doctor import Finding, Severity, examine, stale_files
from lsp_server.settings import Settings
from lsp_server.storage.folders import IndexFolder, IndexVersion
from lsp_server.storage.lease import WriterLease

_LEASE_S: Final = 5.0
_REPAIR_WAIT_S: Final = 60.0


def run_doctor(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `doctor [PATH]`; the exit code is IndexDamaged's while damage remains."""
    folder = folder_at(arguments.path)
    settings = settings_of(folder, tools, console)
    index = tools.index_root(settings).folder_of(folder)
    with _undisturbed(index):
        by_version = _findings(index, folder, arguments)
        if arguments.repair:
            _delete_damaged(by_version)
    found = findings = _all_of(by_version)
    if arguments.repair and findings:
        _show(findings, console)
        ending = _index_anew(folder, settings, tools, console)
        if ending is not Ending.DONE:
            return INTERRUPTED_EXIT_CODE
        with _undisturbed(index):
            findings = _all_of(_findings(index, folder, arguments))
        console.say("Repaired." if not _is_damaged(findings) else "Still damaged:")
    is_sound = not _is_damaged(findings)
    console.document(_document(index, found, findings, arguments))
    if not arguments.repair or not is_sound or not found:
        _show(findings, console)
        _conclude(index, findings, console)
    return 0 if is_sound else IndexDamaged.exit_code


@contextmanager
def _undisturbed(index: IndexFolder) -> Iterator[None]:
    """Hold the writer lease while the stores are compared."""
    if not index.path.is_dir():
        yield
        return
    try:
        lease = WriterLease.acquire(index.lease_lock, _LEASE_S)
    except IndexStorageFailed:  # nobody can write to a read-only disk
        yield
        return
    with lease:
        yield


def _findings(
    index: IndexFolder, folder: Path, arguments: Namespace
) -> list[tuple[IndexVersion, list[Finding]]]:
    by_version = []
    for version in index.versions():
        findings = examine(version)
        if arguments.deep and not _is_damaged(findings) and version.catalog.is_file():
            findings += stale_files(version, folder)
        by_version.append((version, findings))
    return by_version


def _all_of(by_version: list[tuple[IndexVersion, list[Finding]]]) -> list[Finding]:
    return [finding for _, findings in by_version for finding in findings]


def _delete_damaged(by_version: list[tuple[IndexVersion, list[Finding]]]) -> None:
    """Delete damaged versions; an undamaged one answers until a new one is ready."""
    for version, findings in by_version:
        if _is_damaged(findings):
            version.delete()


def _index_anew(folder: Path, settings: Settings, tools: Tools, console: Console) -> Ending:
    with visiting(folder, settings, tools, console) as visit:
        ending = visit.index(_REPAIR_WAIT_S)
    if ending is Ending.BUSY:
        raise IndexBusy(
            f"Another process has begun to write the index of {folder}.",
            "Run doctor again later.",
            path=str(folder),
        )
    return ending


def _is_damaged(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.DAMAGE for finding in findings)


def _show(findings: list[Finding], console: Console) -> None:
    for finding in findings:
        colour = "red" if finding.severity is Severity.DAMAGE else "yellow"
        console.say(
            Styled(colour, finding.severity.value), f"{finding.where}: {finding.message}.", between="  "
        )


def _conclude(index: IndexFolder, findings: list[Finding], console: Console) -> None:
    if not index.versions():
        console.say("Nothing is indexed here yet.")
    elif not _is_damaged(findings):
        console.say("The index is not damaged.")
    else:
        console.say(
            "The index is damaged.\nSuggestion: Run `semantic-symbols doctor --repair`, which rebuilds it."
        )


def _document(
    index: IndexFolder, found: list[Finding], remaining: list[Finding], arguments: Namespace
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "path": str(index.path),
        "indexed": bool(index.versions()),
        "sound": not _is_damaged(remaining),
        "findings": [_finding(one) for one in found],
    }
    if arguments.repair:
        document["remaining"] = [_finding(one) for one in remaining]
    return document


def _finding(finding: Finding) -> dict[str, str]:
    return {"where": finding.where, "message": finding.message, "severity": finding.severity.value}
