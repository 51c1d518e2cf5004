"""Where the platform keeps things and what it calls itself.

Knows: paths of the state directory, bounds, names. Does not know: secrets themselves (`keys` reads them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

CIVIL_TZ = ZoneInfo("Asia/Shanghai")
MAX_JSON_BYTES = 256 * 1024
MAX_PART_BYTES = 64 * 1024 * 1024 + 2048
"""Sealed bytes: 64 MiB and the tags of its chunks."""


def utc_now() -> dt.datetime:
    """Return the wall clock as an aware UTC time."""
    return dt.datetime.now(tz=dt.UTC)


@dataclass(frozen=True, slots=True)
class Settings:
    """One platform. `database_url` and `now` are injected for tests."""

    state_dir: Path
    database_url: str = ""
    public_url: str = "https://localhost:8443"
    """Where anybody reaches the platform: it stands on certificates and in their codes."""
    handover_url: str = ""
    """Where a person's phone reaches the pages for its papers; the public address unless named."""
    catalogue_dir: Path | None = None
    now: Callable[[], dt.datetime] = utc_now

    @property
    def keys_dir(self) -> Path:
        """Private keys, readable by the platform's user alone."""
        return self.state_dir / "keys"

    @property
    def ca_file(self) -> Path:
        """The public certificate that terminals pin."""
        return self.state_dir / "ca.pem"

    @property
    def database(self) -> Path:
        """The platform's record, where it lies in the state directory."""
        return self.state_dir / "central.db"

    @property
    def record_file(self) -> Path:
        """Says where the record is when it is elsewhere; private, for there may be a password in it."""
        return self.state_dir / "record.url"

    @property
    def record(self) -> str:
        """Where the record is, as SQLAlchemy writes it. Raises OSError."""
        if self.database_url:
            return self.database_url
        if self.record_file.exists():
            return self.record_file.read_text(encoding="utf-8").strip()
        return f"sqlite:///{self.database}"

    @property
    def parts_dir(self) -> Path:
        """Sealed parts as they came."""
        return self.state_dir / "parts"

    @property
    def store_dir(self) -> Path:
        """Opened attachments by hash."""
        return self.state_dir / "store"

    @property
    def codes_dir(self) -> Path:
        """Enrolment codes that nobody used yet, by hash."""
        return self.state_dir / "enrol-codes"

    @property
    def messages_file(self) -> Path:
        """What the sandbox gateway would have sent."""
        return self.state_dir / "messages.jsonl"

    @property
    def lock_file(self) -> Path:
        """Held by the one serving process."""
        return self.state_dir / "serve.lock"
