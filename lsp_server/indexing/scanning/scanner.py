"""What has changed in a workspace folder since its files were last seen, by walking it and `stat` alone.

Content is never read here; the caller compares digests of `touched` files.
"""

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from lsp_server.disk import composed
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.storage.path_identity import folded, ignores_case
from lsp_server.storage.records import FileState

RACY_NS = 2_000_000_000
"""A file written this shortly before it was seen may have been written again within one tick of its clock
(FAT counts two seconds; git calls such an entry racily clean)."""

NEVER_SEEN_NS = 0
"""As the time of the last scan: any file may have changed, whatever its time says."""

_IS_WINDOWS = os.name == "nt"
_MOUNT_POINT = 0xA0000003
"""`stat.IO_REPARSE_TAG_MOUNT_POINT`, which Python has on Windows only: marks a junction."""
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
"""Errors that mean that nothing is there. On Windows any may: access to what is being deleted is denied."""

_RECALL_ON_DATA_ACCESS = 0x00400000
"""Windows' `FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS`, which Python does not name."""
_SF_DATALESS = 0x40000000
"""`stat.SF_DATALESS` of macOS, which Python names from 3.13 on."""

RECENT_FILES = 200
"""This many files, the most recently modified, are indexed first."""


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file as the walk found it.

    Attributes:
        path: Relative, with forward slashes.
        size_bytes: By `stat`.
        mtime_ns: By `stat`; whoever writes a file may set it to anything.
        changed_ns: When its content, name or rights changed last, which nobody can set; on Windows, when it
            was made.
        n_names: Number of hard links: a change through one of them is reported for that path alone.
        is_away: A cloud drive keeps its content, and would fetch it for whoever reads it.
    """

    path: str
    size_bytes: int
    mtime_ns: int
    changed_ns: int = 0
    n_names: int = field(default=1, compare=False)  # a walk does not learn it on Windows
    is_away: bool = field(default=False, compare=False)


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """How the folder differs from what was known.

    Attributes:
        changed: New files, and those whose size changed.
        touched: Known files of the same size whose content may differ all the same: a digest decides.
        removed: Known files that are gone, or no longer indexed.
        unreadable: Folders that could not be listed; what is known below them stays.
        scanned_at_ns: When the walk began, by the clock of `mtime_ns`.
    """

    changed: list[FileStat] = field(default_factory=list)
    touched: list[FileStat] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    scanned_at_ns: int = 0


def scan(
    rules: IgnoreRules,
    known: Mapping[str, FileState],
    seen_ns: int,
    is_cancelled: Callable[[], bool] = _never,
) -> ChangeSet:
    """Walk the whole folder and compare it with what is known.

    Args:
        rules: Decide which files are indexed.
        known: Path → what is known about each indexed or skipped file.
        seen_ns: `scanned_at_ns` of the last scan whose result was committed; `NEVER_SEEN_NS` for none.
        is_cancelled: Asked once per folder; a cancelled scan reports what it saw, and removes nothing.
    """
    return _Comparison(rules, known, seen_ns).of_folders([""], known, is_cancelled)


def changes_for(
    rules: IgnoreRules, paths: Iterable[str], known: Mapping[str, FileState], seen_ns: int
) -> ChangeSet:
    """Compare only what is at or below some paths: files or folders that appeared, changed or went.

    Args:
        rules: Decide which files are indexed.
        paths: Relative to the workspace folder, with forward slashes.
        known: As in `scan`.
        seen_ns: As in `scan`; used where the workspace folder itself is among the paths.
    """
    named = {composed(path) for path in paths}
    if "" in named:
        rules.invalidate("")
        return scan(rules, known, seen_ns)
    spellings = _Spellings(rules.root)
    spelled = {path: spellings.on_disk(path) for path in named}
    wanted = named.union(spelled.values())
    # A path that is named was seen to change, whatever its time says: a copy may keep the time, and a renamed
    # folder brings files of the old size and time.
    comparison = _Comparison(rules, known, NEVER_SEEN_NS)
    plain_folders: dict[str, bool] = {"": True}
    folders: list[str] = []
    gone: list[str] = []
    for path in wanted:
        # What is there now may bring other rules than what was there before.
        rules.invalidate(path if rules.is_ignore_file(path) else f"{path}/")
    for path in _topmost(wanted):
        is_there = spelled.get(path, path) == path
        try:
            is_plain = is_there and _is_plain(rules.root, path.rpartition("/")[0], plain_folders)
            stat = _stat(rules.root, path) if is_plain else None
        except OSError:
            continue  # nobody knows what is there now; what was there stays
        if stat is not None and _is_folder(stat):
            folders.append(path)
            continue
        if stat is not None and S_ISREG(stat.st_mode) and rules.decide(path).indexed:
            comparison.add(_file_stat(path, stat))
        gone.append(path)
    return comparison.of_folders(folders, _known_at(known, [*gone, *folders]), _never)


def is_storable(path: str) -> bool:
    """Tell whether the stores can hold a path: POSIX allows any bytes in names, the stores only Unicode."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def walk(
    rules: IgnoreRules,
    folder: str,
    unreadable: list[str],
    is_cancelled: Callable[[], bool] = _never,
) -> Iterator[FileStat]:
    """Yield the indexed files at any depth below a folder; symbolic links are not followed.

    Args:
        rules: Decide which files are indexed.
        folder: Relative, without a trailing slash; empty for the root.
        unreadable: Folders that can't be listed are appended to it.
        is_cancelled: Asked once per folder.
    """
    # Depth first, so that only the siblings along one path are held in memory.
    pending = [folder] if rules.visits(folder) else []
    while pending and not is_cancelled():
        path = pending.pop()
        try:
            with os.scandir(os.path.join(rules.root, path)) as listing:  # noqa: PTH118 - once a folder of a big tree
                entries = list(listing)
        except OSError:
            unreadable.append(path)
            continue
        here = rules.folder(path, {entry.name for entry in entries})
        for entry in entries:
            name = composed(entry.name)
            try:
                if entry.is_file(follow_symlinks=False):
                    if rules.judge(here, name, is_folder=False).indexed:
                        yield _file_stat(here.path + name, entry.stat(follow_symlinks=False))
                elif _is_real_folder(entry) and rules.enters(here, name):
                    pending.append(here.path + name)
            except OSError:  # it went while we looked
                continue


