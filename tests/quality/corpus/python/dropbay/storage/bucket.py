import io
from typing import BinaryIO

from dropbay.retry import with_retries


class BucketStorage:
    """Objects in a remote bucket, spoken to over HTTP."""

    def __init__(self, bucket: str, client=None) -> None:
        self._bucket = bucket
        self._client = client

    def put(self, key: str, body: bytes) -> None:
        with_retries(lambda: self._client.put_object(self._bucket, key, body))

    def get(self, key: str) -> bytes:
        return with_retries(lambda: self._client.get_object(self._bucket, key))

    def delete(self, key: str) -> None:
        with_retries(lambda: self._client.delete_object(self._bucket, key))

    def open_write(self, key: str) -> BinaryIO:
        return _Buffered(self, key)

    def keys(self, prefix: str) -> list[str]:
        found, marker = [], None
        while True:
            page = self._client.list_objects(self._bucket, prefix, marker)
            found += page.keys
            marker = page.next_marker
            if marker is None:
                return found


class _Buffered(io.BytesIO):
    def __init__(self, storage: BucketStorage, key: str) -> None:
        super().__init__()
        self._storage, self._key = storage, key

    def close(self) -> None:
        if not self.closed:
            self._storage.put(self._key, self.getvalue())
        super().close()
