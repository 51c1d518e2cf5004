"""What is done with sticks, and what the machine must say of it afterwards.

Knows: one function for each trial, which returns what must come and what came. Does not know: how the machine runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.drills.stick.machine import FIRST, ROOT, Machine
from tests.drills.stick.sticks import EFI, NAME, PAPER, partitioned, torn, volume

PLACE = "/run/civic-kiosk/sticks"
ONE = f"1 stick: {NAME}={len(PAPER)}"
NONE = "0 sticks"
READER = """
import sys, time
from pathlib import Path
with open(sys.argv[1], "rb", buffering=0) as file:
    file.read(9)
    Path("/tmp/open").touch()
    while not Path("/tmp/go").exists():
        time.sleep(0.1)
    try:
        print(len(file.read()))
    except OSError as error:
        print("errno", error.errno)
"""
GONE = "0 sticks, 0 mounts, 0 folders, 0 units"


class Bench:
    """The machine, the sticks in it, and what is asked of it again and again."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine, self._folder = machine, folder
        self._in = [FIRST]
        self._program = (ROOT / "tests/drills/stick/seen.py").read_text(encoding="utf-8")
        machine.ask(f"cat > /opt/seen.py <<'END'\n{self._program}\nEND")

    def image(self, name: str) -> Path:
        return self._folder / f"{name}.img"

    def put_in(self, image: Path, **more: Any) -> str:
        self._in.append(self.machine.put_in(image, **more))
        return self._in[-1]

    def pull(self, name: str) -> None:
        self._in.remove(name)
        self.machine.pull(name)

    def pull_all(self) -> None:
        for name in self._in[:]:
            self.pull(name)

    def told(self) -> dict[str, Any]:
        """What the program finds, as the terminal's user."""
        command = "cd /opt/kiosk && PYTHONPATH=. setpriv --reuid civic-kiosk --regid civic-kiosk --clear-groups"
        told: dict[str, Any] = json.loads(self.machine.ask(f"{command} python3 -B /opt/seen.py"))
        return told

    def seen(self) -> str:
        sticks = self.told()["sticks"]
        files = "; ".join(" ".join(f"{name}={size}" for name, size in stick) or "empty" for stick in sticks)
        return f"{len(sticks)} stick{'' if len(sticks) == 1 else 's'}{': ' if sticks else ''}{files}"

    def left(self) -> str:
        """What is left of sticks: in the program's eyes, of mounts, of folders, of units."""
        counts = self.machine.ask(
            f"grep -c ' {PLACE}/' /proc/self/mountinfo; ls {PLACE} 2>/dev/null | wc -l;"
            " systemctl list-units --all --no-legend 'civic-kiosk-*stick@*' | wc -l"
        ).split()
        mounts, folders, units = counts
        return f"{self.seen()}, {mounts} mounts, {folders} folders, {units} units"


Trial = Callable[[Bench], tuple[str, str]]


def in_at_start(bench: Bench) -> tuple[str, str]:
    """It was in when the machine was switched on."""
    bench.machine.settle()
    return ONE, bench.seen()


def with_table(bench: Bench) -> tuple[str, str]:
    """The usual stick; a name in Chinese."""
    bench.put_in(partitioned(bench.image("a"), ("c", volume(bench.image("v")))))
    return ONE, bench.seen()


def without_table(bench: Bench) -> tuple[str, str]:
    bench.put_in(volume(bench.image("a")))
    return ONE, bench.seen()


def exfat(bench: Bench) -> tuple[str, str]:
    """Written in the machine itself, by hand, since nothing here can: then pulled and put in as anybody's."""
    path = volume(bench.image("a"), "exfat")
    name = bench.put_in(path)
    device = bench.machine.ask(f"ls {PLACE}")
    bench.machine.ask(
        f"systemctl stop civic-kiosk-stick@{device}; mount /dev/{device} /mnt;"
        f" (printf '\\377\\330\\377'; head -c 100000 /dev/zero) > '/mnt/{NAME}'; umount /mnt"
    )
    bench.pull(name)
    bench.put_in(path)
    return f"1 stick: {NAME}=100003", bench.seen()


