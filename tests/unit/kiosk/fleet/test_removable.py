"""Which of the mounted disks are sticks, and what mounts them by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.fleet import removable

FIRST = "90 22 8:17 / /run/civic-kiosk/sticks/sdb1 ro,nosuid - vfat /dev/sdb1 ro\n"
SECOND = "91 22 8:18 / /run/civic-kiosk/sticks/sdb2 ro,nosuid - exfat /dev/sdb2 ro\n"
OTHER = "92 22 8:32 / /media/my\\040stick rw,nosuid - vfat /dev/sdc rw\n"
MACHINE = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n93 22 0:44 / /run rw - tmpfs tmpfs rw\n"


class Disks:
    """A machine with a disk inside and two on USB, and what it says is mounted."""

    def __init__(self, folder: Path) -> None:
        self.block, self.disks, self.mounts = folder / "block", folder / "disks", folder / "mountinfo"
        self.block.mkdir()
        places = {
            "8:1": "ata1/block/sda/sda1", "8:17": "usb2/2-1/block/sdb/sdb1", "8:18": "usb2/2-1/block/sdb/sdb2",
            "8:32": "usb2/2-2/block/sdc",
        }  # fmt: skip
        for device, where in places.items():
            path = folder / "devices/pci0" / where
            path.mkdir(parents=True)
            if path.name[-1].isdigit():
                (path / "partition").write_text(path.name[-1])
            (self.block / device).symlink_to(path)

    def sticks(self, *lines: str, writing: bool = False) -> list[list[str]]:
        self.mounts.write_text("".join((MACHINE, *lines)), encoding="ascii")
        return [[str(point) for point in stick] for stick in removable.sticks(self.mounts, self.block, writing=writing)]


@pytest.fixture
def disks(tmp_path: Path) -> Disks:
    return Disks(tmp_path)


def test_a_stick_is_told_from_a_disk_by_its_bus(disks: Disks) -> None:
    """Should be what hangs on USB alone, each file system once; a name with a space is read as the kernel writes it."""
    again = "94 22 8:32 / /mnt/again rw,nosuid - vfat /dev/sdc rw\n"
    assert disks.sticks() == []
    assert disks.sticks(OTHER, again) == [["/media/my stick"]]
    assert removable.sticks() == removable.sticks()  # this machine's own are read without a failure


def test_two_partitions_are_one_stick_and_two_disks_are_two(disks: Disks) -> None:
    """Should not take the parts of one stick for sticks of two people."""
    assert disks.sticks(FIRST, SECOND) == [["/run/civic-kiosk/sticks/sdb1", "/run/civic-kiosk/sticks/sdb2"]]
    assert disks.sticks(FIRST, OTHER) == [["/run/civic-kiosk/sticks/sdb1"], ["/media/my stick"]]


def test_what_can_be_written_to_is_told_apart(disks: Disks) -> None:
    """Should leave out what the package mounted to be read."""
    assert disks.sticks(FIRST, OTHER, writing=True) == [["/media/my stick"]]
    assert removable.usb_mounts(disks.mounts, disks.block) == (Path("/media/my stick"),)


@pytest.mark.parametrize("place", ["/", "/boot/efi", "/var/lib/civic-kiosk", "/mediathek"])
def test_a_disk_that_holds_something_of_the_machine_is_no_stick(disks: Disks, place: str) -> None:
    """Should show nobody what lies beside the system or the data, though the disk hangs on USB."""
    own = f"95 22 8:18 / {place} rw - ext4 /dev/sdb2 rw\n"
    assert disks.sticks(FIRST, own, OTHER) == [["/media/my stick"]]
    assert disks.sticks(own, FIRST, writing=True) == []


def test_a_pulled_stick_is_none_though_its_mount_is_still_there(disks: Disks) -> None:
    """Should believe the kernel's devices: a mount may outlive its disk by a moment."""
    (disks.block / "8:17").unlink()
    assert disks.sticks(FIRST) == []


def test_a_stick_of_which_nothing_is_mounted_is_seen(disks: Disks) -> None:
    """Should be a removable USB disk alone, with a medium in it; one partition that is mounted is enough."""
    names = {"removable": "1", "size": "80000", "dev": "8:16"}
    disk = (disks.block / "8:17").resolve().parent
    disks.disks.mkdir()
    (disks.disks / "sdb").symlink_to(disk)

    def unread(*lines: str, **changed: str) -> bool:
        for name, value in (names | changed).items():
            (disk / name).write_text(f"{value}\n")
        disks.sticks(*lines)
        return removable.unread(disks.mounts, disks.disks)

    for part in ("1", "2"):
        (disk / f"sdb{part}" / "dev").write_text(f"8:{16 + int(part)}\n")
    assert unread()
    assert unread(OTHER)
    assert not unread(SECOND)
    assert not unread(removable="0")
    assert not unread(size="0")
    (disks.disks / "sdb").unlink()
    inside = (disks.block / "8:1").resolve().parent
    for name, value in names.items():
        (inside / name).write_text(f"{value}\n")
    (disks.disks / "sda").symlink_to(inside)
    assert not unread()
    assert removable.unread() is removable.unread()  # this machine's own are read without a failure


def test_what_mounts_sticks_is_looked_for(tmp_path: Path) -> None:
    """Should name what is missing, one after the other; and a configured folder that is not there."""
    said = []
    for path in removable.NEEDED.values():
        said.append(removable.probe(tmp_path))
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert said == ["stick.no_rule", "stick.no_unit", "stick.no_udev"]
    assert removable.probe(tmp_path) is None
    assert removable.place_probe(tmp_path) is None
    assert removable.place_probe(tmp_path / "gone") == "stick.no_folder"
