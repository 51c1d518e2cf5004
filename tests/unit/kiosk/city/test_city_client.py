"""The client against lines and servers that misbehave: two exceptions, deadlines, bounds."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from central import keys
from central.settings import Settings
from kiosk.city import client as module
from kiosk.city.client import CityClient, PlatformRejected, PlatformUnreachable, Unreachable
from kiosk.city.wire import PersonKey
from kiosk.clock import SystemClock

JIA = PersonKey(name="测试甲", number="990000199001010017")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings(tmp_path_factory.mktemp("platform") / "state")
    keys.init(made)
    return made


def _read_request(line: ssl.SSLSocket) -> None:
    # Unread bytes would turn our close into a reset.
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        body += line.recv(65536)


class Server:
    """Answers each connection over TLS with the bytes it is told, then closes or holds."""

    def __init__(self, settings: Settings) -> None:
        self.answer: Callable[[ssl.SSLSocket], None] = lambda _: None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(settings.keys_dir / "server.pem", settings.keys_dir / "server.key")
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.sock.settimeout(0.2)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name="server")
        self.thread.start()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.sock.getsockname()[1]}"

    def says(self, head: str, body: bytes = b"") -> None:
        self.answer = lambda line: line.sendall(f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n".encode() + body)

    def _run(self) -> None:
        while not self.stop.is_set():
            try:
                plain, _ = self.sock.accept()
            except TimeoutError:
                continue
            plain.settimeout(5)
            try:
                with self.context.wrap_socket(plain, server_side=True) as line:
                    _read_request(line)
                    self.answer(line)
            except OSError:
                plain.close()

    def close(self) -> None:
        self.stop.set()
        self.thread.join(10)
        self.sock.close()


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    made = Server(settings)
    yield made
    made.close()


def client(url: str, ca: Path) -> CityClient:
    return CityClient(url, ca, "0001", lambda _: b"s" * 64, SystemClock())


def reason(city: CityClient) -> Unreachable:
    with pytest.raises(PlatformUnreachable) as caught:
        city.request_code(JIA)
    return caught.value.reason


@pytest.mark.parametrize(
    ("head", "body", "why"),
    [
        ("500 Oops", b"{}", Unreachable.SERVER_ERROR),
        ("503 Busy", b'{"code":"busy","detail":""}', Unreachable.SERVER_ERROR),
        ("200 OK", b"<html>sign in to the hotel</html>", Unreachable.GARBAGE),
        ("200 OK", b'{"challenge": 5}', Unreachable.GARBAGE),
        ("302 Found\r\nLocation: https://elsewhere.example/", b"", Unreachable.GARBAGE),
        ("403 Forbidden", b"no", Unreachable.GARBAGE),
        ("429 Slow down", b"", Unreachable.BUSY),
        ("200 OK\r\nContent-Length: 500", b'{"challenge"', Unreachable.CUT),
        ("200 OK", b"x" * (module.MAX_ANSWER_BYTES + 1), Unreachable.TOO_LONG),
    ],
)
def test_a_server_that_talks_nonsense_is_unreachable(
    server: Server, settings: Settings, head: str, body: bytes, why: Unreachable
) -> None:
    """It should name the reason and never let a vendor's exception out."""
    server.says(head, body)
    assert reason(client(server.url, settings.ca_file)) is why


def test_a_coded_refusal_is_a_rejection(server: Server, settings: Settings) -> None:
    """It should carry code, detail and what comes with them."""
    server.says("403 No", b'{"code":"code_wrong","detail":"d","tries_left":2}')
    with pytest.raises(PlatformRejected) as caught:
        client(server.url, settings.ca_file).verify_code("c", "123456")
    assert (caught.value.code, caught.value.detail, caught.value.tries_left) == ("code_wrong", "d", 2)


def test_silence_and_trickle_end_at_the_deadline(
    server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It should give up on a server that says nothing, and on one that never finishes."""
    monkeypatch.setattr(module, "PING_DEADLINE_S", 0.4)
    city, let_go = client(server.url, settings.ca_file), threading.Event()

    def say_nothing(_: ssl.SSLSocket) -> None:
        let_go.wait()

    server.answer = say_nothing
    with pytest.raises(PlatformUnreachable) as silent:
        city.ping()
    let_go.set()

    def trickle(line: ssl.SSLSocket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        pause = threading.Event()
        with contextlib.suppress(OSError):  # the client has gone
            while True:
                line.sendall(b" ")
                pause.wait(0.05)

    server.answer = trickle
    with pytest.raises(PlatformUnreachable) as slow:
        city.ping()
    assert (silent.value.reason, slow.value.reason) == (Unreachable.TIMEOUT, Unreachable.TIMEOUT)


def test_nobody_listening(settings: Settings) -> None:
    """It should say that no connection came about."""
    with socket.socket() as held:  # taken and deaf, so that nobody else is given the port meanwhile
        held.bind(("127.0.0.1", 0))
        assert reason(client(f"https://localhost:{held.getsockname()[1]}", settings.ca_file)) is Unreachable.CONNECT


def test_another_authority_is_not_trusted(server: Server, tmp_path: Path) -> None:
    """It should refuse a certificate that the pinned authority did not issue."""
    other = Settings(tmp_path / "other")
    keys.init(other)
    assert reason(client(server.url, other.ca_file)) is Unreachable.TLS
    assert reason(client(server.url, tmp_path / "missing.pem")) is Unreachable.NO_CA


def test_an_expired_certificate_has_its_own_name(tmp_path: Path) -> None:
    """It should tell a certificate out of time from one that is foreign."""
    long_ago = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
    old = Settings(tmp_path / "old", now=lambda: long_ago)
    keys.init(old)
    server = Server(old)
    try:
        assert reason(client(server.url, old.ca_file)) is Unreachable.TLS_TIME
    finally:
        server.close()
