"""A shim before the C library's writes and fsyncs: it counts, slows and breaks them. Compiled where it is used.

Knows: gcc, LD_PRELOAD, the shim's settings. Does not know: who runs under it.
"""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("io_shim.c")


@functools.cache
def library() -> Path:
    """Compile the shim for this run and return it."""
    folder = Path(tempfile.mkdtemp(prefix="io-shim-"))
    built = folder / "io_shim.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-o", str(built), str(SOURCE), "-ldl"], check=True)
    return built


def environment(**settings: object) -> dict[str, str]:
    """Return the environment of a child under the shim; settings without their `IO_`, in lower case."""
    told = {f"IO_{name.upper()}": str(value) for name, value in settings.items()}
    return {**os.environ, "LD_PRELOAD": str(library()), **told}


def counters() -> tuple[int, int]:
    """Return fsyncs and bytes written by this process, which runs under the shim."""
    loaded = ctypes.CDLL(os.environ["LD_PRELOAD"])
    return ctypes.c_long.in_dll(loaded, "io_fsyncs").value, ctypes.c_long.in_dll(loaded, "io_bytes").value
