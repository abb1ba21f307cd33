"""The ignore files that apply in one folder, and what they decide about its direct members."""

from dataclasses import dataclass
from pathlib import Path

from lsp_server.indexing.scanning.ignore_defaults import never_source
from lsp_server.indexing.scanning.ignore_files import IgnoreFile, Rule
from lsp_server.indexing.scanning.ignore_patterns import PatternLine
from lsp_server.secret_files import is_secret

SETTINGS_NAME = "settings"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a file is indexed or a folder entered, and why, worded for the user."""

    indexed: bool
    reason: str
    rule: Rule | None = None


SECRET = Decision(indexed=False, reason="left out by default: files of this name usually hold secrets")


@dataclass(frozen=True, slots=True, eq=False)
class OwnMatch:
    """A pattern of our own, in a file or the settings, that matched."""

    file: IgnoreFile
    line: PatternLine


@dataclass(frozen=True, slots=True, eq=False)
class FolderRules:
    """Everything that decides about the direct members of one folder, but for the defaults.

    Attributes:
        path: Relative to the workspace folder; empty, or with a trailing slash.
        own: Our own ignore files that apply here, the strongest first.
        ignore: The same for `.ignore`.
        git: The same for `.gitignore` and `info/exclude`.
        excluded: Why everything below is left out unless forced in.
        inherited: The last of our own patterns that matched the folder or one above it.
    """

    path: str
    own: tuple[IgnoreFile, ...]
    ignore: tuple[IgnoreFile, ...]
    git: tuple[IgnoreFile, ...]
    excluded: Decision | None = None
    inherited: OwnMatch | None = None

    def decide(self, name: str, *, is_folder: bool) -> Decision | None:
        """Return what the rules decide about a direct member; None where the defaults decide."""
        if self.own or self.inherited:
            found = self.own_match(name, is_folder=is_folder)
            if found is not None:
                return self._forced(found, name, is_folder=is_folder)
        if self.excluded:
            return self.excluded
        path = self.path + name
        for file in (*self.ignore, *self.git) if self.ignore else self.git:
            line = file.match(name, path, is_folder=is_folder)
            if line is None:
                continue
            rule = file.rule(line)
            if not line.negated:
                return Decision(indexed=False, reason=f"left out by {_short(rule)}", rule=rule)
            if not is_folder and is_secret(name):
                break
            return Decision(indexed=True, reason=f"let in by {_short(rule)}", rule=rule)
        return None

    def own_match(self, name: str, *, is_folder: bool) -> OwnMatch | None:
        """Return the last of our patterns that matches a direct member, else the inherited one."""
        inherited = self.inherited
        path = self.path + name
        for file in self.own:
            if inherited and inherited.file.rank > file.rank:
                break
            line = file.match(name, path, is_folder=is_folder)
            if line is None:
                continue
            if inherited and inherited.file is file and inherited.line.index > line.index:
                break
            return OwnMatch(file, line)
        return inherited

    def may_force_below(self, path: str) -> bool:
        """Tell whether one of our patterns may force in something below a path."""
        return any(
            line.may_match_below(file.prefix + path[file.n_cut :])
            for file in self.own
            for line in file.patterns.negated_lines
        )

    def _forced(self, found: OwnMatch, name: str, *, is_folder: bool) -> Decision:
        rule = found.file.rule(found.line)
        if not found.line.negated:
            return Decision(indexed=False, reason=f"left out by {_short(rule)}", rule=rule)
        if found is self.inherited:  # it names a folder above, and not this member itself
            if not is_folder and is_secret(name):
                return SECRET
            if is_folder and never_source(name):
                return Decision(
                    indexed=False, reason=f"left out by default: '{name}' is a vendored or build folder"
                )
            if self.excluded:
                return self.excluded
        return Decision(indexed=True, reason=f"forced in by {_short(rule)}", rule=rule)


def _short(rule: Rule) -> str:
    if rule.file == SETTINGS_NAME:
        return f"the settings: {rule.pattern}"
    return f"{Path(rule.file).name}, line {rule.line}: {rule.pattern}"
