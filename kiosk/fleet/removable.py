"""Which stick is in the machine: the one mounted file system that lies on a USB disk.

Knows: mount points and the kernel's names of disks. Does not know: what is written there; it mounts nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
BLOCK = Path("/sys/dev/block")
_OCTAL = re.compile(r"\\([0-7]{3})")


def usb_mounts(mounts: Path = MOUNTS, block: Path = BLOCK, *, writing: bool = True) -> tuple[Path, ...]:
    """Return where file systems of USB disks are mounted, each once. `writing`: those alone that can be written to."""
    found: dict[str, Path] = {}
    for line in mounts.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        device, point, options = fields[2], fields[4], fields[5].split(",")
        disk = block / device
        if ("rw" in options or not writing) and disk.exists() and _on_usb(disk.resolve()):
            found.setdefault(device, Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), point)))
    return tuple(found.values())


def _on_usb(disk: Path) -> bool:
    """A disk's path in /sys leads over the bus that it hangs on: `.../usb1/1-2/...`."""
    return any(re.fullmatch(r"usb\d+", part) for part in disk.parts)
