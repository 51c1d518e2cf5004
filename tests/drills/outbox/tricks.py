"""What platforms and those who pass for them do wrong: wrong answers, answers without end, none at all.

Knows: HTTP as bytes on a connection. Does not know: outboxes, agents, or what a right answer would have been.
"""

from __future__ import annotations

import contextlib
import gzip
import http.server
import socket
import struct
import threading
import time
from collections.abc import Callable

TUS = {"Tus_Resumable": "1.0.0"}
LONG_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
_LONGEST_S = 20.0
"""A trick ends by itself then; whoever still listens has no deadline."""


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection, with the words that tricks are made of."""

    protocol_version = "HTTP/1.1"

    def body(self) -> bytes:
        """Read the request's body; shorter than announced when the other side hung up."""
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def answer(self, status: int, body: bytes, media_type: str = "application/json", **headers: str) -> None:
        """Answer; underscores in the names of `headers` stand for hyphens."""
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def cut(self) -> bool:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        return True

    def end(self) -> bool:
        """Hang up when this request is over."""
        self.close_connection = True
        return True

    def log_message(self, *args: object) -> None:
        """Say nothing."""


Trick = Callable[[Handler], bool]
"""A misbehaviour: does what it likes with the request; True if that was all."""


def answering(status: int, body: bytes = b"{}", media_type: str = "application/json", **headers: str) -> Trick:
    """Answer so, whatever was asked."""

    def trick(handler: Handler) -> bool:
        handler.body()
        handler.answer(status, body, media_type, **headers)
        return True

    return trick


def shifted(by: int) -> Trick:
    """Say that the part stands elsewhere than it does, as far as this request can know."""

    def trick(handler: Handler) -> bool:
        handler.body()
        offset = int(handler.headers["Upload-Offset"] or 0) + by
        handler.answer(204, b"", Upload_Offset=str(offset), **TUS)
        return True

    return trick


def saying(raw: bytes) -> Trick:
    """Say these bytes, and hang up."""

    def trick(handler: Handler) -> bool:
        handler.body()
        handler.wfile.write(raw)
        return handler.end()

    return trick


def dripping(drop: bytes, first: bytes = b"", every_s: float = 0.0) -> Trick:
    """Say `first` and then `drop` again and again, until the other side has had enough."""

    def trick(handler: Handler) -> bool:
        handler.body()
        never = threading.Event()
        with contextlib.suppress(OSError):
            handler.wfile.write(first)
            end = time.monotonic() + _LONGEST_S
            while time.monotonic() < end and not never.wait(every_s):
                handler.wfile.write(drop if every_s else drop * 500)
        return handler.end()

    return trick


def pouring(size: int, told: Callable[[int], None] = lambda _written: None) -> Trick:
    """Answer with so many bytes; `told(bytes)` that have left when it is over."""

    def trick(handler: Handler) -> bool:
        handler.body()
        handler.send_response(200)
        handler.send_header("Content-Length", str(size))
        handler.end_headers()
        left, block = size, bytes(10**6)
        with contextlib.suppress(OSError):
            while left > 0:
                left -= handler.wfile.write(block[:left])
        told(size - left)
        return handler.end()

    return trick


def swelling(size: int) -> Trick:
    """Answer with little that unpacks to so many bytes."""
    member = gzip.compress(bytes(2**26))

    def trick(handler: Handler) -> bool:
        handler.body()
        count = -(-size // 2**26)
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(count * len(member)))
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(count):
                handler.wfile.write(member)
        return handler.end()

    return trick


def cutting(handler: Handler) -> bool:
    """Hang up without a word."""
    return handler.cut()


def mute(handler: Handler) -> bool:
    """Take the request and say nothing until the other side gives up."""
    handler.body()
    handler.connection.settimeout(_LONGEST_S)
    with contextlib.suppress(OSError):
        handler.rfile.read(1)
    return handler.end()
