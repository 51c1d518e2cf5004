"""The udev rule and the units that mount a stick, read by the programs that will read them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices import namespace

ROOT = Path(__file__).parents[2]
RULE = ROOT / "packaging/udev/90-civic-kiosk-stick.rules"
UNITS = ROOT / "packaging/systemd"
STRANGE = UNITS / "strange-disk"
RULES = Path("/run/udev/rules.d")
HOST = "/devices/pci0000:00/0000:00:14.0"
DISK = "host6/target6:0:0/6:0:0:0/block/sdb"
EFI = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
FAT = {"ID_FS_TYPE": "vfat", "ID_FS_USAGE": "filesystem", "ID_PART_ENTRY_TYPE": "0xc"}
STICK, STAFF = "civic-kiosk-stick@sdb1.service", "civic-kiosk-staff-stick@sdb1.service"


@pytest.fixture
def rules() -> Iterator[Path]:
    """Where udev looks for rules besides the system's, in a /run of our own, with the package's."""
    if not namespace.inside():
        pytest.fail("needs a /run of its own: python -m devices.namespace -- python -m pytest …")
    RULES.mkdir(parents=True, exist_ok=True)
    mine = RULES / RULE.name
    mine.write_bytes(RULE.read_bytes())
    yield RULES
    for path in RULES.iterdir():
        path.unlink()


def mock(folder: Path, *, bus: str = "usb1/1-1", removable: int = 1, size: int = 81920, name: str = "sdb") -> Path:
    """Write a disk with one partition as umockdev reads it."""
    disk = f"{HOST}/{bus}/{DISK}".replace("sdb", name)
    block = "E: SUBSYSTEM=block\nE: MAJOR=8\n"
    whole = f"{block}N: {name}\nE: DEVTYPE=disk\nE: MINOR=16\nA: removable={removable}\nA: size={size}\n"
    part = f"{block}N: {name}1\nE: DEVTYPE=partition\nE: MINOR=17\nA: partition=1\nA: size=8000\n"
    parts = [f"P: {HOST}/{bus}\nE: SUBSYSTEM={'usb' if 'usb' in bus else 'ata_port'}\n"]
    parts += [f"P: {disk}\n{whole}", f"P: {disk}/{name}1\n{part}"]
    path = folder / "devices.umockdev"
    path.write_text("\n".join(parts), encoding="ascii")
    return path


def properties(mocked: Path, rules: Path, found: dict[str, str], *, part: str = "sdb1") -> dict[str, str]:
    """Return what udev says of a device when it comes. `found`: what its own probes would have read off the stick."""
    lines = [f'KERNEL=="{part}", ENV{{{key}}}="{value}"' for key, value in found.items()]
    (rules / "62-found.rules").write_text("\n".join(lines) + "\n", encoding="ascii")
    paths = [line[3:] for line in mocked.read_text(encoding="ascii").splitlines() if line.startswith("P: ")]
    path = next(each for each in paths if each.endswith(f"/{part}"))
    command = ["umockdev-run", "-d", str(mocked), "--", "udevadm", "test", "--action=add", f"/sys{path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    mine = [line for line in done.stderr.splitlines() if RULE.name in line and not line.startswith("Reading rules file")]
    assert mine == []  # what udev does not understand it says with the file's name
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line and line[0].isupper())


def wanted(mocked: Path, rules: Path, found: dict[str, str]) -> list[str]:
    return properties(mocked, rules, found).get("SYSTEMD_WANTS", "").split()


def test_a_partition_on_a_stick_starts_its_mount(tmp_path: Path, rules: Path) -> None:
    """Should be FAT and exFAT alone, by the kernel's name, whatever the stick calls itself."""
    mocked = mock(tmp_path)
    hostile = {"ID_FS_LABEL": "../../etc", "ID_SERIAL_SHORT": "x;reboot"}
    assert wanted(mocked, rules, FAT | hostile) == [STICK]
    assert wanted(mocked, rules, FAT | {"ID_FS_TYPE": "exfat"}) == [STICK]
    for other in ("ext4", "ntfs", "iso9660", "btrfs", "crypto_LUKS", "vfat2", ""):
        assert wanted(mocked, rules, FAT | {"ID_FS_TYPE": other}) == []
    assert wanted(mocked, rules, FAT | {"ID_FS_USAGE": "raid"}) == []
    for firmware in (EFI, "0xef"):
        assert wanted(mocked, rules, FAT | {"ID_PART_ENTRY_TYPE": firmware}) == []


