"""Sticks as images: with and without a table of partitions, of every file system, with names and labels to stumble over.

Knows: mkfs, mcopy, sfdisk. Does not know: the machine that they are put into.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

MIB = 2**20
EFI = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
PAPER = b"\xff\xd8\xff\xe0 a picture " + b"." * 3 * MIB
NAME = "证明 材料.jpg"
PLAIN = "STICK"
SIZE_MIB = 40
"""The least of FAT32 is 33 MiB."""
_MAKE = {
    "vfat": ("mkfs.vfat", "-F", "32", "-n"), "exfat": ("mkfs.exfat", "-L"), "ext4": ("mkfs.ext4", "-q", "-F", "-L"),
    "ntfs": ("mkfs.ntfs", "-q", "-f", "-F", "-L"),
}  # fmt: skip


def volume(path: Path, kind: str = "vfat", files: Mapping[str, bytes] | None = None, label: str = PLAIN) -> Path:
    """Make an image of one file system, with these files on a vfat (by default one paper)."""
    with path.open("wb") as file:
        file.truncate(SIZE_MIB * MIB)
    subprocess.run([*_MAKE[kind], PLAIN, str(path)], check=True, capture_output=True)
    if label != PLAIN:  # mkfs makes no hostile ones
        path.write_bytes(path.read_bytes().replace(PLAIN.ljust(11).encode(), label.ljust(11).encode()[:11]))
    for name, data in ({NAME: PAPER} if files is None else files).items() if kind == "vfat" else ():
        whole = path.with_suffix(".file")
        whole.write_bytes(data)
        # mtools takes names in the character set of its locale
        command = ["mcopy", "-i", str(path), str(whole), f"::{name}"]
        subprocess.run(command, check=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "MTOOLS_SKIP_CHECK": "1"})
        whole.unlink()
    return path


def partitioned(path: Path, *parts: tuple[str, Path], table: str = "dos") -> Path:
    """Make an image with a table of partitions, each of a type and with the content of an image."""
    begins = range(1, 1 + len(parts) * (SIZE_MIB + 1), SIZE_MIB + 1)
    with path.open("wb") as file:
        file.truncate((2 + len(parts) * (SIZE_MIB + 1)) * MIB)
    lines = [f"start={begin}MiB, size={SIZE_MIB}MiB, type={kind}" for begin, (kind, _) in zip(begins, parts, strict=False)]
    script = "\n".join((f"label: {table}", *lines))
    subprocess.run(["sfdisk", "-q", str(path)], input=script, text=True, check=True, capture_output=True)
    with path.open("r+b") as file:
        for begin, (_, content) in zip(begins, parts, strict=False):
            file.seek(begin * MIB)
            file.write(content.read_bytes())
    return path


def torn(path: Path, whole: Path) -> Path:
    """Copy a vfat whose table of clusters and folders were scribbled over behind a good first sector."""
    data = bytearray(whole.read_bytes())
    data[MIB : 3 * MIB] = bytes(range(256)) * (2 * MIB // 256)
    data[32 * 512 : MIB] = b"\xa5" * (MIB - 32 * 512)
    path.write_bytes(data)
    return path
