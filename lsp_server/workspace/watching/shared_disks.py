"""Which disks others can change, too, without an event of this system: a server, the host of a container."""

import os
import sys
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

_SHARED = frozenset(
    {
        *("9p", "virtiofs", "fakeowner", "fuse.grpcfuse", "fuse.osxfs"),
        *("vboxsf", "fuse.vmhgfs-fuse", "prl_fs"),
        *("nfs", "nfs4", "cifs", "smb3", "afs", "fuse.sshfs"),
        *("beegfs", "ceph", "fuse.ceph", "fuse.ceph-fuse", "fuse.glusterfs", "gpfs", "lustre", "orangefs"),
        *("gfs2", "ocfs2"),
        *("fuse.blobfuse2", "fuse.gcsfuse", "fuse.rclone", "fuse.s3fs"),
    }
)
"""The types of their file systems. Each line is one kind: the host's disk in WSL or Docker Desktop, the
host's disk in other virtual machines, a server's disk, the disks of a cluster of servers, one disk that
several machines are connected to, and storage in a cloud."""


def is_shared(folder: Path) -> bool:
    """Tell whether others can change a folder unnoticed; False where that can't be told."""
    if sys.platform == "linux":
        with suppress(OSError):
            device = folder.stat().st_dev
            mounts = MOUNTS.read_text(encoding="utf-8", errors="replace")
            return _type_of(f"{os.major(device)}:{os.minor(device)}", mounts) in _SHARED
    return False


def _type_of(device: str, mounts: str) -> str:
    """Return the type of a device's file system, as the table of mounts has it (proc(5), mountinfo)."""
    for line in mounts.splitlines():
        mount, _, file_system = line.partition(" - ")
        if device in mount.split(maxsplit=3)[:3]:
            return file_system.partition(" ")[0]
    return ""
