"""`kiosk outbox`: what staff may see of the outbox and do with it, every look and every act in the audit log.

Knows: how rows are said to people and to programs. Does not know: whose they are or what they say: nobody on this machine
can read that. What the platform answered is cut to its code in the list, since its words are not ours.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import pwd
import sys
from pathlib import Path
from typing import Any

from kiosk.audit import AuditLog
from kiosk.clock import CIVIL_TZ, SystemClock
from kiosk.config import Config
from kiosk.fleet import enrolment, removable
from kiosk.fleet.progress import Bar
from kiosk.identity import case_code
from kiosk.identity.case_code import CaseCode
from offline_queue import Outbox, Row, RowState, StoreFault
from offline_queue.checking import Check

OK, FAILED, MISUSED = 0, 1, 2
HELD = "held"
_LOGIN = Path("/proc/self/loginuid")
_NOBODY_LOGGED_IN = "4294967295"


class OutboxDesk:
    """One command's view of the store. Closes it again; the terminal and the agent may run beside it."""

    def __init__(self, config: Config, *, as_json: bool) -> None:
        self._config = config
        self._json = as_json
        self._outbox = Outbox.open(config.outbox_dir)
        self._log: AuditLog | None = None

    def close(self) -> None:
        """Close the store."""
        self._outbox.close()

    @property
    def _audit(self) -> AuditLog:
        if self._log is None:
            self._log = AuditLog(self._config.state_dir / "audit.jsonl", SystemClock())
        return self._log

    # --- looking ----

    def list(self, state: str) -> int:
        """Print rows, oldest first: those of a state, or `held`: what the city has not received."""
        self._audit.record("outbox.shown", by=who())
        wanted = None if state == HELD else RowState(state)
        rows = (row for row in self._outbox.every_row(state=wanted) if wanted or row.state is not RowState.RECEIVED)
        if self._json:
            print(json.dumps([_listed(row) for row in rows], indent=1))
            return OK
        print(f"{'row':>6}  {'case':<16} {'service':<28} {'state':<9} {'handed in':<17} {'tries':>5}  reason")
        for row in rows:
            print(
                f"{row.seq:>6}  {case_code.group(row.code):<16} {row.service:<28} {row.state:<9}"
                f" {_civil(row.submitted_at):<17} {row.attempts:>5}  {_listed(row)['reason']}"
            )
        return OK

    def show(self, wanted: str) -> int:
        """Print all that this machine knows of one submission."""
        row = self._find(wanted)
        if row is None:
            return FAILED
        self._audit.record("outbox.shown", by=who(), row=row.seq)
        facts = _shown(row)
        if self._json:
            print(json.dumps(facts, indent=1))
            return OK
        for name, value in facts.items():
            print(f"{name.replace('_', ' '):<16} {'-' if value in {None, ''} else value}")
        return OK

    def stats(self) -> int:
        """Print the store's figures."""
        stats = self._outbox.stats()
        counts, agent = stats.counts, stats.agent
        if self._json:
            figures = dataclasses.asdict(stats) | dataclasses.asdict(counts) | {"reason": agent.reason}
            print(json.dumps(figures, indent=1, default=dt.datetime.isoformat))
            return OK
        print(f"waiting {counts.waiting}, received {counts.received}, parked {counts.parked}")
        if agent.reason and agent.retry_at is not None:
            print(f"the line: {agent.reason} since {_civil(agent.since)}, next try {_civil(agent.retry_at)}")
        print(f"last received by the city: {_civil(agent.last_success)}; oldest that waits: {_civil(agent.oldest)}")
        for name, count in stats.services:
            print(f"  held of {name}: {count}")
        for reason, count in stats.reasons:
            print(f"  parked for {reason}: {count}")
        print(f"held {_mb(stats.held_bytes)}, store {_mb(stats.store_bytes)}, free {_mb(stats.free_bytes)}", end="")
        print(f", no new work below {_mb(stats.watermark_bytes)}; ballast {'laid' if stats.ballast else 'spent'}")
        return OK

    # --- moving ----

    def retry(self, wanted: str) -> int:
        """Let a parked submission wait again."""
        row = self._find(wanted)
        if row is None:
            return FAILED
        done = self._outbox.retry(row.seq)
        self._audit.record("outbox.retried", _disposition(done), by=who(), row=row.seq, code=row.code)
        return self._moved(row, done, "waits again", "is not parked")

    def park(self, wanted: str, reason: str) -> int:
        """Set a waiting submission aside, for a reason that is a code and no sentence."""
        row = self._find(wanted)
        if row is None:
            return FAILED
        done = self._outbox.park_by_staff(row.seq, f"staff.{reason}")
        self._audit.record("outbox.parked", _disposition(done), by=who(), row=row.seq, code=row.code, reason=reason)
        return self._moved(row, done, "is parked", "does not wait")

    def _moved(self, row: Row, done: bool, now: str, why_not: str) -> int:
        after = self._outbox.row_at(row.seq)
        state = (after or row).state
        if self._json:
            print(json.dumps({"seq": row.seq, "code": row.code, "changed": done, "state": str(state)}))
        elif done:
            print(f"row {row.seq} ({case_code.group(row.code)}) {now}")
        else:
            _complain(f"row {row.seq} ({case_code.group(row.code)}) {why_not}: it is {state}")
        return OK if done else FAILED

    # --- carrying away, looking over ----

    def export(self, target: Path | None) -> int:
        """Carry what is held, sealed as it lies, to a new folder below `target`, or to the one stick that is mounted."""
        if target is None:
            sticks = removable.usb_mounts()
            if len(sticks) != 1:
                _complain(f"{len(sticks)} USB file systems are mounted for writing; name the folder with --to")
                return MISUSED
            target = sticks[0]
        if not target.is_dir():
            _complain(f"{target} is not there; nothing is made, so that an unmounted stick is not mistaken for a folder")
            return FAILED
        with Bar("export", sys.stderr) as bar:
            made = self._outbox.export(target, bar)
        self._audit.record(
            "outbox.exported", _disposition(not made.left_out),
            by=who(), export=made.directory.name, items=made.items, left_out=len(made.left_out),
        )  # fmt: skip
        if self._json:
            facts = {"directory": str(made.directory), "items": made.items, "bytes": made.bytes_total}
            print(json.dumps(facts | {"left_out": [dataclasses.asdict(fault) for fault in made.left_out]}, indent=1))
        else:
            print(f"{made.items} submissions, {_mb(made.bytes_total)}, read back whole: {made.directory}")
            print("They stay here too, until the city's receipt comes. Unmount the medium before you take it.")
            _complain_all(made.left_out)
        return FAILED if made.left_out else OK

    def verify(self) -> int:
        """Look over every page, row, signature, part and receipt."""
        record = enrolment.load(self._config.state_dir)
        with Bar("verify", sys.stderr) as bar:
            check = Check(self._outbox, record.kiosk, record.device_key, record.platform_sign_key.raw(), bar)
            faults = tuple(check.faults())
        self._audit.record("outbox.verified", _disposition(not faults), by=who(), rows=check.rows, faults=len(faults))
        if self._json:
            print(json.dumps({"rows": check.rows, "faults": [dataclasses.asdict(fault) for fault in faults]}, indent=1))
        else:
            print(f"{check.rows} rows, {len(faults)} faults")
            _complain_all(faults)
        return FAILED if faults else OK

    def accept(self) -> int:
        """Let the terminal take papers in again after a salvage; say what was saved."""
        found = self._outbox.salvaged()
        if found is None:
            _complain("nothing was salvaged here")
            return FAILED
        self._outbox.accept_salvage()
        self._audit.record("outbox.accepted", by=who(), aside=found.aside or "-", rows=found.rows, carved=found.carved)
        if self._json:
            print(json.dumps(dataclasses.asdict(found), indent=1))
        else:
            print(f"{found.reason}: {found.rows} rows saved, {found.carved} of them by their envelopes alone")
            if found.aside:
                print(f"The damaged store and {found.parts_aside} part files lie in {self._outbox.directory / found.aside}")
            print("The terminal takes papers in again when it is started anew.")
        return OK

    def _find(self, wanted: str) -> Row | None:
        """Find a row by its number or its case code, as people write it."""
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
            row = self._outbox.row_at(int(wanted))
        else:
            code = case_code.parse(wanted)
            row = self._outbox.row(code.text) if isinstance(code, CaseCode) else None
        if row is None:
            _complain(f"no row {wanted[:40]!r} here")
        return row


