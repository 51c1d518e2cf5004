"""One IPP exchange over HTTP: bytes there, bytes back, before a deadline.

Knows: HTTP POST (RFC 8010 section 4), deadlines, size limits. Does not know: what the bytes mean.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from dataclasses import dataclass
from typing import Any

from devices.errors import DeviceError

MAX_ANSWER_BYTES = 1024 * 1024
"""A full set of printer attributes is about 30 kB."""

CONTENT_TYPE = "application/ipp"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the printer listens. `path` starts with a slash."""

    host: str
    port: int
    path: str


class _DeadlineSocket(socket.socket):
    """A socket whose every read shares one deadline: http.client alone restarts its timeout with each byte."""

    deadline_s = 0.0

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self._arm()
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        self._arm()
        super().sendall(data, flags)

    def _arm(self) -> None:
        remaining_s = self.deadline_s - time.monotonic()
        if remaining_s <= 0:
            raise TimeoutError
        self.settimeout(remaining_s)


def exchange(endpoint: Endpoint, body: bytes, *, timeout_s: float) -> bytes:
    """Post `body` and return the answer's body.

    Raises: DeviceError. `page_printer.unreachable`: nothing was sent. `no_answer`, `connection_lost`, `http`,
    `answer_too_large`: the printer may have acted on it.
    """
    deadline_s = time.monotonic() + timeout_s
    try:
        plain = socket.create_connection((endpoint.host, endpoint.port), timeout=timeout_s)
    except OSError as error:
        raise DeviceError("page_printer.unreachable", type(error).__name__) from error
    line = _DeadlineSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
    with line:
        line.deadline_s = deadline_s
        connection = http.client.HTTPConnection(endpoint.host, endpoint.port)
        connection.sock = line
        try:
            return _post(connection, endpoint, body)
        except TimeoutError as error:
            raise DeviceError("page_printer.no_answer", f"{timeout_s} s") from error
        except OSError as error:
            raise DeviceError("page_printer.connection_lost", type(error).__name__) from error
        except (http.client.HTTPException, ValueError) as error:
            raise DeviceError("page_printer.http", type(error).__name__) from error
        finally:
            connection.close()


def _post(connection: http.client.HTTPConnection, endpoint: Endpoint, body: bytes) -> bytes:
    headers = {"Content-Type": CONTENT_TYPE, "Accept": CONTENT_TYPE, "Connection": "close"}
    # A printer may refuse a document before it has all of it: its answer says why, if there is one.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.request("POST", endpoint.path, body, headers)
    with connection.getresponse() as response:
        if response.status != http.HTTPStatus.OK:
            raise DeviceError("page_printer.http", f"status={response.status}")
        if response.getheader("Content-Type", "").split(";")[0].strip().lower() != CONTENT_TYPE:
            raise DeviceError("page_printer.http", "content type")
        answer = io.BytesIO()
        while chunk := response.read1(65536):
            answer.write(chunk)
            if answer.tell() > MAX_ANSWER_BYTES:
                raise DeviceError("page_printer.answer_too_large", f">{MAX_ANSWER_BYTES}")
    return answer.getvalue()
