"""What importing the screen does to everybody else's imports."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import builtins, linecache
plain = builtins.__import__
import ui.app, xml.dom.minidom
assert builtins.__import__ is plain
kept = [name for name in linecache.cache if "minidom" in name or name.endswith("ui/app.py")]
assert not kept, kept
"""


def test_nobodys_source_is_read_and_kept_for_pyside() -> None:
    """Should leave the interpreter's own import in its place, so that no module's lines stay in memory."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
