"""How much each account may keep, and how much it does."""

from threading import Lock


class QuotaExceeded(Exception):
    """The account has no room left for this."""

    def __init__(self, owner: str, wanted: int, free: int) -> None:
        super().__init__(f"{owner} wants {wanted} bytes and has {free}")
        self.owner = owner


class QuotaLedger:
    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._used: dict[str, int] = {}
        self._reserved: dict[str, int] = {}
        self._lock = Lock()

    def reserve(self, owner: str, size: int) -> None:
        with self._lock:
            free = self._limit - self._used.get(owner, 0) - self._reserved.get(owner, 0)
            if size > free:
                raise QuotaExceeded(owner, size, free)
            self._reserved[owner] = self._reserved.get(owner, 0) + size

    def charge(self, owner: str, size: int) -> None:
        with self._lock:
            self._reserved[owner] = max(0, self._reserved.get(owner, 0) - size)
            self._used[owner] = self._used.get(owner, 0) + size

    def release(self, owner: str, size: int) -> None:
        with self._lock:
            self._reserved[owner] = max(0, self._reserved.get(owner, 0) - size)

    def used(self, owner: str) -> int:
        return self._used.get(owner, 0)
