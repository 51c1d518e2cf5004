"""Appends audit events to a hash-chained file.

Knows: one JSON object a line, each naming the SHA-256 of the line before; fsync before it returns. Does not know which
events exist (`catalogue`), or how the file leaves the machine.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import threading
from collections.abc import Callable
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
    """An append-only, hash-chained log. Safe from any thread of one process."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self.on_failure: Callable[[AuditError], None] | None = None
        """Told of a dead disk instead of whoever records: a citizen's work must not break off in the middle."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torn = self._mend_tail()
        except OSError as error:
            raise AuditError("audit.unreadable", str(error.errno)) from error
        self._seq, self._prev = verify_chain(path)
        if torn:
            self.record("log.torn_line", "failure", bytes=torn)

    def _mend_tail(self) -> int:
        """Set a cut-off last line aside: a power cut in the middle of a write must not stop the log."""
        if not self._path.exists():
            return 0
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        torn = data[whole:]
        if torn:
            with self._path.with_suffix(".torn").open("ab") as aside:
                aside.write(torn + b"\n")
            os.truncate(self._path, whole)
        return len(torn)

    def record(self, event: str, disposition: Disposition = "success", **fields: str | int | None) -> None:
        """Append one event.

        Raises `AuditError` for an event or field that is not catalogued, and, without `on_failure`, for a dead disk.
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
            failure = AuditError("audit.write", str(error.errno))
            if self.on_failure is None:
                raise failure from error
            self.on_failure(failure)

    def _append(self, event: str, disposition: Disposition, fields: dict[str, str | int | None]) -> None:
        with self._lock:
            entry = {
                "seq": self._seq + 1,
                "at": self._clock.now().isoformat(timespec="milliseconds"),
                "event": event,
                "disposition": disposition,
                **fields,
                "prev": self._prev,
            }
            line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                _write_whole(handle, line)
            finally:
                os.close(handle)
            self._seq += 1
            self._prev = hashlib.sha256(line).hexdigest()


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
