"""Which paths of a workspace folder are indexed, and why: the rules of all ignore files and the defaults.

Precedence: `.semanticsymbolsignore` and the settings win over all else (`!` forces in, even below excluded
folders); then `.ignore`; then `.gitignore` and `.git/info/exclude`; where none of them matches, the defaults.
Only a `!` of our own that names the file itself lets a secret in, and nothing lets in version control or what
this program writes.
"""

import os
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from lsp_server.indexing.scanning.folder_rules import SECRET, SETTINGS_NAME, Decision, FolderRules
from lsp_server.indexing.scanning.git_paths import (
    exclude_file,
    is_repository,
    repository_above,
    rules_around,
)
from lsp_server.indexing.scanning.ignore_defaults import (
    VERSION_CONTROL,
    affected_by,
    why_not_source,
)
from lsp_server.indexing.scanning.ignore_files import IgnoreFile, IgnoreFiles, is_left_out
from lsp_server.indexing.scanning.ignore_patterns import PatternFile
from lsp_server.indexing.scanning.own_paths import OwnPaths
from lsp_server.indexing.scanning.tracked import TrackedFolders
from lsp_server.secret_files import is_secret

OWN_FILE = ".semanticsymbolsignore"
IGNORE_FILES = (".gitignore", ".ignore", OWN_FILE)

INDEXED = Decision(indexed=True, reason="no rule leaves it out")


@dataclass(frozen=True, slots=True)
class _Known:
    """A cache of what was found out since the rules last changed.

    A thread takes the current cache before it reads files and adds to that same one. So nothing that was read
    before a change ends up in the cache after it.

    Attributes:
        folders: Path without a trailing slash → the rules of this folder.
        entered: Decisions about sub-folders of these whose rules are not known yet.
    """

    folders: dict[str, FolderRules] = field(default_factory=dict)
    entered: dict[str, Decision] = field(default_factory=dict)


