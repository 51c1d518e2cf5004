"""A Debian 12 of its own in QEMU, into whose USB port sticks are put and out of which they are pulled.

Knows: how the machine is made (debootstrap, the package's rule, units and postinst), started and spoken to. Does not know:
what has to come of a stick. The whole system lies in memory and runs by emulation, so that no machine need lend its own.
"""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[3]
PACKAGES = "systemd,systemd-sysv,udev,mount,kmod,adduser,util-linux-extra,python3-minimal,libpython3-stdlib,ntfs-3g"
MODULES = ("arch/x86/crypto", "block", "crypto", "drivers/ata", "drivers/cdrom", "drivers/scsi", "drivers/usb", "fs", "lib")
"""Of the kernel's: enough for USB, disks and every file system."""
FIRST = "stick0"
"""The stick that is in when the machine starts."""
BOOT_S, ANSWER_S = 180.0, 60.0
_SHELL = """[Unit]
After=multi-user.target
[Service]
ExecStart=/bin/sh -c 'stty -F /dev/ttyS1 raw -echo clocal; exec </dev/ttyS1 >/dev/ttyS1; echo ready; exec /bin/sh'
[Install]
WantedBy=multi-user.target
"""


def made(folder: Path) -> tuple[Path, Path]:
    """Return kernel and initial memory disk of a Debian 12 with the package's parts, made anew from a kept debootstrap."""
    plain, root = folder / "debian", folder / "root"
    if not (folder / "debian.ready").exists():
        shutil.rmtree(plain, ignore_errors=True)
        _bootstrap(plain)
        (folder / "debian.ready").touch()
    shutil.rmtree(root, ignore_errors=True)
    _run("cp", "-a", "--reflink=auto", plain, root)
    _install(root)
    disk = folder / "root.cpio"
    with disk.open("wb") as file:
        names = subprocess.run(["find", ".", "-print0"], cwd=root, check=True, capture_output=True).stdout
        subprocess.run(["cpio", "-0", "-o", "-H", "newc", "--quiet"], cwd=root, check=True, input=names, stdout=file)
    return folder / "vmlinuz", disk


def _run(*command: str | Path, **more: Any) -> str:
    return subprocess.run([*map(str, command)], check=True, text=True, stdout=subprocess.PIPE, **more).stdout.strip()


def _bootstrap(plain: Path) -> None:
    """Make a plain Debian 12 with a kernel, without what no machine in memory needs."""
    mirror = _run("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Codename: bookworm")
    _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", plain, mirror.splitlines()[0])
    depends = _run("apt-cache", "--important", "depends", "linux-image-amd64")
    kernel = next(word for word in depends.split() if word.startswith("linux-image-"))
    name = next(word for word in depends.split() if word.startswith("linux-image-") and word != "linux-image-amd64")
    unpacked = plain.parent / kernel
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir()
    _run("apt-get", "-q", "download", name, cwd=unpacked)
    _run("dpkg-deb", "-x", next(unpacked.glob("*.deb")), unpacked)
    version = name.removeprefix("linux-image-")
    shutil.copy(unpacked / "boot" / f"vmlinuz-{version}", plain.parent / "vmlinuz")
    shutil.copy(unpacked / "boot" / f"config-{version}", plain / "boot")
    modules = Path("lib/modules") / version
    for part in MODULES:
        shutil.copytree(unpacked / modules / "kernel" / part, plain / modules / "kernel" / part)
    for list_of in unpacked.glob(f"{modules}/modules.*"):
        shutil.copy(list_of, plain / modules)
    _run("chroot", plain, "depmod", version)
    for needless in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man"):
        shutil.rmtree(plain / needless, ignore_errors=True)
    shutil.rmtree(unpacked)


def _install(root: Path) -> None:
    """Put in what the Debian package brings for sticks, as its own script does, and the program that finds them."""
    script = (ROOT / "packaging/deb/build.sh").read_text(encoding="utf-8")
    parts = ("packaging/udev", "packaging/systemd", "install -d")
    copies = [line for line in script.splitlines() if line.startswith("install ") and any(part in line for part in parts)]
    _run("sh", "-euc", "\n".join(copies), cwd=ROOT, env={"root": str(root), "PATH": "/usr/bin:/bin"})
    shutil.copy(ROOT / "packaging/deb/postinst", root / "tmp/postinst")
    _run("chroot", root, "sh", "/tmp/postinst", "configure")
    shutil.copytree(ROOT / "kiosk", root / "opt/kiosk/kiosk", ignore=shutil.ignore_patterns("__pycache__", "data", "demo"))
    (root / "etc/systemd/system/drill.service").write_text(_SHELL, encoding="utf-8")
    _run("systemctl", "--root", root, "-q", "enable", "drill.service")
    _run("systemctl", "--root", root, "-q", "mask", "serial-getty@.service", "getty@.service", "e2scrub_reap.service")
    (root / "init").symlink_to("usr/lib/systemd/systemd")
    _run("chroot", root, "sh", "-c", "echo drill > /etc/hostname; : > /etc/machine-id; passwd -d root; : > /etc/fstab")


