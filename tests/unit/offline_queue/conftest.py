"""An outbox in a temporary directory, sealed to a platform whose key the tests hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import Limits, Outbox, Recipient, Sealing

NOW = dt.datetime(2026, 11, 23, 3, 12, tzinfo=dt.UTC)
SMALL = Limits(max_submission_bytes=8 * 1024 * 1024, ballast_bytes=64 * 1024)


class Bench:
    """A terminal's keys, a platform's keys, and as many outboxes on one directory as a test opens."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.device = Ed25519PrivateKey.from_private_bytes(b"d" * 32)
        self.device_public = self.device.public_key().public_bytes_raw()
        self.platform = Ed25519PrivateKey.from_private_bytes(b"P" * 32)
        self.platform_public = self.platform.public_key().public_bytes_raw()
        self.platform_seal = X25519PrivateKey.from_private_bytes(b"p" * 32)
        self.opener = self.platform_seal.private_bytes_raw()
        self.free = 10**12
        self._opened: list[Outbox] = []

    def sealing(self, **changes: Any) -> Sealing:
        fields: dict[str, Any] = {
            "kiosk": "0001",
            "recipients": (Recipient("platform", self.platform_seal.public_key().public_bytes_raw()),),
            "sign": self.device.sign,
            "mint_code": lambda seq: f"KF0001{seq:06d}",
        }
        return Sealing(**(fields | changes))

    def open(self, *, limits: Limits = SMALL, **changes: Any) -> Outbox:
        outbox = Outbox.open(
            self.directory,
            sealing=self.sealing(**changes),
            limits=limits,
            free=lambda _directory: self.free,
            now=lambda: NOW,
        )
        self._opened.append(outbox)
        return outbox

    def close(self) -> None:
        for outbox in self._opened:
            outbox.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "outbox")
    yield bench
    bench.close()


@pytest.fixture
def outbox(bench: Bench) -> Outbox:
    return bench.open()


@pytest.fixture
def part_files(bench: Bench) -> Callable[[], list[str]]:
    return lambda: sorted(path.name for path in (bench.directory / "parts").iterdir())
