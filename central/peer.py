"""Who is at the other end of a connection, by the client certificate that TLS has checked; and all that came of a cut one.

Knows: how uvicorn's protocol is made to tell (by itself it hands no certificate to the application, and drops what it holds
when a line breaks), what stands in a terminal's certificate. Does not know: who issues certificates (`kiosk_ca`), which
requests need one.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from central.refusals import Refused

_KEY = "civic_kiosk.peer"
_HELD_BYTES = 512 * 1024
"""Of one body, while the application writes: what is held further down is lost when the line breaks."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The terminal that holds the connection's client certificate; empty without one."""

    kiosk: str = ""

    def must_be(self, kiosk: str) -> None:
        """Refuse 401 `certificate_missing`, 403 `certificate_differs`."""
        if not self.kiosk:
            raise Refused(401, "certificate_missing")
        if self.kiosk != kiosk:
            raise Refused(403, "certificate_differs")


def peer_of(request: Request) -> Peer:
    """Return who holds the connection of this request."""
    found = request.scope.get(_KEY)
    return found if isinstance(found, Peer) else Peer()


class PeerProtocol(H11Protocol):
    """uvicorn's HTTP/1.1; every request knows its connection's peer, and gets all of its body that came."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate once, when the handshake is over."""
        super().connection_made(transport)
        self.flow = _Patient(transport, self)
        app, peer = self.app, _peer(transport.get_extra_info("ssl_object"))

        async def knowing(scope: Any, receive: Any, send: Any) -> None:
            cycle = self.cycle

            async def all_of_it() -> Any:
                if cycle.disconnected and cycle.body and not cycle.response_complete:
                    body, cycle.body = bytes(cycle.body), bytearray()
                    return {"type": "http.request", "body": body, "more_body": True}
                return await receive()

            scope[_KEY] = peer
            await app(scope, all_of_it, send)

        self.app = knowing


class _Patient(FlowControl):
    """Lets somewhat more of a body come in before it stops reading."""

    def __init__(self, transport: asyncio.Transport, owner: PeerProtocol) -> None:
        super().__init__(transport)
        self._owner = owner

    def pause_reading(self) -> None:
        """Stop reading, unless it is a body that is still small."""
        cycle = self._owner.cycle
        if not cycle.more_body or len(cycle.body) > _HELD_BYTES:
            super().pause_reading()


def _peer(tls: ssl.SSLObject | None) -> Peer:
    der = tls.getpeercert(binary_form=True) if tls is not None else None
    if not der:
        return Peer()
    names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Peer(str(names[0].value) if len(names) == 1 else "")
