"""PySide must not lose a reference with every signal: 6.12.0 does on Python 3.11, and aborts after some 570 emits."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys
from PySide6.QtCore import QObject, Signal, Slot

class Bell(QObject):
    rung = Signal(bool)

    @Slot(bool)
    def hear(self, on):
        pass

bell = Bell()
bell.rung.connect(bell.hear)
before = [sys.getrefcount(each) for each in (True, False, None)]
for _ in range(20000):
    bell.rung.emit(True)
    bell.setObjectName("x")
after = [sys.getrefcount(each) for each in (True, False, None)]
print(max(abs(b - a) for a, b in zip(before, after)))
"""


def test_emits_lose_no_reference() -> None:
    """20,000 emits should survive, with the counts of True, False and None steady. In a process of its own: it may abort."""
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 100
