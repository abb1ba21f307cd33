"""Bundles the server and its dependencies: `bundled/any` for every Python, `bundled/cp312` for one version.

Packages are unpacked wheels, so that nothing has to be installed on the user's machine: the server starts
with both folders on Python's path. Only the standard library and pip are needed to run this.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from email import message_from_string
from pathlib import Path

CLIENT = Path(__file__).resolve().parents[1]
PROJECT = CLIENT.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LEFT_OUT = ("fastembed",)
"""Needed for other models only, and as large as all the rest; those need a server installed by the user."""
_MANYLINUX = (28, 27, 26, 24, 17, 12, 5)
PLATFORMS = {
    "linux-x64": [*(f"manylinux_2_{n}_x86_64" for n in _MANYLINUX), "manylinux2014_x86_64"],
    "linux-arm64": [*(f"manylinux_2_{n}_aarch64" for n in _MANYLINUX), "manylinux2014_aarch64"],
    "darwin-x64": [f"macosx_{n}_x86_64" for n in ("11_0", "10_15", "10_13", "10_12", "10_9")],
    "darwin-arm64": ["macosx_11_0_arm64"],
    "win32-x64": ["win_amd64"],
}
"""The extension's targets → pip's names of platforms, newest first.

Of macOS none that is newer than the editor needs: pip would prefer what NumPy has for newer ones alone.
"""
_UNUSED = ("tests", "testing", "include", "__pycache__")


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the bundle that the command line describes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--target", choices=PLATFORMS, required=True)
    parser.add_argument("--python", nargs="+", default=PYTHONS, metavar="VERSION")
    parser.add_argument("--out", type=Path, default=CLIENT / "bundled")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.out, ignore_errors=True)
    for version in sorted(options.python, key=_minor):
        _add_dependencies(options.out, options.target, version)
    _pip("--no-deps", "--target", str(options.out / "any"), str(PROJECT))
    _prune(options.out)


def _add_dependencies(out: Path, target: str, version: str) -> None:
    """Add what one Python needs; packages that fit every Python come from the oldest, which needs most."""
    with tempfile.TemporaryDirectory() as folder:
        platforms = [part for name in PLATFORMS[target] for part in ("--platform", name)]
        python = ["--python-version", version, "--implementation", "cp"]
        _pip("--only-binary=:all:", *platforms, *python, "--target", folder, *_dependencies())
        for info in sorted(Path(folder).glob("*.dist-info")):
            place = out / ("any" if _fits_every_python(info) else f"cp{version.replace('.', '')}")
            for file in _files(info):
                copy = place / file.relative_to(folder)
                if file.is_file() and not copy.exists():
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(file, copy)


def _dependencies() -> list[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [one for one in project["dependencies"] if not one.startswith(LEFT_OUT)]


def _fits_every_python(info: Path) -> bool:
    """Tell whether a wheel is pure Python or its binaries use the stable ABI only."""
    tags = message_from_string((info / "WHEEL").read_text(encoding="utf-8")).get_all("Tag", [])
    return all(tag.startswith("py") or tag.split("-")[1] == "abi3" for tag in tags)


def _files(info: Path) -> Iterator[Path]:
    """Yield the installed files of a wheel, as its RECORD lists them (Binary Distribution Format)."""
    for line in (info / "RECORD").read_text(encoding="utf-8").splitlines():
        name = line.rsplit(",", 2)[0].strip('"')
        if not name.startswith(".."):
            yield info.parent / name


def _prune(out: Path) -> None:
    """Remove what is not needed at run time."""
    for folder in sorted(out.rglob("*"), reverse=True):
        if folder.is_dir() and folder.name in _UNUSED:
            shutil.rmtree(folder)
    for stub in [*out.rglob("*.pyi"), *out.glob("*/bin")]:
        shutil.rmtree(stub) if stub.is_dir() else stub.unlink()


def _pip(*arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile", "--upgrade")
    subprocess.run([sys.executable, "-m", "pip", "install", *quiet, *arguments], check=True)


def _minor(version: str) -> int:
    return int(version.split(".")[1])


if __name__ == "__main__":
    main()
