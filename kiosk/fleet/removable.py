"""Which sticks are in the machine: disks on USB whose file systems lie where media that come and go are mounted.

Knows: mount points and the kernel's names of disks. Does not know: what is written there; it mounts nothing. The package's
udev rule and `civic-kiosk-stick@.service` do, below `STICKS`; on other machines a desktop does, or a person.
"""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
BLOCK = Path("/sys/dev/block")
DISKS = Path("/sys/block")
STICKS = Path("/run/civic-kiosk/sticks")
PLACES = (STICKS, Path("/media"), Path("/run/media"), Path("/mnt"))
"""A disk of which anything is mounted elsewhere is the machine's own, on whatever bus it hangs."""
NEEDED = {
    "stick.no_rule": "usr/lib/udev/rules.d/90-civic-kiosk-stick.rules",
    "stick.no_unit": "usr/lib/systemd/system/civic-kiosk-stick@.service",
    "stick.no_udev": "run/udev/control",
}
"""What mounts a stick by itself, by the code of its want."""
_OCTAL = re.compile(r"\\([0-7]{3})")


def sticks(
    mounts: Path = MOUNTS, block: Path = BLOCK, *, writing: bool = False
) -> tuple[tuple[Path, ...], ...]:
    """Return for each stick where its file systems are mounted, each once. `writing`: those that can be written to."""
    disks: dict[Path, dict[str, Path]] = {}
    own: set[Path] = set()
    for line in mounts.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        device, point, options = fields[2], Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])), fields[5]
        disk = _usb_disk(block / device)
        if disk is None:
            continue
        if not any(place in point.parents for place in PLACES):
            own.add(disk)
        elif "rw" in options.split(",") or not writing:
            disks.setdefault(disk, {}).setdefault(device, point)
    return tuple(tuple(points.values()) for disk, points in disks.items() if disk not in own)


def usb_mounts(mounts: Path = MOUNTS, block: Path = BLOCK) -> tuple[Path, ...]:
    """Return where the file systems of sticks are mounted to be written to."""
    return tuple(point for stick in sticks(mounts, block, writing=True) for point in stick)


def unread(mounts: Path = MOUNTS, disks: Path = DISKS) -> bool:
    """Say whether a removable USB disk is there of which nothing is mounted, for want of a driver or of a file system."""
    mounted = {line.split()[2] for line in mounts.read_text(encoding="utf-8").splitlines()}
    return any(not mounted & devices for devices in map(_stick_devices, disks.glob("sd*")) if devices)


def probe(root: Path = Path("/")) -> str | None:
    """Return the code of what a stick would wait for in vain on this machine, None if it is mounted by itself."""
    return next((code for code, path in NEEDED.items() if not (root / path).exists()), None)


def place_probe(place: Path) -> str | None:
    """Return the code of what is wrong with the one place at which the configuration says that a stick is mounted."""
    return None if place.is_dir() else "stick.no_folder"


def _stick_devices(disk: Path) -> set[str]:
    """Return the kernel's numbers of a removable USB disk and of its partitions, of any other disk none."""
    try:
        removable, size = ((disk / name).read_text(encoding="ascii").strip() for name in ("removable", "size"))
        if removable != "1" or size == "0" or _usb_disk(disk) is None:
            return set()
        return {path.read_text(encoding="ascii").strip() for path in (disk / "dev", *disk.glob("sd*/dev"))}
    except OSError:
        return set()  # pulled in between


def _usb_disk(device: Path) -> Path | None:
    """Return the whole disk of a partition, if its path in /sys leads over USB: `.../usb1/1-2/.../block/sdb/sdb1`."""
    if not device.exists():
        return None
    path = device.resolve()
    if not any(re.fullmatch(r"usb\d+", part) for part in path.parts):
        return None
    return path.parent if (path / "partition").exists() else path
