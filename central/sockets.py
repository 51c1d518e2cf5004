"""What one serving process takes for itself before anything heavy is loaded: the state directory's lock and the port.

Knows: flock, sockets. Does not know: what is served.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

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
        sock = socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise PortTakenError(f"{host}:{port}") from error
    # Handed on to every connection. asyncio does so only for sockets made with the protocol's number, and without it the
    # body of each answer waits for its head to be acknowledged: 40 ms.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
