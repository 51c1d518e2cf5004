"""Sockets that end: however slowly or long somebody answers, the whole answer has a deadline.

Knows: urllib3's connections, when an answer begins, TLS sockets. Does not know: requests, what is asked or answered.

A timeout on a socket bounds one silence. Headers that trickle, or "100 Continue" without end, keep every silence short and
would hold the line for ever; so each read also looks at the time that is left to the answer as a whole.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter

_UNSENT = (socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, 128 * 1024)
"""How much may lie in the kernel and wait for a slow line: megabytes there would count as silence of the other side."""


class _Bounded:
    """A read never waits beyond `until` (monotonic), nor longer than `silence_s`."""

    until = math.inf
    silence_s = 30.0

    def bound(self, silence_s: float) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("answer too slow")
        return min(left, silence_s)


class PlainSocket(_Bounded, socket.socket):
    """For a test bench."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read, within the bounds."""
        self.settimeout(self.bound(self.silence_s))
        return super().recv_into(*args, **kwargs)


class TlsSocket(_Bounded, ssl.SSLSocket):
    """For everything else; made by a context whose `sslsocket_class` it is."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read, within the bounds."""
        self.settimeout(self.bound(self.silence_s))
        return super().recv_into(*args, **kwargs)


class BoundedAdapter(HTTPAdapter):
    """Connections whose answers have a deadline: `answer_s` for a whole one, `silence_s` between its bytes."""

    def __init__(self, answer_s: float, silence_s: float, tls: ssl.SSLContext | None) -> None:
        self._answer_s, self._silence_s, self._tls = answer_s, silence_s, tls
        if tls is not None:
            tls.sslsocket_class = TlsSocket
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        """Give the pool our connections and our TLS context."""
        if self._tls is not None:
            more["ssl_context"] = self._tls
        more["socket_options"] = [*urllib3.connection.HTTPConnection.default_socket_options, _UNSENT]
        super().init_poolmanager(connections, maxsize, block, **more)
        answer_s, silence_s = self._answer_s, self._silence_s

        def begin(connection: urllib3.connection.HTTPConnection) -> None:
            sock = connection.sock
            if not isinstance(sock, _Bounded):
                plain = PlainSocket(fileno=sock.detach())
                plain.settimeout(silence_s)
                connection.sock = sock = plain
            sock.silence_s, sock.until = silence_s, time.monotonic() + answer_s

        class Plain(urllib3.connection.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                begin(self)

            def getresponse(self) -> Any:
                begin(self)
                return super().getresponse()

        class Tls(urllib3.connection.HTTPSConnection):
            def getresponse(self) -> Any:
                begin(self)
                return super().getresponse()

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class TlsPool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Tls

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}
