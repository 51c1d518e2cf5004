"""The agent's bed and the kernel's own word that the network moved, in a network of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from offline_queue.wake import Bed, Tap, Woken

PROGRAM = """
import sys
from pathlib import Path
from offline_queue.wake import Bed
bed = Bed(Path(sys.argv[1]))
print("in bed", flush=True)
print(bed.sleep(60).name, flush=True)
bed.close()
"""


def test_the_network_s_return_wakes_at_once(tmp_path: Path) -> None:
    """An interface that comes up should end a sleep of a minute."""
    move = "ip link set lo up"
    script = f'"$1" -c "$2" "$3" | {{ read -r first; echo "$first"; {move}; cat; }}'
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script, "sh", sys.executable, PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=40,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["in bed", "NETWORK"]


def test_a_tap_and_the_time_wake_as_themselves(tmp_path: Path) -> None:
    """Whoever puts should be told from the clock, and a tap before going to bed should count."""
    bed = Bed(tmp_path)

    def slept(seconds: float) -> Woken:
        while (woken := bed.sleep(seconds)) is Woken.NETWORK:  # whatever moves on this machine meanwhile
            pass
        return woken

    assert slept(0.01) is Woken.TIME
    tap = Tap(tmp_path)
    tap.wake()
    tap.wake()
    assert slept(60) is Woken.TAP
    assert slept(0.01) is Woken.TIME
    bed.close()
    tap.wake()
    tap.close()
