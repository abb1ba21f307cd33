"""What holds for all tests: no property is judged by a busy machine's clock; how Windows shares files."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def shared_as_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to delete, rename or replace what this process has open or mapped, as Windows does."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs to know which files are open")
    for name in ("unlink", "remove", "rmdir", "rename", "replace"):
        monkeypatch.setattr(os, name, _refusing(getattr(os, name)))


def _refusing(function: Callable[..., None]) -> Callable[..., None]:
    def refuse(*arguments: Any, dir_fd: int | None = None, **options: Any) -> None:
        folder = Path.cwd() if dir_fd is None else Path(f"/proc/self/fd/{dir_fd}").readlink()
        wanted = {os.path.normpath(folder / os.fspath(path)) for path in arguments}
        if wanted & set(_held_files()):
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(arguments[0]))
        if dir_fd is not None:
            options["dir_fd"] = dir_fd
        function(*arguments, **options)

    return refuse


def _held_files() -> Iterator[str]:
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            yield str(descriptor.readlink())
        except OSError:  # that of the listing itself
            continue
    for line in Path("/proc/self/maps").read_text().splitlines():
        yield line[73:].strip()