def options(bench: Bench) -> tuple[str, str]:
    """To be read only, nothing to be run or to become somebody by, the terminal's own and closed to everybody else."""
    bench.put_in(volume(bench.image("a")))
    line = bench.machine.ask(f"findmnt -rno FSTYPE,VFS-OPTIONS $(echo {PLACE}/*)")
    rights = bench.machine.ask(f"stat -c '%U %a' {PLACE}/*/ {PLACE}/*/*")
    others = bench.machine.run(f"setpriv --reuid nobody --clear-groups ls {PLACE}/*")[0]
    found = f"{line}; {' '.join(rights.split())}; {'closed' if others else 'open'} to others"
    return "vfat ro,nosuid,nodev,noexec,relatime; civic-kiosk 700 civic-kiosk 600; closed to others", found


def two(bench: Bench) -> tuple[str, str]:
    """Both are mounted, and both seen: whose is whose, nobody knows."""
    for name in "ab":
        bench.put_in(volume(bench.image(name)))
    return f"2 sticks: {NAME}={len(PAPER)}; {NAME}={len(PAPER)}", bench.seen()


def partitions(bench: Bench) -> tuple[str, str]:
    """One for firmware, as macOS makes it, and two of the person: one stick."""
    firmware = volume(bench.image("f"), files={"firmware.jpg": PAPER})
    first, second = (volume(bench.image(name), files={f"{name}.jpg": PAPER}) for name in ("one", "two"))
    basic = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
    path = partitioned(bench.image("a"), (EFI, firmware), (basic, first), (basic, second), table="gpt")
    bench.put_in(path)
    found = bench.seen().replace("two.jpg", "one.jpg")  # of one moment, in whichever order
    return f"1 stick: one.jpg={len(PAPER)} one.jpg={len(PAPER)}", found


def other_systems(bench: Bench) -> tuple[str, str]:
    """Neither Linux' own nor NTFS reaches a driver; the program can tell that they are there."""
    for kind in ("ext4", "ntfs"):
        bench.put_in(volume(bench.image(kind), kind))
    found = f"{bench.left()}; unread {bench.told()['unread']}"
    bench.pull_all()
    bench.put_in(volume(bench.image("a")))
    return f"{GONE}; unread True, then False", f"{found}, then {bench.told()['unread']}"


def labels(bench: Bench) -> tuple[str, str]:
    """What a stick calls itself goes nowhere: not into a path, not into a shell."""
    bench.machine.ask("rm -f /tmp/x")
    for number, label in enumerate(("../../ETC", "$(>/TMP/X)", "`ID`;'%N\"")):
        bench.put_in(volume(bench.image(f"l{number}"), label=label), serial="../$(touch /tmp/x)")
        bench.pull_all()
    bench.put_in(volume(bench.image("l0"), label="../../ETC"), serial="../$(touch /tmp/x)")
    at = bench.machine.ask(f"findmnt -rno TARGET -t vfat; ls {PLACE} | wc -l; test -e /tmp/x && echo executed || echo quiet")
    return f"{PLACE}/sd 1 quiet", re.sub(r"(?<=/sd)\w+", "", " ".join(at.split()))


def fixed(bench: Bench) -> tuple[str, str]:
    """A disk in a USB case is nobody's stick."""
    bench.put_in(volume(bench.image("a")), removable=False)
    return GONE, bench.left()


def own_disk(bench: Bench) -> tuple[str, str]:
    """Of a disk that holds something of the machine nothing is mounted as a stick, and the program sees none."""
    first, second = volume(bench.image("one")), volume(bench.image("two"))
    bench.put_in(partitioned(bench.image("a"), ("c", first), ("c", second)))
    before = bench.seen()[:7]
    bench.machine.ask("systemctl stop 'civic-kiosk-stick@*'; mkdir -p /srv/own /mnt/hand; mount -r /dev/sd?2 /srv/own")
    status = bench.machine.run("systemctl start civic-kiosk-stick@$(basename /dev/sd?1)")[0]
    bench.machine.ask("mount -r /dev/sd?1 /mnt/hand")
    mounted = "not mounted" if bench.machine.run(f"ls {PLACE}/*")[0] else "mounted"
    found = f"{before}, then {bench.seen()}, {mounted}, start {status}"
    bench.machine.ask("umount /mnt/hand /srv/own")
    return f"1 stick, then {NONE}, not mounted, start 0", found


