"""What a reader sees of the outbox: values, no connections.

Knows: the shape of a row, of the counts and of the agent's state. Does not know: SQL, sealing, sending.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass


class RowState(enum.StrEnum):
    """Where a submission is. There is no "sending": what is in flight lives in the agent's memory alone."""

    WAITING = "waiting"
    RECEIVED = "received"
    PARKED = "parked"


STATES = (RowState.WAITING, RowState.RECEIVED, RowState.PARKED)
"""By the number that stands in the file."""
WAITING, RECEIVED, PARKED = range(3)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A plain attachment: `name` becomes the part's id and is not secret, so it names no person."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Put:
    """A submission on stable storage. `sha256` (hex) is that of the sealed envelope."""

    id: str
    seq: int
    code: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Row:
    """One submission as anybody on this machine may know it."""

    seq: int
    id: str
    code: str
    service: str
    state: RowState
    attempts: int
    submitted_at: dt.datetime
    settled_at: dt.datetime | None
    parts: int
    sealed_bytes: int
    sha256: str
    last_reason: str
    receipt: bytes | None
    """The platform's signed receipt, JSON, once received."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows are in each state."""

    waiting: int
    received: int
    parked: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What a technician wants to know of a store at a glance."""

    counts: Counts
    agent: AgentState
    held_bytes: int
    """Sealed envelopes and parts of what the city has not received."""
    most_attempts: int
    """Of a waiting submission."""
    services: tuple[tuple[str, int], ...]
    """How many submissions are held of each service item, most first."""
    reasons: tuple[tuple[str, int], ...]
    """How many are parked for each code, most first."""
    store_bytes: int
    """Database, its log and the part files on the disk."""
    free_bytes: int
    watermark_bytes: int
    ballast: bool


@dataclass(frozen=True, slots=True)
class AgentState:
    """How the sending goes. `reason` is empty while the line is good, else a code such as "link.no_answer"."""

    waiting: int
    oldest: dt.datetime | None
    """When the oldest waiting submission was handed in."""
    last_success: dt.datetime | None
    reason: str
    since: dt.datetime | None
    retry_at: dt.datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next submission to send, as it lies in the store."""

    seq: int
    id: str
    code: str
    attempts: int
    sha256: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class LinkWait:
    """The agent's wait for the line, as it outlives the agent but not the boot."""

    reason: str
    failures: int
    not_before_s: float
    """Seconds of CLOCK_BOOTTIME."""
    boot: str
    retry_at: dt.datetime


@dataclass(frozen=True, slots=True)
class StoreFault:
    """Something that cannot be and is: code, the row it concerns, and what."""

    code: str
    seq: int
    detail: str