class Machine:
    """The machine while it runs; a context manager."""

    def __init__(self, folder: Path, kernel: Path, disk: Path, *, in_it: Path) -> None:
        self._port = folder / "qmp"
        folder.mkdir(parents=True, exist_ok=True)
        self._command = [
            "qemu-system-x86_64", "-nodefaults", "-display", "none", "-m", "2048", "-smp", "1",
            "-machine", "q35,accel=tcg", "-cpu", "max", "-kernel", kernel, "-initrd", disk,
            "-append", "rdinit=/init console=ttyS0",
            "-serial", f"file:{folder / 'console.log'}", "-serial", "stdio",
            "-qmp", f"unix:{self._port}", "-device", "qemu-xhci,id=usb",
            "-blockdev", f"driver=raw,node-name={FIRST},file.driver=file,file.filename={in_it}",
            "-device", f"usb-storage,id={FIRST},drive={FIRST},bus=usb.0,removable=on",
        ]  # fmt: skip
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        with ExitStack() as held:
            self._shell, theirs = socket.socketpair()
            held.enter_context(self._shell)
            line = held.enter_context(socket.socket(socket.AF_UNIX))
            self._port.unlink(missing_ok=True)
            line.bind(str(self._port))
            line.listen()
            line.settimeout(ANSWER_S)
            with theirs:
                process = subprocess.Popen([*map(str, self._command)], stdin=theirs, stdout=theirs)
            held.callback(process.wait)
            held.callback(process.kill)
            self._qmp = held.enter_context(line.accept()[0])
            self._qmp.settimeout(ANSWER_S)
            self._read_qmp()  # it greets
            self._do("qmp_capabilities")
            self._heard("ready", BOOT_S)
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    # --- the port ---

    def _read_qmp(self) -> dict[str, Any]:
        line = b""
        while not line.endswith(b"\n"):
            line += self._qmp.recv(1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _do(self, command: str, **arguments: Any) -> None:
        self._qmp.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while "return" not in (answer := self._read_qmp()):
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")

    def put_in(self, image: Path, *, serial: str = "", removable: bool = True, settle: bool = True) -> str:
        """Put a stick into the port; return the name by which it is pulled."""
        name = f"stick{next(self._numbers)}"
        self._do("blockdev-add", **{"node-name": name, "driver": "raw", "file": {"driver": "file", "filename": str(image)}})
        more = {"serial": serial} if serial else {}
        self._do("device_add", driver="usb-storage", id=name, drive=name, bus="usb.0", removable=removable, **more)
        if settle:
            self.settle()
        return name

    def pull(self, name: str) -> None:
        """Pull a stick, whatever is done with it just then."""
        self._do("device_del", id=name)
        self.settle()

    def take_medium(self, name: str) -> None:
        """Take the card out of a reader that stays in the port."""
        self._do("eject", id=f"/machine/peripheral/{name}/{name}.0/legacy[0]", force=True)

    def settle(self) -> None:
        """Wait until the kernel has looked at what came, and udev and systemd have done what follows."""
        self.run(
            "sleep 2; udevadm settle; while systemctl list-jobs --no-legend | grep -q stick; do sleep 0.1; done; sleep 0.3"
        )

    # --- inside ---

    def run(self, command: str, *, within_s: float = ANSWER_S) -> tuple[int, str]:
        """Run a line of shell as root; return its exit status and what it said. Raises: TimeoutError."""
        mark = f"--{next(self._numbers)}--"
        self._shell.sendall(f"( {command}\n) 2>&1; echo {mark}$?\n".encode())
        text, _, status = self._heard(mark, within_s).rpartition(mark)
        return int(status), text.strip()

    def _heard(self, mark: str, within_s: float) -> str:
        """Return what the shell said up to the end of the line with this mark."""
        self._shell.settimeout(within_s)
        said = b""
        while not (mark.encode() in said and said.endswith(b"\n")):
            said += self._shell.recv(65536)
        return said.decode(errors="replace")

    def ask(self, command: str) -> str:
        """Return what a line of shell says. Raises: RuntimeError when it fails."""
        status, text = self.run(command)
        if status:
            raise RuntimeError(f"{command}: {status}: {text}")
        return text
