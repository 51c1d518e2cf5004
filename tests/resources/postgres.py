"""A real PostgreSQL, Debian's own, in a folder of its own: reached by a Unix socket, gone with whoever started it.

Knows: where Debian keeps the programs, that they refuse to be root, and who they may be instead. Does not know: any table.
"""

from __future__ import annotations

import itertools
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

_UP_S = 60.0
_USER = "central"
_READY = b"ready to accept connections"
# Words sorted as a Chinese city would: whatever relies on bytes' order then shows.
_CLUSTER = ("--auth=trust", f"--username={_USER}", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
            "--locale-provider=icu", "--icu-locale=zh-Hans-CN")  # fmt: skip


class Postgres:
    """A server. Every database that is asked of it is a new one."""

    def __init__(self, directory: Path | None = None) -> None:
        # A Unix socket's address may have 108 bytes, and another user has to get at it: not below pytest's folder.
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir=directory))
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster and come up."""
        prefix, identity = _somebody(self._folder)
        data = self._folder / "data"
        make = [*prefix, str(_program("initdb")), "-D", str(data), *_CLUSTER]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd="/", **identity)
        serve = [*prefix, str(_program("postgres")), "-D", str(data), "-k", str(self._folder), "-c", "listen_addresses=",
                 "-c", "log_min_messages=log", "-c", "shared_buffers=32MB"]  # fmt: skip
        self._process = subprocess.Popen(serve, stderr=subprocess.PIPE, cwd="/", **identity)
        assert self._process.stderr is not None
        said, until = b"", time.monotonic() + _UP_S
        while _READY not in said:
            if not select.select([self._process.stderr], [], [], until - time.monotonic())[0]:
                raise RuntimeError("PostgreSQL does not come up")
            piece = os.read(self._process.stderr.fileno(), 4096)
            if not piece:
                raise RuntimeError(said.decode())
            said += piece

    def database(self) -> str:
        """Make a new database; return its address."""
        name = f"city{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://{_USER}@/{name}?host={self._folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Return a connection beside the platform's."""
        return psycopg.connect(host=str(self._folder), user=_USER, dbname=database, autocommit=True)

    def close(self) -> None:
        """Go down and leave nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once: nothing of it is wanted any more
            self._process.communicate(timeout=_UP_S)
            self._process = None
        shutil.rmtree(self._folder)


def _program(name: str) -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        raise RuntimeError("PostgreSQL is not installed (packaging/apt.txt)")
    return found[-1]


def _somebody(folder: Path) -> tuple[list[str], dict[str, Any]]:
    """Return how a program is run by somebody who is not root and to whom `folder` belongs.

    Who only looks like root, inside a user namespace of one user, cannot become anybody else there, but look like himself
    again in another one below it.
    """
    if os.geteuid() != 0:
        return [], {}
    if int(Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2]) == 1:
        return ["unshare", "--user", "--map-user=1000", "--map-group=1000"], {}
    shutil.chown(folder, "postgres", "postgres")
    return [], {"user": "postgres", "group": "postgres", "extra_groups": []}