def subfolders(rules: IgnoreRules, folder: str) -> list[str]:
    """Return the sub-folders that a walk of one folder would enter; none when it can't be listed.

    Args:
        rules: Decide which files are indexed.
        folder: Relative, without a trailing slash; empty for the root.
    """
    try:
        with os.scandir(os.path.join(rules.root, folder)) as listing:  # noqa: PTH118 - as in `walk`
            names = [entry.name for entry in listing if _is_real_folder(entry)]
    except OSError:
        return []
    here = rules.folder(folder)
    return [here.path + name for name in names if rules.enters(here, name)]


def priority_order(files: Iterable[FileStat]) -> list[FileStat]:
    """Return files in the order in which to index them: recent ones, then a fair shuffle.

    The rest is shuffled by a digest of the path, the same way each time: what has been indexed when the
    centroids are trained is then a fair sample of the whole.
    """
    by_age = sorted(files, key=lambda file: file.mtime_ns, reverse=True)
    return [*by_age[:RECENT_FILES], *sorted(by_age[RECENT_FILES:], key=lambda file: _digest(file.path))]


class _Comparison:
    """Sorts files into the lists of a `ChangeSet`."""

    def __init__(self, rules: IgnoreRules, known: Mapping[str, FileState], seen_ns: int) -> None:
        self._rules = rules
        self._known = known
        self._racy_from_ns = seen_ns - RACY_NS
        self._scanned_at_ns = time.time_ns()
        self._changed: list[FileStat] = []
        self._touched: list[FileStat] = []
        self._seen: set[str] = set()

    def add(self, file: FileStat) -> None:
        self._seen.add(file.path)
        known = self._known.get(file.path)
        if known is None or known.size_bytes != file.size_bytes:
            self._changed.append(file)
        elif known.mtime_ns != file.mtime_ns or max(file.mtime_ns, file.changed_ns) >= self._racy_from_ns:
            self._touched.append(file)

    def of_folders(
        self, folders: Iterable[str], in_scope: Iterable[str], is_cancelled: Callable[[], bool]
    ) -> ChangeSet:
        unreadable: list[str] = []
        for folder in folders:
            for file in walk(self._rules, folder, unreadable, is_cancelled):
                self.add(file)
        missing = (
            []
            if is_cancelled() or "" in unreadable
            else [path for path in in_scope if path not in self._seen]
        )
        hidden = tuple(f"{folder}/" for folder in unreadable)
        return ChangeSet(
            changed=self._changed,
            touched=self._touched,
            removed=[path for path in missing if not path.startswith(hidden)] if hidden else missing,
            unreadable=unreadable,
            scanned_at_ns=self._scanned_at_ns,
        )