def pulled(bench: Bench) -> tuple[str, str]:
    """Nothing is left, and the next stick is as good as the first; twenty times."""
    for _ in range(20):
        name = bench.put_in(volume(bench.image("a")), settle=False)
        bench.machine.run("sleep 1.5")
        bench.pull(name)
    left = bench.left()
    bench.put_in(volume(bench.image("a")))
    return f"{GONE}; {ONE}", f"{left}; {bench.seen()}"


def pulled_while_read(bench: Bench) -> tuple[str, str]:
    """A file that is open keeps nothing alive: reading on fails, the next stick is there at once."""
    name = bench.put_in(volume(bench.image("a"), files={"long.jpg": PAPER * 8}))
    bench.machine.ask(f"cat > /tmp/reader.py <<'END'\n{READER}\nEND")
    bench.machine.ask(f"python3 /tmp/reader.py {PLACE}/*/long.jpg > /tmp/said 2>&1 &")
    bench.machine.ask("until [ -e /tmp/open ]; do sleep 0.1; done")
    bench.pull(name)
    left = bench.left()
    bench.machine.ask("echo 3 > /proc/sys/vm/drop_caches; touch /tmp/go; sleep 2")
    said = bench.machine.ask("cat /tmp/said; rm -f /tmp/go /tmp/open /tmp/said")
    bench.put_in(volume(bench.image("b")))
    return f"{GONE}; errno 5; {ONE}", f"{left}; {said}; {bench.seen()}"


def medium_taken(bench: Bench) -> tuple[str, str]:
    """The card is taken out of a reader that stays: what was mounted goes, too."""
    name = bench.put_in(volume(bench.image("a")))
    before = bench.seen()
    bench.machine.take_medium(name)
    bench.machine.run("sleep 5")
    bench.machine.settle()
    return f"{ONE}; {GONE}", f"{before}; {bench.left()}"


def scribbled(bench: Bench) -> tuple[str, str]:
    """A stick of noise behind a good first sector gives no paper, and the next stick is as good as ever."""
    name = bench.put_in(torn(bench.image("a"), volume(bench.image("v"))))
    paper = NAME in bench.seen()
    bench.pull(name)
    left = bench.left()
    bench.put_in(volume(bench.image("b")))
    return f"no paper; {GONE}; {ONE}", f"{'a' if paper else 'no'} paper; {left}; {bench.seen()}"


def staff(bench: Bench) -> tuple[str, str]:
    """The station's own stick, named by its serial number, can be written to; another's cannot."""
    rule = 'SUBSYSTEM=="block", ENV{ID_SERIAL_SHORT}=="STATION1", ENV{CIVIC_KIOSK_STICK}="staff"'
    bench.machine.ask(f"echo '{rule}' > /etc/udev/rules.d/70-station.rules; udevadm control --reload")
    found = []
    for serial in ("STATION1", "STATION2"):
        name = bench.put_in(volume(bench.image("a")), serial=serial)
        writable = bench.told()["writable"]
        command = f"setpriv --reuid civic-kiosk --regid civic-kiosk --clear-groups touch {PLACE}/$(ls {PLACE})/case"
        status = bench.machine.run(command)[0]
        found.append(f"{len(writable)} to be written to, {'written' if status == 0 else 'refused'}")
        bench.pull(name)
    return f"1 to be written to, written; 0 to be written to, refused; {GONE}", f"{'; '.join(found)}; {bench.left()}"


TRIALS: dict[str, Trial] = {
    each.__name__: each
    for each in (
        in_at_start, with_table, without_table, exfat, options, two, partitions, other_systems, labels, fixed, own_disk,
        pulled, pulled_while_read, medium_taken, scribbled, staff,
    )
}  # fmt: skip
