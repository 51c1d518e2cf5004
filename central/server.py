"""Serves the platform over TLS.

Knows: TLS 1.2 and up, a clean stop. Does not know: routes, or which socket (`sockets`).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import uvicorn

from central.app import build, create_app
from central.settings import Settings


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()


def make_server(settings: Settings, ready: Callable[[], None] = lambda: None) -> tuple[uvicorn.Server, Callable[[], None]]:
    """Return a server (run it with `run(sockets=[…])`, stop it by `should_exit`) and what closes its record afterwards."""
    desks = build(settings)
    config = uvicorn.Config(
        create_app(desks),
        ssl_certfile=settings.keys_dir / "server.pem",
        ssl_keyfile=settings.keys_dir / "server.key",
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        limit_concurrency=256,
        lifespan="off",
        http="h11",
        loop="asyncio",
        ws="none",
    )
    return _Server(config, ready), desks.db.close


def serve(settings: Settings, sock: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is called when connections are taken."""
    server, close = make_server(settings, ready)
    try:
        server.run(sockets=[sock])
    finally:
        close()