class _Spellings:
    """Finds out how the disk spells paths: where it ignores letter case, a file can be opened by many names.

    A change may be reported under any of them, and after `Foo.py` was renamed to `foo.py` both seem to exist.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._ignores_case = ignores_case(root)
        self._folders: dict[str, dict[str, str]] = {}

    def on_disk(self, path: str) -> str:
        """Return the path as a walk finds it; unchanged where there is nothing of that name."""
        if not self._ignores_case:
            return path
        spelled = ""
        for name in path.split("/"):
            names = self._names(spelled)
            found = names.get(name) or names.get(folded(name), name)
            spelled = f"{spelled}/{found}" if spelled else found
        return spelled

    def _names(self, folder: str) -> dict[str, str]:
        """Return each name in a folder, as it is and case-folded → as it is."""
        if folder not in self._folders:
            try:
                names = [composed(entry.name) for entry in (self._root / folder).iterdir()]
            except OSError:
                names = []
            self._folders[folder] = {folded(name): name for name in names} | {name: name for name in names}
        return self._folders[folder]


def _known_at(known: Mapping[str, FileState], paths: list[str]) -> set[str]:
    """Return the known files at or below some paths."""
    found = {path for path in paths if path in known}
    # A known file has nothing below it; only the other paths need a pass over everything.
    tops = set(paths) - found
    if len(tops) == 1:
        below = f"{tops.pop()}/"
        return found | {path for path in known if path.startswith(below)}
    if tops:
        found.update(path for path in known if any(above in tops for above in _above(path)))
    return found


def _topmost(paths: set[str]) -> list[str]:
    return sorted(path for path in paths if not any(above in paths for above in _above(path)))


def _above(path: str) -> Iterator[str]:
    at = path.rfind("/")
    while at > 0:
        path = path[:at]
        yield path
        at = path.rfind("/")


def _is_plain(root: Path, folder: str, plain_folders: dict[str, bool]) -> bool:
    """Tell whether no part of the path to a folder is a symbolic link (cached in `plain_folders`)."""
    unknown: list[str] = []
    while folder not in plain_folders:
        unknown.append(folder)
        folder = folder.rpartition("/")[0]
    is_plain = plain_folders[folder]
    for below in reversed(unknown):
        stat = _stat(root, below) if is_plain else None
        is_plain = plain_folders[below] = stat is not None and _is_folder(stat)
    return is_plain


def _stat(root: Path, path: str) -> os.stat_result | None:
    """Return what is at a path, None for nothing.

    Raises:
        OSError: It can't be told, as on a network disk that does not answer.
    """
    try:
        return (root / path).lstat()
    except ValueError:
        return None
    except OSError as error:
        if _IS_WINDOWS or error.errno in _ABSENT:
            return None
        raise


def _file_stat(path: str, stat: os.stat_result) -> FileStat:
    return FileStat(
        path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_nlink, is_away=_is_away(stat)
    )


def _is_away(stat: os.stat_result) -> bool:
    """Tell whether a file's content is with OneDrive, iCloud or the like, and not on this computer."""
    is_recalled = getattr(stat, "st_file_attributes", 0) & _RECALL_ON_DATA_ACCESS
    return bool(is_recalled or getattr(stat, "st_flags", 0) & _SF_DATALESS)


def _is_real_folder(entry: "os.DirEntry[str]") -> bool:
    # Only Windows needs the extra `stat`, and there it is cached in the entry.
    return entry.is_dir(follow_symlinks=False) and (
        not _IS_WINDOWS or _is_folder(entry.stat(follow_symlinks=False))
    )


def _is_folder(stat: os.stat_result) -> bool:
    """Tell whether it is a folder and not a junction, a kind of link on Windows that looks like one."""
    return S_ISDIR(stat.st_mode) and getattr(stat, "st_reparse_tag", 0) != _MOUNT_POINT


def _digest(path: str) -> bytes:
    return blake2b(path.encode("utf-8", "surrogatepass"), digest_size=8).digest()
