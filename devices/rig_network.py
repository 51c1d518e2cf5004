"""The line to the city, with a switch in it: a TCP relay that can be cut.

Knows: bytes in both directions. Does not know: who talks to whom about what.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CONNECT_S = 3.0


class NetworkSwitch:
    """Listens on loopback and relays to `target`. A port of 0 becomes the one that the system gave, and stays."""

    def __init__(self, target: tuple[str, int], *, port: int = 0) -> None:
        self.target = target
        self.port = port
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._live: set[socket.socket] = set()
        self._pumps: set[threading.Thread] = set()

    def start(self) -> None:
        """Begin connected."""
        self.restore()

    def stop(self) -> None:
        """End every connection and join the threads."""
        self.cut()
        for pump in list(self._pumps):
            pump.join(_CONNECT_S + 1)

    @property
    def connected(self) -> bool:
        """Whether the line is there."""
        with self._lock:
            return self._listener is not None

    def cut(self) -> None:
        """Reset what is connected and refuse what comes."""
        with self._lock:
            listener, self._listener = self._listener, None
            acceptor, self._acceptor = self._acceptor, None
        if listener is not None and acceptor is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
            listener.close()
            acceptor.join()
        with self._lock:
            live = list(self._live)
        for connection in live:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                connection.shutdown(socket.SHUT_RDWR)  # wakes recv(); the pump closes, which resets

    def restore(self) -> None:
        """Take connections again, on the same port."""
        with self._lock:
            if self._listener is not None:
                return
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self._listener.getsockname()[1]
            self._acceptor = threading.Thread(
                target=self._accept, args=(self._listener,), name="rig-network", daemon=True
            )
            self._acceptor.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._relay, args=(near,), name="rig-network-line", daemon=True)
            with self._lock:
                self._live.add(near)
                self._pumps.add(thread)
            thread.start()

    def _relay(self, near: socket.socket) -> None:
        """Serve one connection: this thread pumps outwards, a second one inwards."""
        far: socket.socket | None = None
        try:
            far = socket.create_connection(self.target, timeout=_CONNECT_S)
            far.settimeout(None)
            with self._lock:
                self._live.add(far)
                cut = self._listener is None
            if cut:
                return
            inwards = threading.Thread(target=_pump, args=(far, near), name="rig-network-line", daemon=True)
            inwards.start()
            _pump(near, far)
            inwards.join()
        except OSError:
            # Nobody behind the line: the near end is refused the only way that is left, by a reset.
            with contextlib.suppress(OSError):
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        finally:
            with self._lock:
                self._live -= {near, far}
                self._pumps.discard(threading.current_thread())
            near.close()
            if far is not None:
                far.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        with contextlib.suppress(OSError):
            source.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