def who() -> str:
    """Return the login of whoever works here; it survives `sudo`, which the process's own user does not."""
    try:
        login = _LOGIN.read_text(encoding="ascii").strip()
    except OSError:
        login = _NOBODY_LOGGED_IN
    user = os.getuid() if login in {"", _NOBODY_LOGGED_IN} else int(login)
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _disposition(good: bool) -> Any:
    return "success" if good else "failure"


def _complain(message: str) -> None:
    print(f"kiosk outbox: {message}", file=sys.stderr)


def _complain_all(faults: tuple[StoreFault, ...]) -> None:
    for fault in faults:
        where = f"row {fault.seq}" if fault.seq else "database"
        _complain(f"{where}: {fault.code} {fault.detail}".rstrip())


def _listed(row: Row) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "code": row.code,
        "service": row.service,
        "state": str(row.state),
        "submitted_at": row.submitted_at.isoformat(),
        "attempts": row.attempts,
        "reason": row.last_reason.partition(":")[0],
    }


def _shown(row: Row) -> dict[str, Any]:
    return _listed(row) | {
        "id": row.id,
        "sha256": row.sha256,
        "parts": row.parts,
        "sealed_bytes": row.sealed_bytes,
        "settled_at": row.settled_at.isoformat() if row.settled_at else None,
        "reason": row.last_reason,
        "receipt": row.receipt.decode() if row.receipt else None,
    }


def _civil(when: dt.datetime | None) -> str:
    return "never" if when is None else f"{when.astimezone(CIVIL_TZ):%Y-%m-%d %H:%M}"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
