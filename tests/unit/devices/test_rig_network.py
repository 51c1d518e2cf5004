"""The switch in the line: relays while it is closed, resets and refuses while it is open."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from devices.rig_network import NetworkSwitch

PATIENCE_S = 60.0


class Echo:
    """The other end: sends back what comes, and closes when the sender has finished."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self.listener.getsockname()[:2]
        self.thread = threading.Thread(target=self._accept)
        self.lines: list[threading.Thread] = []
        self.thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            line = threading.Thread(target=self._serve, args=(connection,))
            self.lines.append(line)
            line.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except OSError:
                pass

    def stop(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in (self.thread, *self.lines):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.stop()


@pytest.fixture
def network(echo: Echo) -> Iterator[NetworkSwitch]:
    network = NetworkSwitch(echo.address)
    network.start()
    yield network
    network.stop()


def connect(network: NetworkSwitch) -> socket.socket:
    return socket.create_connection(("127.0.0.1", network.port), timeout=PATIENCE_S)


def exchange(line: socket.socket, data: bytes) -> bytes:
    line.sendall(data)
    back = b""
    while len(back) < len(data) and (piece := line.recv(65536)):
        back += piece
    return back


def ended(line: socket.socket) -> bool:
    """Whether the other side closed or reset the line."""
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def test_bytes_go_both_ways(network: NetworkSwitch) -> None:
    """A megabyte comes back as it went, and the end of one direction is passed on."""
    with connect(network) as line:
        sent = bytes(range(256)) * 16
        for _ in range(256):
            assert exchange(line, sent) == sent
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""


def test_cut_ends_what_is_connected_and_refuses_what_comes(network: NetworkSwitch) -> None:
    """Nobody keeps a line over the cut, and nobody gets one during it."""
    with connect(network) as line:
        assert exchange(line, b"before") == b"before"
        network.cut()
        assert not network.connected
        assert ended(line)
        with pytest.raises(ConnectionRefusedError):
            connect(network)


def test_restored_on_the_same_port(network: NetworkSwitch) -> None:
    """After the cut the same address works again, however often it is cut."""
    port = network.port
    for _ in range(3):
        network.cut()
        network.cut()
        network.restore()
        network.restore()
        assert (network.connected, network.port) == (True, port)
        with connect(network) as line:
            assert exchange(line, b"again") == b"again"


def test_nobody_behind_the_line() -> None:
    """With no platform behind it the line breaks at once instead of hanging."""
    with socket.socket() as held:  # taken and deaf, so that nobody else is given the port meanwhile
        held.bind(("127.0.0.1", 0))
        network = NetworkSwitch(held.getsockname()[:2])
        network.start()
        line = socket.socket()
        line.settimeout(PATIENCE_S)
        with line, contextlib.suppress(ConnectionResetError):  # the reset may come before the connection was made
            line.connect(("127.0.0.1", network.port))
            assert ended(line)
        network.stop()