def test_what_is_no_stick_starts_nothing(tmp_path: Path, rules: Path) -> None:
    """A disk inside, a disk in a USB case, a disk that is none of the kernel's SCSI disks."""
    assert wanted(mock(tmp_path, bus="ata1"), rules, FAT) == []
    assert wanted(mock(tmp_path, removable=0), rules, FAT) == []
    assert properties(mock(tmp_path, name="mmcblk0"), rules, FAT, part="mmcblk01").get("SYSTEMD_WANTS") is None


def test_an_empty_slot_is_as_good_as_a_pulled_stick(tmp_path: Path, rules: Path) -> None:
    """Should make the unit of the disk, and so its mount, go; a whole disk without a table is mounted like a partition."""
    there = properties(mock(tmp_path), rules, FAT, part="sdb")
    assert (there.get("SYSTEMD_WANTS"), there.get("SYSTEMD_READY")) == ("civic-kiosk-stick@sdb.service", None)
    empty = properties(mock(tmp_path, size=0), rules, FAT, part="sdb")
    assert (empty.get("SYSTEMD_WANTS"), empty.get("SYSTEMD_READY")) == (None, "0")


def test_a_stick_of_the_station_is_opened_for_writing(tmp_path: Path, rules: Path) -> None:
    """As the rule's own comment tells a technician to name it; another with another number is not."""
    example = next(line[1:].strip() for line in RULE.read_text(encoding="ascii").splitlines() if "4C530001" in line)
    (rules / "70-station.rules").write_text(example + "\n", encoding="ascii")
    mocked = mock(tmp_path)
    assert wanted(mocked, rules, FAT | {"ID_SERIAL_SHORT": "4C530001"}) == [STICK, STAFF]
    assert wanted(mocked, rules, FAT | {"ID_SERIAL_SHORT": "4C530002"}) == [STICK]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Should find no word in them that it does not know, and every program that they start."""
    for unit in UNITS.glob("*stick@.service"):
        text = unit.read_text(encoding="ascii").replace("/usr/lib/civic-kiosk/strange-disk", str(STRANGE))
        (tmp_path / unit.name).write_text(text, encoding="ascii")
    for unit in (STICK, STAFF):
        command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
        )
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("parent", "mounts", "strange"),
    [
        ("", "", True),
        ("sdb", "\n\n", True),
        ("sdb", "\n/run/civic-kiosk/sticks/sdb1\n", True),
        ("sdb", "\n/boot/efi\n", False),
        ("sdb", "\n[SWAP]\n", False),
        ("sdb", "\n/run/civic-kiosk/sticks/sdb1\\x0a/mnt/by-hand\n", False),
        ("sdb", "\n/run/civic-kiosk/sticksdb\n", False),
    ],
)
def test_a_disk_that_the_machine_uses_is_not_strange(tmp_path: Path, parent: str, mounts: str, strange: bool) -> None:
    """Should be asked of the whole disk, and believe no answer that did not come."""
    program = tmp_path / "lsblk"
    (tmp_path / "parent").write_text(f"{parent}\n")
    (tmp_path / "mounts").write_text(mounts)
    disk = f"/dev/{parent}" if parent else "/dev/sdb1"
    answers = f"*PKNAME*/dev/sdb1) cat {tmp_path}/parent;; *MOUNTPOINTS*{disk}) cat {tmp_path}/mounts;; *) exit 32;;"
    program.write_text(f'#!/bin/sh\ncase "$*" in {answers} esac\n')
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert (subprocess.run([STRANGE, "/dev/sdb1"], check=False, env=environment).returncode == 0) is strange
    assert subprocess.run([STRANGE, "/dev/sdz1"], check=False, env=environment).returncode not in {0, 255}


def test_the_package_brings_them() -> None:
    """Should hand every rule, unit and program of theirs to the installer, and name what they stand on."""
    script = (ROOT / "packaging/deb/build.sh").read_text(encoding="ascii")
    for part in ("packaging/systemd/*.service", "packaging/udev/*.rules", "packaging/systemd/strange-disk"):
        assert part in script
    depends = (ROOT / "packaging/deb/control.in").read_text(encoding="ascii")
    assert "mount, udev" in depends
