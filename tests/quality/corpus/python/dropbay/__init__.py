"""Large uploads in pieces: sessions, storage, and what happens after the last piece."""

from dropbay.storage import Storage
from dropbay.uploads import UploadSession, UploadState

__all__ = ["Storage", "UploadSession", "UploadState"]
