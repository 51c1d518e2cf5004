"""A record that an earlier version made gets this one's columns, and keeps what stood in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import select

from central.db import Database
from central.tables import device_keys


def test_an_older_record_gains_its_new_columns(tmp_path: Path) -> None:
    """Device keys without an algorithm were Ed25519 keys in a file: that is what they should be said to be."""
    path = tmp_path / "central.db"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE kiosks (number VARCHAR(4) PRIMARY KEY, enrolled_at VARCHAR(27), contiguous INTEGER)")
        old.execute(
            "CREATE TABLE device_keys (id INTEGER PRIMARY KEY, kiosk VARCHAR(4) NOT NULL, public_key BLOB NOT NULL,"
            " enrolled_at VARCHAR(27) NOT NULL, retired_at VARCHAR(27))"
        )
        old.execute("INSERT INTO device_keys VALUES (1, '0001', x'11', '2026-11-23T00:00:00.000000Z', NULL)")
    old.close()
    for _ in range(2):  # the second start finds everything there
        database = Database(f"sqlite:///{path}")
        with database.transaction() as connection:
            row = connection.execute(select(device_keys)).one()
        database.close()
        assert (row.kiosk, row.public_key, row.algorithm, row.custody) == ("0001", b"\x11", "ed25519", "software")
