"""Appends audit events to a hash-chained file.

Knows: one JSON object a line, each naming the SHA-256 of the line before; fsync before it returns; the terminal and the
commands of its staff write into one chain, in turn. Does not know which events exist (`catalogue`), or how the file leaves
the machine.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from kiosk.audit.catalogue import EVENTS
from kiosk.clock import Clock

Disposition = Literal["success", "failure", "na"]
_GENESIS = "0" * 64


class AuditError(Exception):
    """The log cannot be written, or its chain is broken. `code` says which; `detail` names the line."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class AuditLog:
    """An append-only, hash-chained log. Safe from any thread and from any process of this machine."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._seq, self._prev, self._end = 0, _GENESIS, 0
        self.on_failure: Callable[[AuditError], None] | None = None
        """Told of a dead disk instead of whoever records: a citizen's work must not break off in the middle."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                with _alone(path) as handle:
                    self._catch_up(handle)
        except OSError as error:
            raise AuditError("audit.unreadable", str(error.errno)) from error

    def _catch_up(self, handle: int) -> None:
        """Follow what others wrote since, link by link; a cut-off last line is set aside, so no power cut stops the log."""
        size = os.fstat(handle).st_size
        if size < self._end:
            raise AuditError("audit.broken_chain", str(self._seq))
        if size == self._end:
            return
        with os.fdopen(os.dup(handle), "rb") as lines:
            lines.seek(self._end)
            for line in lines:
                if not line.endswith(b"\n"):
                    self._set_aside(handle, line)
                    return
                self._follow(line)

    def _follow(self, line: bytes) -> None:
        if _link(line, self._seq + 1) != (self._seq + 1, self._prev):
            raise AuditError("audit.broken_chain", str(self._seq + 1))
        self._seq, self._prev, self._end = self._seq + 1, hashlib.sha256(line).hexdigest(), self._end + len(line)

    def _set_aside(self, handle: int, torn: bytes) -> None:
        with self._path.with_suffix(".torn").open("ab") as aside:
            aside.write(torn + b"\n")
        os.ftruncate(handle, self._end)
        self._write(handle, "log.torn_line", "failure", {"bytes": len(torn)})

    def record(self, event: str, disposition: Disposition = "success", **fields: str | int | None) -> None:
        """Append one event.

        Raises `AuditError` for an event or field that is not catalogued, and, without `on_failure`, for a dead disk or a
        chain that somebody has broken since.
        """
        known = EVENTS.get(event)
        if known is None:
            raise AuditError("audit.unknown_event", event)
        stray = set(fields) - known.fields
        if stray:
            raise AuditError("audit.unlisted_field", f"{event}: {', '.join(sorted(stray))}")
        try:
            self._append(event, disposition, fields)
        except OSError as error:
            self._fail(AuditError("audit.write", str(error.errno)), error)
        except AuditError as error:
            self._fail(error, None)

    def _fail(self, failure: AuditError, cause: OSError | None) -> None:
        if self.on_failure is None:
            raise failure from cause
        self.on_failure(failure)

    def _append(self, event: str, disposition: Disposition, fields: dict[str, str | int | None]) -> None:
        with self._lock, _alone(self._path) as handle:
            self._catch_up(handle)
            self._write(handle, event, disposition, fields)

    def _write(self, handle: int, event: str, disposition: Disposition, fields: dict[str, str | int | None]) -> None:
        entry = {
            "seq": self._seq + 1,
            "at": self._clock.now().isoformat(timespec="milliseconds"),
            "event": event,
            "disposition": disposition,
            **fields,
            "prev": self._prev,
        }
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        _write_whole(handle, line)
        self._follow(line)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[int]:
    """Give the open log to one writer of the machine at a time; the lock ends with the descriptor."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _write_whole(handle: int, line: bytes) -> None:
    """Write `line` durably or leave the file as it was: half a line would break the chain of all that follow."""
    before = os.fstat(handle).st_size
    try:
        if os.write(handle, line) != len(line):
            raise OSError(errno.ENOSPC, "short write")
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, before)
        raise


def verify_chain(path: Path) -> tuple[int, str]:
    """Check every link of a log; return its last sequence number and hash. Raises `AuditError` at the first bad line."""
    seq, prev = 0, _GENESIS
    if not path.exists():
        return seq, prev
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if _link(line, number) != (seq + 1, prev):
                    raise AuditError("audit.broken_chain", str(number))
                seq, prev = seq + 1, hashlib.sha256(line).hexdigest()
    except OSError as error:
        raise AuditError("audit.unreadable", str(error.errno)) from error
    return seq, prev


def _link(line: bytes, number: int) -> tuple[object, object]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise AuditError("audit.garbled_line", str(number)) from error
    if not isinstance(entry, dict):
        raise AuditError("audit.garbled_line", str(number))
    return entry.get("seq"), entry.get("prev")
