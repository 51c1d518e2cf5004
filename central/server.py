"""Serves the platform over TLS.

Knows: TLS 1.2 and up, client certificates, a clean stop, the daily sweep. Does not know: routes, which socket (`sockets`).
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable

import uvicorn

from central.app import Desks, build, create_app
from central.peer import PeerProtocol
from central.refusals import Refused
from central.settings import Settings

log = logging.getLogger("central")
_SWEEP_S = 86400.0


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
        # Asked of everybody and checked by TLS; the outbox insists on one, a browser at the staff desk has none.
        ssl_cert_reqs=ssl.CERT_OPTIONAL,
        ssl_ca_certs=str(settings.keys_dir / "kiosk-ca.pem"),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        limit_concurrency=1024,
        lifespan="off",
        http=PeerProtocol,
        loop="asyncio",
        ws="none",
    )
    stop = threading.Event()
    sweeper = threading.Thread(target=_sweep, args=(desks, stop), name="sweep", daemon=True)
    sweeper.start()

    def close() -> None:
        stop.set()
        sweeper.join()
        desks.db.close()

    return _Server(config, ready), close


def _sweep(desks: Desks, stop: threading.Event) -> None:
    """Clear away what nobody claims, and sealed parts that nobody needs, at start and once a day."""
    while True:
        try:
            if removed := desks.outbox.sweep():
                log.info("swept %d files", removed)
        except (OSError, Refused) as error:  # a disk that fails now fails louder elsewhere; tomorrow is soon enough
            log.warning("sweep failed: %s", error)
        if stop.wait(_SWEEP_S):
            return


def serve(settings: Settings, sock: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is called when connections are taken."""
    server, close = make_server(settings, ready)
    try:
        server.run(sockets=[sock])
    finally:
        close()
