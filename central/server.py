"""Serves the platform over TLS on one port, one process per state directory.

Knows: the lock, the socket, TLS 1.2 and up, a clean stop. Does not know: routes.
"""

from __future__ import annotations

import fcntl
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from central.app import build, create_app
from central.keys import StateError
from central.settings import Settings

_BACKLOG = 128


class PortTakenError(Exception):
    """The port cannot be had."""


@contextmanager
def exclusive(settings: Settings) -> Iterator[None]:
    """Hold the state directory for this process's life. Raises `StateError` (`in_use`, `not_initialised`)."""
    try:
        descriptor = os.open(settings.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError("not_initialised", str(settings.state_dir)) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateError("in_use", str(settings.state_dir)) from error
        yield
    finally:
        os.close(descriptor)


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes any free one. Raises `PortTakenError`."""
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise PortTakenError(f"{host}:{port}") from error


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
