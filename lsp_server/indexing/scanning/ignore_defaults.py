"""What is left out by default: version control, vendored and build folders.

A name alone is enough only where nobody uses it for source; `build`, `dist`, `target` and the like need
evidence.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".jj", ".bzr", ".sl", ".fslckout", "_darcs", "CVS"})

_NAMES = """
    node_modules bower_components jspm_packages .yarn .pnpm-store .npm __pycache__ .venv .env .tox .nox
    .eggs
    .mypy_cache .pytest_cache .ruff_cache .hypothesis .ipynb_checkpoints htmlcov site-packages .pixi
    .next .nuxt .svelte-kit .parcel-cache .turbo .angular .expo .docusaurus .sass-cache .nyc_output .vercel
    .netlify .cache .gradle .m2 .stack-work dist-newstyle .bloop .metals .bsp .idea .vs .history .zig-cache
    zig-cache zig-out Pods Carthage DerivedData .build .swiftpm elm-stuff _build .elixir_ls .dart_tool
    .terraform .serverless .aws-sam .bundle .direnv .ccls-cache .clangd .ssh .gnupg .aws
"""
NEVER_SOURCE = frozenset(_NAMES.split())

_FOLDER_SUFFIXES = (".egg-info", ".dist-info", ".xcodeproj", ".xcassets")


@dataclass(frozen=True, slots=True)
class _Ambiguous:
    """A folder name that both build tools and people use.

    Attributes:
        beside: Files that, next to the folder, show that it is a tool's.
        inside: Files that, in the folder, show that it is a tool's.
        by_name: Where the name alone is enough: at the top of the workspace folder, anywhere or nowhere.
    """

    beside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    by_name: Literal["top", "anywhere", "nowhere"] = "nowhere"


_PYTHON = ("pyproject.toml", "setup.py")
_GRADLE = ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
_DOTNET = ("*.csproj", "*.fsproj", "*.vbproj")
_AMBIGUOUS: Mapping[str, _Ambiguous] = {
    "build": _Ambiguous(
        (*_PYTHON, *_GRADLE, "package.json", "CMakeLists.txt", "meson.build", "pubspec.yaml"),
        ("CMakeCache.txt", "build.ninja"),
        "top",
    ),
    "dist": _Ambiguous((*_PYTHON, "package.json", "*.cabal"), by_name="top"),
    "out": _Ambiguous((*_GRADLE, "package.json", "tsconfig.json"), ("build.ninja",), "top"),
    "target": _Ambiguous(("Cargo.toml", "pom.xml", "build.sbt", "project.clj"), by_name="top"),
    "vendor": _Ambiguous(("composer.json", "go.mod"), ("modules.txt", "autoload.php", "bundle"), "top"),
    "bin": _Ambiguous(_DOTNET),
    "obj": _Ambiguous(_DOTNET),
    "deps": _Ambiguous(("mix.exs", "rebar.config")),
    "venv": _Ambiguous(by_name="anywhere"),
    "coverage": _Ambiguous(inside=("lcov.info", "coverage-final.json", "lcov-report", "clover.xml")),
}
_BESIDE: Mapping[str, tuple[str, ...]] = {
    pattern: tuple(name for name, ambiguous in _AMBIGUOUS.items() if pattern in ambiguous.beside)
    for pattern in {pattern for ambiguous in _AMBIGUOUS.values() for pattern in ambiguous.beside}
}
"""The inverse: a file's name, or `*` and its suffix → the folder names that it may mark as a tool's."""

_SOURCE_PACKAGE = ("__init__.py", "mod.rs", "lib.rs", "package-info.java")
_CACHE_MARKERS = ("CACHEDIR.TAG", "pyvenv.cfg")


def never_source(name: str) -> bool:
    """Tell whether a folder of this name never has source of one's own."""
    return name in NEVER_SOURCE or name.endswith(_FOLDER_SUFFIXES)


def affected_by(path: str) -> Iterator[str]:
    """Yield the folders that a file, by being where it is, may mark as made by a tool or as source."""
    parent, _, name = path.rpartition("/")
    ambiguous = _AMBIGUOUS.get(parent.rpartition("/")[2])
    if parent and (name in _CACHE_MARKERS or (ambiguous and name in (*ambiguous.inside, *_SOURCE_PACKAGE))):
        yield parent
    for sibling in (*_BESIDE.get(name, ()), *_BESIDE.get(f"*{os.path.splitext(name)[1]}", ())):  # noqa: PTH122
        yield f"{parent}/{sibling}" if parent else sibling


def why_not_source(root: Path, path: str, is_tracked: Callable[[str], bool]) -> str | None:
    """Return why a folder is left out by default, or None.

    Args:
        root: The workspace folder.
        path: The folder, relative to it; never the root itself.
        is_tracked: Tells whether files below a folder are under version control.
    """
    parent, _, name = path.rpartition("/")
    if never_source(name):
        return f"'{name}' is a vendored, cache or build folder"
    folder = root / path
    for marker in _CACHE_MARKERS:
        if os.path.lexists(os.path.join(folder, marker)):  # noqa: PTH118 - once a folder of the tree
            return f"{marker} marks it as made by a tool"
    ambiguous = _AMBIGUOUS.get(name)
    if ambiguous is None or any((folder / marker).exists() for marker in _SOURCE_PACKAGE):
        return None
    if any((folder / marker).exists() for marker in ambiguous.inside):
        return f"'{name}' has files that a build or package manager made"
    is_by_name = ambiguous.by_name == "anywhere" or (ambiguous.by_name == "top" and not parent)
    if not is_by_name and not _holds(root / parent, ambiguous.beside):
        return None
    if name != "vendor" and is_tracked(path):
        return None
    return f"'{name}' is a vendored, cache or build folder"


def _holds(folder: Path, patterns: tuple[str, ...]) -> bool:
    try:
        names = [member.name for member in folder.iterdir()]
    except OSError:
        return False
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
