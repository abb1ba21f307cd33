"""Settings, from the environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    secret: bytes
    root: str
    quota_bytes: int
    retry_limit: int
    thumbnail_sizes: str

    def get_retry_limit(self) -> int:
        return self.retry_limit

    def get_quota(self) -> int:
        return self.quota_bytes

    def get_thumbnail_sizes(self) -> list[str]:
        return self.thumbnail_sizes.split(",")


def load_settings(environment=os.environ) -> Settings:
    """Read all settings, and fail with the name of the first that is missing."""
    return Settings(
        secret=environment["DROPBAY_SECRET"].encode(),
        root=environment["DROPBAY_ROOT"],
        quota_bytes=_bytes(environment.get("DROPBAY_QUOTA", "10G")),
        retry_limit=int(environment.get("DROPBAY_RETRIES", "5")),
        thumbnail_sizes=environment.get("DROPBAY_THUMBNAILS", "64,256"),
    )


def _bytes(text: str) -> int:
    """Turn "500M" or "10G" into a number of bytes."""
    factor = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1].upper())
    return int(text) if factor is None else int(text[:-1]) * factor
