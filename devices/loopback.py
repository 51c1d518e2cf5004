"""An HTTP server on a loopback port, with the thread that serves it.

Knows: how it begins and ends. Does not know: what is asked or answered; whoever starts it brings the server.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from http.server import ThreadingHTTPServer

from devices.started import Started

_LOOK_EVERY_S = 0.02
"""How often the server looks whether it is to end."""


class LoopbackHttp(Started):
    """Listens from `start` to `stop`; a port of 0 becomes the one that the system gave, and stays."""

    def __init__(self, thread_name: str, *, port: int = 0) -> None:
        self.port = port
        self._thread_name = thread_name
        self._serving: tuple[ThreadingHTTPServer, threading.Thread] | None = None

    @abstractmethod
    def server(self, address: tuple[str, int]) -> ThreadingHTTPServer:
        """Return a server that listens at `address`. Raises `OSError`."""

    def start(self) -> None:
        """Listen. Raises `OSError`."""
        server = self.server(("127.0.0.1", self.port))
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(_LOOK_EVERY_S,), name=self._thread_name, daemon=True)
        self._serving = server, thread
        thread.start()

    def stop(self) -> None:
        """Stop listening; harmless twice."""
        serving, self._serving = self._serving, None
        if serving is not None:
            server, thread = serving
            server.shutdown()
            server.server_close()
            thread.join()
