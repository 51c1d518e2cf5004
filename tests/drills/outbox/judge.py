"""The oracle of the drills: what was promised against what is there.

Knows: the terminal's words, a store, the platform's key. Does not know: what happened in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from offline_queue import Outbox, RowState
from offline_queue import envelope as env
from tests.drills.outbox import terminal


@dataclass(slots=True)
class Promised:
    """What a terminal said before it was stopped."""

    begun: set[str] = field(default_factory=set)
    kept: dict[str, tuple[int, str]] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def hear(self, said: bytes, *, before_ns: int | None = None) -> None:
        """Take in what was said. What was said after `before_ns` is no promise: there was no power then."""
        for line in said.decode().splitlines():
            *words, stamp = line.split(" ")
            late = before_ns is not None and int(stamp) >= before_ns
            match words:
                case ["S", name]:
                    self.begun.add(name)
                case ["P", name, seq, digest] if not late:
                    self.kept[name] = (int(seq), digest)
                case ["D", name]:
                    self.delivered.add(name)
                case ["A", name] if not late:
                    self.settled.add(name)
                case ["F", code]:
                    self.refused.append(code)


@dataclass(slots=True)
class Verdict:
    """What a trial came to, or many together."""

    puts: int = 0
    lost: int = 0
    resurrected: int = 0
    doubled: int = 0
    corrupt: int = 0

    def add(self, other: Verdict) -> None:
        """Count another trial."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def clean(self) -> bool:
        """Say whether nothing was lost, doubled, resurrected or corrupted."""
        return not (self.lost or self.resurrected or self.doubled or self.corrupt)

    def text(self) -> str:
        """Return it for people."""
        faults = f"{self.lost} lost, {self.doubled} doubled, {self.resurrected} resurrected, {self.corrupt} corrupt"
        return f"{self.puts} puts: {faults}"


def judge(directory: Path, promised: Promised) -> Verdict:
    """Open what the terminal left and compare."""
    outbox = Outbox.open(directory, limits=terminal.LIMITS)
    try:
        rows = {row.id: row for row in outbox.every_row()}
        verdict = Verdict(puts=len(promised.kept))
        for name, (seq, digest) in promised.kept.items():
            row = rows.get(name)
            verdict.lost += row is None or (row.seq, row.sha256) != (seq, digest)
            if row is not None:
                verdict.lost += row.state is RowState.RECEIVED and name not in promised.delivered
        verdict.resurrected = sum(name in rows and rows[name].state is not RowState.RECEIVED for name in promised.settled)
        verdict.doubled = len(rows.keys() - promised.begun)
        verdict.corrupt = len(outbox.verify()) + sum(not _opens(outbox, one) for one in rows if _held(rows[one].state))
        named = {path.name for path in (directory / "parts").iterdir()}
        verdict.doubled += len({name for name in named if name[:32] not in rows or not _held(rows[name[:32]].state)})
        return verdict
    finally:
        outbox.close()


def _held(state: RowState) -> bool:
    return state is not RowState.RECEIVED


def _opens(outbox: Outbox, submission_id: str) -> bool:
    """Say whether the platform reads form and attachments as they were put."""
    ((blob,),) = outbox._reader.query("SELECT envelope FROM outbox WHERE id = ?", (bytes.fromhex(submission_id),))
    envelope = env.parse(blob)
    key = terminal.PLATFORM.private_bytes_raw()
    env.verify(envelope, terminal.DEVICE.public_key().public_bytes_raw())
    found = []
    for part in envelope.header.parts:
        path = outbox.part_path(envelope.header, part)
        if path is None:
            return False
        found.append(b"".join(env.open_part(envelope, part.id, [path.read_bytes()], key)))
    wanted = [page.data for page in terminal.pages(submission_id)]
    return (env.open_form(envelope, key), found) == (terminal.form(submission_id), wanted)