class IgnoreRules:
    """Decides about the paths of one workspace folder; ignore files are cached until `invalidate`.

    Thread-safe.

    Args:
        root: The workspace folder.
        extra_include: gitignore patterns from the settings that force files in.
        extra_exclude: gitignore patterns from the settings that leave files out; these win.
        own_paths: Where this program writes, inside the folder or not.

    Attributes:
        root: The workspace folder.
        tracked: Which folders git tracks files in, as some defaults depend on that.
    """

    def __init__(
        self,
        root: Path,
        extra_include: Iterable[str] = (),
        extra_exclude: Iterable[str] = (),
        own_paths: Iterable[Path] = (),
    ) -> None:
        self.root = root
        self._own_paths = OwnPaths(root, own_paths)
        self._settings = PatternFile(SETTINGS_NAME, [*(f"!{one}" for one in extra_include), *extra_exclude])
        self._files = IgnoreFiles()
        self.tracked = TrackedFolders(root)
        self._known = _Known()
        self._invalidating = threading.Lock()

    def decide(self, path: str) -> Decision:
        """Return whether a file is indexed, and why.

        Args:
            path: Relative to the workspace folder, with forward slashes or the platform's separator.
        """
        path = path.replace("\\", "/") if os.sep == "\\" else path
        parent, _, name = path.strip("/").rpartition("/")
        if not name or name == ".":
            return INDEXED
        return self.judge(self.folder(parent), name, is_folder=False)

    def visits(self, path: str) -> bool:
        """Tell whether a walk enters a folder: it is not left out, or something below it may be forced in."""
        parent, _, name = path.rpartition("/")
        return not name or self.enters(self.folder(parent), name)

    def enters(self, parent: FolderRules, name: str) -> bool:
        """Tell the same about a sub-folder of a folder whose rules are known."""
        path = parent.path + name
        if name in VERSION_CONTROL or self._own_paths.hold(path):
            return False
        if not parent.excluded and self._judged_folder(parent, name).indexed:
            return True
        return parent.may_force_below(path)

    def judge(self, folder: FolderRules, name: str, *, is_folder: bool) -> Decision:
        """Return the decision about a direct member of a folder."""
        path = folder.path + name
        if name in VERSION_CONTROL and (is_folder or name == ".git"):
            return Decision(indexed=False, reason="it belongs to version control")
        if self._own_paths.hold(path):
            return Decision(indexed=False, reason="Semantic Symbols keeps its index or its log there")
        decision = folder.decide(name, is_folder=is_folder)
        if decision is not None:
            return decision
        if is_folder:
            why = why_not_source(self.root, path, self.tracked.hold)
            return Decision(indexed=False, reason=f"left out by default: {why}") if why else INDEXED
        return SECRET if is_secret(name) else INDEXED

    def folder(self, path: str, members: Collection[str] | None = None) -> FolderRules:
        """Return the rules of a folder, reading ignore files on the way.

        Args:
            path: Relative, without a trailing slash.
            members: The names in it, if the caller knows them: saves looking for ignore files.
        """
        known = self._known
        folder = known.folders.get(path)
        if folder is not None:
            return folder
        # Down from the nearest folder that is known; not by recursion, as there may be thousands of others.
        names: list[str] = []
        above = path
        while above and folder is None:
            above, _, name = above.rpartition("/")
            names.append(name)
            folder = known.folders.get(above)
        if folder is None:
            folder = _kept(known, self._opened(self._outside(), None if names else members))
        while names:
            name = names.pop()
            folder = self._below(known, folder, name, None if names else members)
        return folder

    def _below(
        self, known: _Known, parent: FolderRules, name: str, members: Collection[str] | None
    ) -> FolderRules:
        """Return the rules of a sub-folder that are not known yet; see `folder`."""
        path = parent.path + name
        decision = self._judged_folder(parent, name)
        found = parent.own_match(name, is_folder=True)
        folder = replace(parent, path=path + "/", inherited=found)
        if decision.indexed:
            return _kept(known, self._opened(replace(folder, excluded=None), members))
        if found and found.line.negated:
            folder = replace(folder, inherited=None)  # a default overrules what was forced in further up
        below = parent.excluded or replace(decision, reason=f"below '{path}', {decision.reason}")
        folder = replace(folder, ignore=(), git=(), excluded=below)
        if name in VERSION_CONTROL:
            folder = replace(folder, own=(), inherited=None)
        elif parent.may_force_below(path):
            folder = replace(folder, own=self._with(folder, OWN_FILE, folder.own, members))
        elif parent.excluded:
            return folder  # not cached: builds make such folders by the thousand, and nothing walks there
        return _kept(known, folder)

    def is_ignore_file(self, path: str) -> bool:
        """Tell whether a change of this file changes the rules."""
        return path.rpartition("/")[2] in IGNORE_FILES or path == ".git/info/exclude"

    def files_outside(self) -> tuple[Path, ...]:
        """Return the paths of ignore files, existing or not, that apply but that no walk comes across.

        These are in the folders above, up to the repository's root, and git's `info/exclude`.
        """
        above, exclude = rules_around(self.root)
        files = [folder / name for folder in above for name in IGNORE_FILES]
        return (*files, *([exclude] if exclude else []))

    def affected_by(self, path: str) -> list[str]:
        """Return the folders below which other files may be indexed once something appears or goes at a path.

        A nested repository does not inherit ignore rules from around it, and some files mark a folder as made
        by a tool. Ignore files are handled elsewhere.
        """
        parent, _, name = path.rpartition("/")
        affected = (parent,) if name == ".git" else affected_by(path)
        return [folder for folder in affected if os.path.isdir(self.root / folder)]  # noqa: PTH112

    def invalidate(self, path: str) -> None:
        """Drop what is cached below the folder of an ignore file, or of any path that appeared or went."""
        parent = "" if path == ".git/info/exclude" else path.rpartition("/")[0]
        with self._invalidating:
            folders = dict(self._known.folders) if parent else {}
            if parent in folders:  # else nothing below it is known either
                below = parent + "/"
                folders = {
                    key: folder
                    for key, folder in folders.items()
                    if key != parent and not key.startswith(below)
                }
            self._known = _Known(folders)

    def _judged_folder(self, parent: FolderRules, name: str) -> Decision:
        """Return `judge` of a sub-folder, cached: a walk asks before it enters and again inside."""
        known = self._known
        path = parent.path + name
        decision = known.entered.get(path)
        if decision is None:
            decision = self.judge(parent, name, is_folder=True)
            # Not if the parent is from before a change; and below an excluded one nobody asks again.
            if not parent.excluded and known.folders.get(parent.path[:-1]) is parent:
                known.entered[path] = decision
        return decision

    def _opened(self, folder: FolderRules, members: Collection[str] | None) -> FolderRules:
        """Return the rules together with those of the ignore files in the folder itself."""
        git = folder.git
        here = self.root / folder.path
        if (".git" in members) if members is not None else is_repository(here):
            # A nested repository does not inherit the ignore rules of the repository around it.
            exclude = exclude_file(here)
            git = self._files.read(exclude, len(folder.path)) if exclude else ()
        return replace(
            folder,
            own=self._with(folder, OWN_FILE, folder.own, members),
            ignore=self._with(folder, ".ignore", folder.ignore, members),
            git=self._with(folder, ".gitignore", git, members),
        )

    def _with(
        self, folder: FolderRules, name: str, above: tuple[IgnoreFile, ...], members: Collection[str] | None
    ) -> tuple[IgnoreFile, ...]:
        if members is not None and name not in members:
            return above
        return (
            self._files.read(
                self.root / folder.path / name, len(folder.path), rank=folder.path.count("/") + 1
            )
            + above
        )

    def _outside(self) -> FolderRules:
        """Return the rules from the settings and from the folders above, up to the repository's root."""
        own: tuple[IgnoreFile, ...] = (IgnoreFile(self._settings, rank=-1_000),) if self._settings else ()
        empty = FolderRules("", own, (), ())
        root = Path(os.path.abspath(self.root))  # noqa: PTH100 - resolve() would follow symbolic links
        if is_repository(root):
            return empty
        repository = repository_above(root)
        if repository is None:
            return empty
        names = root.relative_to(repository).parts
        exclude = exclude_file(repository)
        git: tuple[IgnoreFile, ...] = self._files.read(exclude, 0, "/".join(names) + "/") if exclude else ()
        ignore: tuple[IgnoreFile, ...] = ()
        for depth in range(len(names)):
            above = repository.joinpath(*names[:depth])
            prefix = "/".join(names[depth:]) + "/"
            rank = depth - len(names)
            git = self._files.read(above / ".gitignore", 0, prefix) + git
            ignore = self._files.read(above / ".ignore", 0, prefix) + ignore
            own = self._files.read(above / OWN_FILE, 0, prefix, rank) + own
        # Somebody who opens an ignored folder wants it, so the rules above do not count then.
        return empty if is_left_out(names, git + ignore) else FolderRules("", own, ignore, git)


def _kept(known: _Known, folder: FolderRules) -> FolderRules:
    known.folders[folder.path[:-1]] = folder
    known.entered.pop(folder.path[:-1], None)
    return folder
