"""Where bytes are kept. Everything above this package sees a `Storage` and no more."""

from typing import BinaryIO, Protocol


class Storage(Protocol):
    """A flat place for objects, each under a key."""

    def put(self, key: str, body: bytes) -> None: ...

    def get(self, key: str) -> bytes: ...

    def delete(self, key: str) -> None: ...

    def open_write(self, key: str) -> BinaryIO: ...

    def keys(self, prefix: str) -> list[str]: ...


def storage_for(url: str) -> Storage:
    """Choose a backend by the scheme of its address: `file:` or `bucket:`."""
    scheme, _, rest = url.partition(":")
    if scheme == "file":
        from dropbay.storage.local import LocalStorage

        return LocalStorage(rest)
    if scheme == "bucket":
        from dropbay.storage.bucket import BucketStorage

        return BucketStorage(rest)
    raise ValueError(f"no storage for {scheme}:")
