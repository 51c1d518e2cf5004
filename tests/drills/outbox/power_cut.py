"""A power cut: ext4 on a loop device is shut down without flushing its log. Needs root and loop devices.

What is not on the device by then is gone. The same terminal must lose with `synchronous=NORMAL`, and break without the
fsyncs of its parts, or nothing was tested.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.drills.outbox.judge import Promised, Verdict, judge
from tests.drills.outbox.kill import started, wait
from tests.drills.outbox.outcomes import Outcome, scaled

TRIALS, CONTROLS = 200, 15
_SHUTDOWN = (2 << 30) | (4 << 16) | (ord("X") << 8) | 125
"""EXT4_IOC_SHUTDOWN = _IOR('X', 125, __u32), linux/fs/ext4/ext4.h."""
_NO_LOG_FLUSH = 2
_IMAGE_BYTES = 192 * 2**20


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield ours, the control, and what a disk does that the kernel makes read-only."""
    image, mount = directory / "disk.img", directory / "mount"
    mount.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(_IMAGE_BYTES)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    rng = random.Random(20261124)
    trials, total = scaled(TRIALS, share), Verdict()
    for _ in range(trials):
        total.add(_cut(image, mount, rng))
    must = "0 lost, 0 doubled, 0 resurrected, 0 corrupt"
    yield Outcome("power cut", trials, must, total.text(), total.clean and total.puts > trials)
    controls, total = scaled(CONTROLS, share), Verdict()
    for _ in range(controls):
        total.add(_cut(image, mount, rng, "NORMAL"))
    yield Outcome("power cut, control at synchronous=NORMAL", controls, "loses", total.text(), total.lost > 0)
    total = Verdict()
    for _ in range(controls):
        total.add(_cut(image, mount, rng, "unsynced-parts"))
    yield Outcome("power cut, control without fsync of parts", controls, "breaks", total.text(), total.corrupt > 0)
    yield _read_only(image, mount)


def _cut(image: Path, mount: Path, rng: random.Random, *settings: str) -> Verdict:
    promised = Promised()
    with _mounted(image, mount):
        place = mount / "outbox"
        shutil.rmtree(place, ignore_errors=True)
        os.sync()
        process = started(place, *settings)
        os.sync()  # the empty store is no promise; what follows is
        wait(rng.uniform(0.02, 0.25))
        # Nothing runs after a real cut: what the terminal says from here on, on a dead disk, is no promise.
        cut_ns = time.monotonic_ns()
        handle = os.open(mount, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(handle)
        process.kill()
        promised.hear(process.communicate()[0], before_ns=cut_ns)
    with _mounted(image, mount):
        return judge(mount / "outbox", promised)


def _read_only(image: Path, mount: Path) -> Outcome:
    """The kernel finds an error and takes the disk's pen away: every put is refused by name, nothing is half accepted."""
    promised = Promised()
    with _mounted(image, mount, "errors=remount-ro"):
        place = mount / "outbox"
        shutil.rmtree(place, ignore_errors=True)
        process = started(place)
        wait(0.2)
        source = subprocess.run(["findmnt", "-no", "SOURCE", str(mount)], check=True, capture_output=True, text=True)
        Path(f"/sys/fs/ext4/{Path(source.stdout.strip()).name}/trigger_fs_error").write_text("1")
        wait(0.3)
        process.kill()
        promised.hear(process.communicate()[0])
    with _mounted(image, mount):
        verdict = judge(mount / "outbox", promised)
    named = sorted(set(promised.refused))
    holds = verdict.clean and bool(named) and set(named) <= {"queue.io", "queue.unwritable", "queue.commit_unknown"}
    return Outcome("disk turned read-only", 1, "refused by name, 0 lost", f"{verdict.text()}; {', '.join(named)}", holds)


@contextmanager
def _mounted(image: Path, mount: Path, *options: str) -> Iterator[None]:
    subprocess.run(["mount", "-o", ",".join(("loop", "commit=600", *options)), str(image), str(mount)], check=True)
    try:
        yield
    finally:
        for _ in range(100):
            if subprocess.run(["umount", str(mount)], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                break
            wait(0.05)
        else:
            raise RuntimeError(f"cannot unmount {mount}")
