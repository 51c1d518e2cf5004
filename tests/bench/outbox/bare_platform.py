"""The platform with one route more: a bare FastAPI insert into the same database, measured in turns with the accepting.

Run as `python -m tests.bench.outbox.bare_platform serve …`, like `central`. What is measured against is what somebody would
write who wants the bytes in a table, durable before the answer, and nothing else: no signature, no opening, no case. On
PostgreSQL from as many connections as ask; on SQLite through the one connection that may write.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from sqlalchemy import Column, Connection, LargeBinary, MetaData, String, Table, create_engine

from central import server
from central.app import Desks, create_app
from central.cli import main
from central.db import parse_url

_BARE = Table("bare", MetaData(), Column("id", String(64), primary_key=True), Column("body", LargeBinary, nullable=False))
_CONNECTIONS = 16


def with_bare_insert(desks: Desks) -> FastAPI:
    """Return the platform's application with the bare route in it."""
    app = create_app(desks)
    transaction = _transactions(desks)
    with transaction() as connection:
        _BARE.metadata.create_all(connection)

    def insert(ident: str, body: bytes) -> None:
        with transaction() as connection:
            connection.execute(_BARE.insert().values(id=ident, body=body))

    @app.put("/bare/{ident}", status_code=201)
    async def bare(ident: str, request: Request) -> dict[str, str]:
        await run_sync(insert, ident, await request.body())
        return {"id": ident}

    return app


def _transactions(desks: Desks) -> Callable[[], AbstractContextManager[Connection]]:
    url = parse_url(desks.settings.record)
    if url.get_backend_name() == "sqlite":
        return desks.db.transaction
    return create_engine(url, pool_size=_CONNECTIONS, max_overflow=0).begin


if __name__ == "__main__":
    server.create_app = with_bare_insert  # type: ignore[attr-defined]
    sys.exit(main(sys.argv[1:]))
