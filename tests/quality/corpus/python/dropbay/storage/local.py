import os
import tempfile
from pathlib import Path
from typing import BinaryIO


class LocalStorage:
    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def put(self, key: str, body: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)

    def get(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def open_write(self, key: str) -> BinaryIO:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")

    def keys(self, prefix: str) -> list[str]:
        base = self._root / prefix
        return sorted(str(p.relative_to(self._root)) for p in base.rglob("*") if p.is_file())

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root.resolve()):
            raise PermissionError(key)
        return path
